// A question whose answer is said by the live channel: a tap needs no run of the script.
const SHORT = 8; // characters: figures stand beside each other

export default function ({ data, parentElement }) {
  const place = parentElement.querySelector(".ballot");
  const [question, options, line] = place.children;
  let shown, given;

  const draw = () => {
    reveal(place, shown);
    if (!shown) return;
    const mine = given?.vote === shown.vote ? given.option : -1;
    question.textContent = shown.question;
    options.setAttribute("aria-label", shown.question);
    const longest = Math.max(...shown.options.map((text) => text.length));
    options.style.setProperty("--least", longest <= SHORT ? "6.4rem" : "11rem");
    if (options.children.length !== shown.options.length || place.vote !== shown.vote) build();
    [...options.children].forEach((button, option) => fill(button, option, option === mine));
    line.textContent = told(mine);
  };
  // Once for a question: a button that is pressed keeps the focus.
  const build = () => {
    place.vote = shown.vote;
    const { vote } = shown;
    options.replaceChildren(
      ...shown.options.map((_, option) => {
        const button = document.createElement("button");
        button.type = "button";
        button.append(document.createElement("i"), document.createElement("span"), document.createElement("b"));
        button.onclick = () => window.liveChannel?.say(`vote ${vote} ${option}`);
        return button;
      }),
    );
  };
  const fill = (button, option, isMine) => {
    const { counts, open, came_true: cameTrue } = shown;
    const all = counts?.reduce((sum, count) => sum + count, 0) || 1;
    button.disabled = !open;
    button.setAttribute("aria-pressed", String(isMine));
    button.children[1].textContent = shown.options[option] + (option === cameTrue ? " ←" : "");
    button.children[0].style.width = counts ? `${(100 * counts[option]) / all}%` : "0";
    button.children[2].textContent = counts ? counts[option].toLocaleString("en") : "";
  };
  const told = (mine) => {
    if (!shown.open) return shown.closed;
    return mine < 0 ? data.words.tap : data.words.counts;
  };

  const stops = [
    follow(data, (now) => {
      shown = now;
      draw();
    }),
    follow(data.given, (now) => {
      given = now;
      draw();
    }),
  ];
  return () => stops.forEach((stop) => stop());
}
