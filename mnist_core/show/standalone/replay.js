"use strict";
const race = JSON.parse(document.getElementById("race").textContent);
const find = (id) => document.getElementById(id);
const STEPS = Number(find("time").max);
const LONGEST_PLAY = 20, SHORTEST_PLAY = 5; // seconds
// About how many pixels a name takes: Hangul is nearly as wide as it is high.
const widthOf = (name) => [...name].reduce((width, letter) => width + (letter < "\u1100" ? 8 : 14), 0);
const widest = Math.max(...race.competitors.map(({ short }) => widthOf(short)));
const ROOM = { left: 60, right: 20 + widest, top: 32, bottom: 48 }; // pixels around the axes
const LABEL_GAP = 16; // pixels
const total = Math.max(...race.competitors.map(({ end }) => end));
const seeds = [...new Set(race.competitors.map(({ seed }) => seed))];
const shows = { clock: "seconds", logarithmic: race.logarithmic, seed: seeds[0], step: STEPS };

const SVG_TAGS = new Set(["g", "line", "polyline", "circle", "text"]);
// Texts become text nodes: nothing in them is read as HTML.
const make = (tag, attributes = {}, ...children) => {
  const element = SVG_TAGS.has(tag)
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};
const highestOf = (values) => values.reduce((one, other) => Math.max(one, other));
const lowestOf = (values) => values.reduce((one, other) => Math.min(one, other));
const long = (value) => value.toLocaleString("en", { maximumFractionDigits: 0 });
const short = (value) =>
  value.toLocaleString("en", { maximumSignificantDigits: 3, notation: value < 1e6 ? "standard" : "compact" });
// A text of the page's language with its pieces filled in.
const say = (text, pieces = {}) => race.texts[text].replace(/{(\w+)}/g, (_, name) => pieces[name]);
const seconds = (value) =>
  say("seconds", { seconds: value.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 }) });
const percent = (share) => `${(100 * share).toFixed(2)}%`;
const tinted = ({ light, dark }) => ({ class: "competitor", style: `--light: ${light}; --dark: ${dark}` });
const right = ({ guesses }) => guesses.filter((guess, place) => guess === race.labels[place]).length;

const moment = () => (shows.step === STEPS ? total : (total * shows.step) / STEPS);
const racing = () => race.competitors.filter(({ seed }) => seed === shows.seed);
// The test points that a competitor had by then; the first one is from before the first update.
const until = ({ points }, now) => points.filter(({ seconds }) => seconds <= now);

// From 0 (or, by logarithms, from the lowest) to the highest value: where it lies, from 0 to 1, and what is written.
const linear = (values) => {
  const highest = highestOf(values) || 1;
  const power = 10 ** Math.floor(Math.log10(highest / 4));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => highest / one <= 5);
  const ticks = Array.from({ length: Math.floor(highest / step + 1e-9) + 1 }, (_, place) => place * step);
  return { place: (value) => value / (highest * 1.04), ticks };
};
const logarithmic = (values) => {
  const exponent = (value) => Math.log10(Math.max(value, 1e-12));
  const [low, high] = [exponent(lowestOf(values)), exponent(highestOf(values))];
  const reach = high - low || 1;
  const powers = Array.from({ length: Math.ceil(high) - Math.floor(low) + 1 }, (_, place) => Math.floor(low) + place);
  const steps = reach < 2.5 ? [1, 2, 5] : [1];
  const ticks = powers.flatMap((power) => steps.map((step) => step * 10 ** power));
  const place = (value) => 0.03 + (0.93 * (exponent(value) - low)) / reach;
  return { place, ticks: ticks.filter((tick) => place(tick) >= 0 && place(tick) <= 1) };
};

const drawCurves = () => {
  const svg = find("curves");
  const { width, height } = svg.getBoundingClientRect();
  const [wide, high] = [width - ROOM.left - ROOM.right, height - ROOM.top - ROOM.bottom];
  const points = racing().flatMap((one) => one.points);
  const axes = {
    x: linear(points.map((point) => point[shows.clock])),
    y: (shows.logarithmic ? logarithmic : linear)(points.map(({ loss }) => loss)),
  };
  const x = (value) => ROOM.left + axes.x.place(value) * wide;
  const y = (value) => ROOM.top + (1 - axes.y.place(value)) * high;
  svg.replaceChildren(...drawFrame(axes, x, y, wide, high), ...drawCursor(x, high), ...drawLines(x, y));
  svg.setAttribute("aria-label", `${say("curves", { clock: race.clocks[shows.clock] })} ${inWords()}`);
};
const drawFrame = (axes, x, y, wide, high) => {
  const bottom = ROOM.top + high;
  const level = (value) => [
    make("line", { class: "grid", x1: ROOM.left, x2: ROOM.left + wide, y1: y(value), y2: y(value) }),
    make("text", { x: ROOM.left - 8, y: y(value) + 5, "text-anchor": "end" }, short(value)),
  ];
  const upright = (value) => [
    make("line", { class: "grid", x1: x(value), x2: x(value), y1: ROOM.top, y2: bottom }),
    make("text", { x: x(value), y: bottom + 18, "text-anchor": "middle" }, short(value)),
  ];
  return [
    ...axes.y.ticks.flatMap(level),
    ...axes.x.ticks.flatMap(upright),
    make("text", { x: ROOM.left + wide / 2, y: bottom + 40, "text-anchor": "middle" }, race.clocks[shows.clock]),
    make("text", { x: 4, y: 16 }, say("loss")),
  ];
};
const drawCursor = (x, high) => {
  if (shows.clock !== "seconds") return [];
  const at = x(Math.min(moment(), Math.max(...racing().map(({ end }) => end))));
  return [make("line", { class: "cursor", x1: at, x2: at, y1: ROOM.top, y2: ROOM.top + high })];
};
const drawLines = (x, y) => {
  const lines = racing().map((one) => {
    const places = until(one, moment()).map((point) => [x(point[shows.clock]), y(point.loss)]);
    const [endX, endY] = places.at(-1);
    return { one, places, label: { x: endX + 8, y: endY + 5 } };
  });
  spread(lines.map(({ label }) => label));
  const drawn = lines.map(({ one, places }) =>
    make(
      "g",
      tinted(one),
      make("polyline", { points: places.map(String).join(" "), "stroke-dasharray": one.dash }),
      ...places.map(([cx, cy]) => make("circle", { cx, cy, r: 2 })),
    ),
  );
  // After all lines, which would cover them.
  return [...drawn, ...lines.map(({ one, label }) => make("g", tinted(one), make("text", label, one.short)))];
};
// Names that would overlap are moved up, from the lowest on.
const spread = (labels) => {
  const placed = [];
  for (const label of [...labels].sort((one, other) => other.y - one.y)) {
    const near = placed.filter((other) => Math.abs(other.x - label.x) < 80).map((other) => other.y - LABEL_GAP);
    label.y = Math.min(label.y, ...near);
    placed.push(label);
  }
};
const inWords = () =>
  racing()
    .map((one) => ({ name: one.name, loss: long(until(one, moment()).at(-1).loss), time: seconds(moment()) }))
    .map((pieces) => say("in_words", pieces))
    .join(" ");

const COLUMNS = {
  state: (one) => (moment() < one.end ? say("racing") : one.state),
  epochs: (_, point) => point.epochs.toFixed(2),
  updates: (_, point) => long(point.updates),
  tested_at: (_, point) => seconds(point.seconds),
  test_loss: (_, point) => point.loss.toLocaleString("en", { maximumFractionDigits: 1 }),
  accuracy: (_, point) => percent(point.accuracy),
};
const named = (one) => make("th", { scope: "row" }, one.short);
const fill = (table, head, rows) =>
  table.replaceChildren(make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows));
const heading = (text) => make("th", { scope: "col" }, text);
const drawTable = () => {
  const rows = racing().map((one) => {
    const point = until(one, moment()).at(-1);
    const cells = Object.values(COLUMNS).map((write) => make("td", {}, write(one, point)));
    return make("tr", tinted(one), named(one), ...cells);
  });
  fill(document.querySelector(".figures"), [race.raced, ...Object.keys(COLUMNS).map((column) => say(column))].map(heading), rows);
};
const picture = (label, place) => {
  const across = (100 * place) / Math.max(1, race.labels.length - 1);
  const image = make("i", { role: "img", "aria-label": say("picture", { place, label }) });
  image.style.background = `url(${race.sheet}) ${across}% 0 / ${100 * race.labels.length}% 100%`;
  return make("th", { scope: "col" }, image);
};
const guessed = (guess, place) => {
  const sound = guess === race.labels[place];
  return make("td", { class: sound ? "right" : "wrong" }, make("b", {}, String(guess)), sound ? "✓" : "✗");
};
const drawDigits = () => {
  if (!race.competitors.every(({ points }) => points.every(({ guesses }) => guesses.length))) return;
  find("digits").hidden = false;
  const rows = racing().map((one) => {
    const point = until(one, moment()).at(-1);
    const name = make("th", { scope: "row" }, make("b", {}, one.short), say("right", { count: right(point) }));
    return make("tr", tinted(one), name, ...point.guesses.map(guessed));
  });
  fill(document.querySelector(".digits"), [make("td"), ...race.labels.map(picture)], rows);
};

const draw = () => {
  const slider = find("time");
  slider.value = shows.step;
  slider.setAttribute("aria-valuetext", say("of_training", { time: seconds(moment()) }));
  find("now").textContent = say("of_all", { time: seconds(moment()), total: seconds(total) });
  drawCurves();
  drawDigits();
  drawTable();
};

let playing; // when it began, in milliseconds, had it begun at step 0
const play = () => {
  const lasts = 1000 * Math.min(LONGEST_PLAY, Math.max(SHORTEST_PLAY, total));
  if (shows.step === STEPS) shows.step = 0;
  playing = performance.now() - (lasts * shows.step) / STEPS;
  find("play").textContent = say("pause");
  const go = (now) => {
    if (playing === undefined) return;
    shows.step = Math.min(STEPS, Math.max(0, Math.floor((STEPS * (now - playing)) / lasts)));
    draw();
    if (shows.step === STEPS) pause();
    else requestAnimationFrame(go);
  };
  requestAnimationFrame(go);
};
const pause = () => {
  playing = undefined;
  find("play").textContent = say("play");
};

const choose = (name, value) => {
  shows[name] = value;
  draw();
};
for (const [clock, name] of Object.entries(race.clocks)) {
  const input = make("input", { type: "radio", name: "clock" });
  input.checked = clock === shows.clock;
  input.onchange = () => choose("clock", clock);
  find("clocks").append(make("label", {}, input, ` ${name}`));
}
find("logarithmic").checked = shows.logarithmic;
find("logarithmic").onchange = ({ target }) => choose("logarithmic", target.checked);
find("seeds").hidden = seeds.length === 1;
find("seed").append(...seeds.map((seed) => make("option", {}, seed)));
find("seed").onchange = ({ target }) => choose("seed", target.value);
find("time").oninput = ({ target }) => {
  pause();
  choose("step", Number(target.value));
};
find("play").onclick = () => (playing === undefined ? play() : pause());
new ResizeObserver(drawCurves).observe(find("curves"));
draw();
