// A square of counts as buttons. `data` = {rows: [[{count, shade, name}]], picked: [row, column]}.
export default function ({ data, parentElement, setStateValue }) {
  const table = parentElement.querySelector(".matrix");
  const cells = [document.createElement("b")];
  data.rows.forEach((_, column) => {
    const head = document.createElement("b");
    head.textContent = column;
    cells.push(head);
  });
  data.rows.forEach((row, label) => {
    const head = document.createElement("b");
    head.textContent = label;
    cells.push(head);
    row.forEach(({ count, shade, name }, guess) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = count;
      button.style.setProperty("--shade", `${shade}%`);
      button.setAttribute("aria-label", name);
      button.setAttribute("aria-pressed", String(label === data.picked[0] && guess === data.picked[1]));
      button.onclick = () => setStateValue("picked", [label, guess]);
      cells.push(button);
    });
  });
  const focused = [...table.children].indexOf(document.activeElement);
  table.replaceChildren(...cells);
  if (focused >= 0) table.children[focused].focus();
}
