// Digits as buttons, shown as {sheet, size, even, digits: [{caption, name, look}], picked}; state: picked.
const draw = (grid, shown, pick) => {
  grid.style.setProperty("--size", `${shown.size}px`);
  grid.style.setProperty("--digits", shown.digits.length);
  grid.classList.toggle("even", shown.even);
  while (grid.children.length > shown.digits.length) grid.lastChild.remove();
  while (grid.children.length < shown.digits.length) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(document.createElement("i"), document.createElement("span"));
    grid.append(button);
  }
  shown.digits.forEach((digit, index) => {
    const button = grid.children[index];
    const [picture, caption] = button.children;
    if (grid.sheet !== shown.sheet) picture.style.backgroundImage = `url(${shown.sheet})`;
    picture.style.setProperty("--place", index);
    button.className = digit.look;
    caption.textContent = digit.caption;
    button.setAttribute("aria-label", digit.name);
    button.setAttribute("aria-pressed", String(index === shown.picked));
    button.onclick = () => pick(index);
  });
  grid.sheet = shown.sheet;
};

export default function ({ data, parentElement, setStateValue }) {
  const grid = parentElement.querySelector(".digit-grid");
  grid.setAttribute("aria-label", data.label);
  return follow(data, (shown) => draw(grid, shown, (index) => setStateValue("picked", index)));
}
