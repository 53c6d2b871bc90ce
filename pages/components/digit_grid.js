// Digits as buttons, shown as {sheet, of, size, even, digits: [{caption, name, look}], picked}; state: picked.
// Without pick they are pictures.
const addOne = (grid, pick) => {
  const one = document.createElement(pick ? "button" : "figure");
  if (pick) one.type = "button";
  else one.setAttribute("role", "img");
  one.append(document.createElement("i"), document.createElement("span"));
  grid.append(one);
};
const draw = (grid, shown, pick) => {
  reveal(grid, shown);
  if (!shown) return;
  grid.style.setProperty("--size", `${shown.size}px`);
  grid.style.setProperty("--digits", shown.of);
  grid.classList.toggle("even", shown.even);
  while (grid.children.length > shown.digits.length) grid.lastChild.remove();
  while (grid.children.length < shown.digits.length) addOne(grid, pick);
  shown.digits.forEach((digit, index) => {
    const one = grid.children[index];
    const [picture, caption] = one.children;
    if (grid.sheet !== shown.sheet) picture.style.backgroundImage = `url(${shown.sheet})`;
    picture.style.setProperty("--place", index);
    one.className = digit.look;
    caption.textContent = digit.caption;
    one.setAttribute("aria-label", digit.name);
    if (pick) {
      one.setAttribute("aria-pressed", String(index === shown.picked));
      one.onclick = () => pick(index);
    } else one.classList.toggle("picked", index === shown.picked);
  });
  grid.sheet = shown.sheet;
};

export default function ({ data, parentElement, setStateValue }) {
  const grid = parentElement.querySelector(".digit-grid");
  grid.setAttribute("aria-label", data.label);
  const pick = data.still ? undefined : (index) => setStateValue("picked", index);
  return follow(data, (shown) => draw(grid, shown, pick));
}
