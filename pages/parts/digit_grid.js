// Digits as buttons. `data` = {sheet, size, digits: [{caption, name}], picked}; state: picked.
export default function ({ data, parentElement, setStateValue }) {
  const grid = parentElement.querySelector(".digit-grid");
  grid.style.setProperty("--size", `${data.size}px`);
  while (grid.children.length > data.digits.length) grid.lastChild.remove();
  while (grid.children.length < data.digits.length) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(document.createElement("i"), document.createElement("span"));
    grid.append(button);
  }
  data.digits.forEach((digit, index) => {
    const button = grid.children[index];
    const [picture, caption] = button.children;
    picture.style.backgroundImage = `url(${data.sheet})`;
    picture.style.backgroundPosition = `${-index * data.size}px 0`;
    picture.style.backgroundSize = `${data.digits.length * data.size}px ${data.size}px`;
    caption.textContent = digit.caption;
    button.setAttribute("aria-label", digit.name);
    button.setAttribute("aria-pressed", String(index === data.picked));
    button.onclick = () => setStateValue("picked", index);
  });
}
