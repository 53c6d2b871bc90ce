// Tells the server of the keys that teachers use; "?" shows and hides the sheet that lists them.
const NAMES = { " ": "space", ArrowLeft: "left", ArrowRight: "right" };
// Where a key has a meaning of its own.
const TAKEN = {
  space: "a, button, summary, canvas",
  left: "[role=radiogroup], [role=tablist]",
  right: "[role=radiogroup], [role=tablist]",
};

const write = (sheet, { label, rows }) => {
  sheet.setAttribute("aria-label", label);
  const cells = rows.flatMap(([key, meaning]) => [["dt", key], ["dd", meaning]]);
  sheet.firstElementChild.replaceChildren(
    ...cells.map(([tag, text]) => Object.assign(document.createElement(tag), { textContent: text })),
  );
};

export default function ({ data, parentElement, setTriggerValue }) {
  const sheet = parentElement.querySelector(".keys-sheet");
  write(sheet, data);
  const press = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const name = NAMES[event.key] ?? event.key;
    if (event.target.closest?.("input, textarea, select, [contenteditable=true], [role=slider]")) return;
    if (TAKEN[name] && event.target.closest?.(TAKEN[name])) return;
    if (name === "?") sheet.hidden = !sheet.hidden;
    else if (name === "Escape") sheet.hidden = true;
    else if (name in TAKEN || /^[1-5]$/.test(name)) {
      event.preventDefault();
      setTriggerValue("pressed", name);
    }
  };
  document.addEventListener("keydown", press);
  return () => document.removeEventListener("keydown", press);
}
