// A square of counts as buttons, shown as {rows: [[{count, shade, name}]], picked: [row, column]}; state: picked.
const head = (text) => {
  const cell = document.createElement("b");
  cell.textContent = text;
  return cell;
};
const button = (table, place) => {
  const cell = document.createElement("button");
  cell.type = "button";
  cell.onclick = () => table.pick(place);
  return cell;
};
const build = (table, size) => {
  const digits = [...Array(size).keys()];
  const row = (label) => [head(label), ...digits.map((guess) => button(table, [label, guess]))];
  table.replaceChildren(head(""), ...digits.map(head), ...digits.flatMap(row));
};
const draw = (table, { rows, picked }) => {
  if (!table.children.length) build(table, rows.length);
  const cells = table.querySelectorAll("button");
  rows.flat().forEach(({ count, shade, name }, place) => {
    const cell = cells[place];
    const [label, guess] = [Math.floor(place / rows.length), place % rows.length];
    cell.textContent = count;
    cell.style.setProperty("--shade", `${shade}%`);
    cell.setAttribute("aria-label", name);
    cell.setAttribute("aria-pressed", String(label === picked[0] && guess === picked[1]));
  });
};

export default function ({ data, parentElement, setStateValue }) {
  const table = parentElement.querySelector(".matrix");
  table.setAttribute("aria-label", data.label);
  table.pick = (cell) => setStateValue("picked", cell);
  return follow(data, (shown) => draw(table, shown));
}
