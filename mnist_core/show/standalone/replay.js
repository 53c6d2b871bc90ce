"use strict";
const LONGEST_PLAY = 20, SHORTEST_PLAY = 5; // seconds
const LABEL_GAP = 16; // pixels
// About how many pixels a name takes: Hangul is nearly as wide as it is high.
const widthOf = (name) => [...name].reduce((width, letter) => width + (letter < "\u1100" ? 8 : 14), 0);

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
const percent = (share) => `${(100 * share).toFixed(2)}%`;
const tinted = ({ light, dark }) => ({ class: "competitor", style: `--light: ${light}; --dark: ${dark}` });
// The test points that a competitor had by then; the first one is from before the first update.
const until = ({ points }, now) => points.filter(({ seconds }) => seconds <= now);

// A race that is shown in an element of the page: what it holds, and what of it is shown now.
const replayIn = (root, number) => {
  const race = JSON.parse(root.querySelector(".race").textContent);
  const find = (selector) => root.querySelector(selector);
  const slider = find("[type=range]");
  const widest = Math.max(...race.competitors.map(({ short }) => widthOf(short)));
  const seeds = [...new Set(race.competitors.map(({ seed }) => seed))];
  const steps = Number(slider.max);
  return {
    race, find, slider, seeds, steps, number,
    total: Math.max(...race.competitors.map(({ end }) => end)),
    room: { left: 60, right: 20 + widest, top: 32, bottom: 48 }, // pixels around the axes
    shows: { clock: "seconds", logarithmic: race.logarithmic, seed: seeds[0], step: steps },
    playing: undefined, // when it began, in milliseconds, had it begun at step 0
  };
};
// A text of the page's language with its pieces filled in.
const say = ({ race }, text, pieces = {}) => race.texts[text].replace(/{(\w+)}/g, (_, name) => pieces[name]);
const seconds = (replay, value) =>
  say(replay, "seconds", {
    seconds: value.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 }),
  });
const moment = ({ shows, steps, total }) => (shows.step === steps ? total : (total * shows.step) / steps);
const racing = ({ race, shows }) => race.competitors.filter(({ seed }) => seed === shows.seed);
const latest = (replay, one) => until(one, moment(replay)).at(-1);

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

const drawCurves = (replay) => {
  const { race, room, shows } = replay;
  const svg = replay.find(".curves");
  const { width, height } = svg.getBoundingClientRect();
  const [wide, high] = [width - room.left - room.right, height - room.top - room.bottom];
  const points = racing(replay).flatMap((one) => one.points);
  const axes = {
    x: linear(points.map((point) => point[shows.clock])),
    y: (shows.logarithmic ? logarithmic : linear)(points.map(({ loss }) => loss)),
  };
  const x = (value) => room.left + axes.x.place(value) * wide;
  const y = (value) => room.top + (1 - axes.y.place(value)) * high;
  // On paper it is drawn as wide as the paper is.
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.replaceChildren(
    ...drawFrame(replay, axes, x, y, wide, high),
    ...drawCursor(replay, x, high),
    ...drawLines(replay, x, y),
  );
  svg.setAttribute("aria-label", `${say(replay, "curves", { clock: race.clocks[shows.clock] })} ${inWords(replay)}`);
};
const drawFrame = (replay, axes, x, y, wide, high) => {
  const { race, room, shows } = replay;
  const bottom = room.top + high;
  const level = (value) => [
    make("line", { class: "grid", x1: room.left, x2: room.left + wide, y1: y(value), y2: y(value) }),
    make("text", { x: room.left - 8, y: y(value) + 5, "text-anchor": "end" }, short(value)),
  ];
  const upright = (value) => [
    make("line", { class: "grid", x1: x(value), x2: x(value), y1: room.top, y2: bottom }),
    make("text", { x: x(value), y: bottom + 18, "text-anchor": "middle" }, short(value)),
  ];
  return [
    ...axes.y.ticks.flatMap(level),
    ...axes.x.ticks.flatMap(upright),
    make("text", { x: room.left + wide / 2, y: bottom + 40, "text-anchor": "middle" }, race.clocks[shows.clock]),
    make("text", { x: 4, y: 16 }, say(replay, "loss")),
  ];
};
const drawCursor = (replay, x, high) => {
  if (replay.shows.clock !== "seconds") return [];
  const at = x(Math.min(moment(replay), Math.max(...racing(replay).map(({ end }) => end))));
  const { top } = replay.room;
  return [make("line", { class: "cursor", x1: at, x2: at, y1: top, y2: top + high })];
};
const drawLines = (replay, x, y) => {
  const lines = racing(replay).map((one) => {
    const points = until(one, moment(replay));
    const places = points.map((point) => [x(point[replay.shows.clock]), y(point.loss)]);
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
const inWords = (replay) =>
  racing(replay)
    .map((one) => ({ name: one.name, loss: long(latest(replay, one).loss), time: seconds(replay, moment(replay)) }))
    .map((pieces) => say(replay, "in_words", pieces))
    .join(" ");

const COLUMNS = {
  state: (replay, one) => (moment(replay) < one.end ? say(replay, "racing") : one.state),
  epochs: (replay, one, point) => point.epochs.toFixed(2),
  updates: (replay, one, point) => long(point.updates),
  tested_at: (replay, one, point) => seconds(replay, point.seconds),
  test_loss: (replay, one, point) => point.loss.toLocaleString("en", { maximumFractionDigits: 1 }),
  accuracy: (replay, one, point) => percent(point.accuracy),
};
const named = (one) => make("th", { scope: "row" }, one.short);
const fill = (table, head, rows) =>
  table.replaceChildren(make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows));
const heading = (text) => make("th", { scope: "col" }, text);
const drawTable = (replay) => {
  const rows = racing(replay).map((one) => {
    const write = (column) => make("td", {}, column(replay, one, latest(replay, one)));
    return make("tr", tinted(one), named(one), ...Object.values(COLUMNS).map(write));
  });
  const columns = Object.keys(COLUMNS).map((column) => say(replay, column));
  fill(replay.find(".figures"), [replay.race.raced, ...columns].map(heading), rows);
};
const picture = (replay, label, place) => {
  const { labels, sheet } = replay.race;
  const across = (100 * place) / Math.max(1, labels.length - 1);
  const image = make("i", { role: "img", "aria-label": say(replay, "picture", { place, label }) });
  image.style.background = `url(${sheet}) ${across}% 0 / ${100 * labels.length}% 100%`;
  return make("th", { scope: "col" }, image);
};
const guessed = (guess, label) => {
  const sound = guess === label;
  return make("td", { class: sound ? "right" : "wrong" }, make("b", {}, String(guess)), sound ? "✓" : "✗");
};
const drawDigits = (replay) => {
  const { competitors, labels } = replay.race;
  if (!competitors.every(({ points }) => points.every(({ guesses }) => guesses.length))) return;
  replay.find(".guesses").hidden = false;
  const rows = racing(replay).map((one) => {
    const { guesses } = latest(replay, one);
    const count = guesses.filter((guess, place) => guess === labels[place]).length;
    const name = make("th", { scope: "row" }, make("b", {}, one.short), say(replay, "right", { count }));
    return make("tr", tinted(one), name, ...guesses.map((guess, place) => guessed(guess, labels[place])));
  });
  const pictures = labels.map((label, place) => picture(replay, label, place));
  fill(replay.find(".digits"), [make("td"), ...pictures], rows);
};

const draw = (replay) => {
  const { slider, shows, total } = replay;
  const time = seconds(replay, moment(replay));
  slider.value = shows.step;
  slider.setAttribute("aria-valuetext", say(replay, "of_training", { time }));
  replay.find("output").textContent = say(replay, "of_all", { time, total: seconds(replay, total) });
  drawCurves(replay);
  drawDigits(replay);
  drawTable(replay);
};

const play = (replay) => {
  const { shows, steps, total } = replay;
  const lasts = 1000 * Math.min(LONGEST_PLAY, Math.max(SHORTEST_PLAY, total));
  if (shows.step === steps) shows.step = 0;
  replay.playing = performance.now() - (lasts * shows.step) / steps;
  replay.find("button").textContent = say(replay, "pause");
  const go = (now) => {
    if (replay.playing === undefined) return;
    shows.step = Math.min(steps, Math.max(0, Math.floor((steps * (now - replay.playing)) / lasts)));
    draw(replay);
    if (shows.step === steps) pause(replay);
    else requestAnimationFrame(go);
  };
  requestAnimationFrame(go);
};
const pause = (replay) => {
  replay.playing = undefined;
  replay.find("button").textContent = say(replay, "play");
};

const choose = (replay, name, value) => {
  replay.shows[name] = value;
  draw(replay);
};
const addClocks = (replay) => {
  for (const [clock, name] of Object.entries(replay.race.clocks)) {
    const input = make("input", { type: "radio", name: `clock_${replay.number}` });
    input.checked = clock === replay.shows.clock;
    input.onchange = () => choose(replay, "clock", clock);
    replay.find(".clocks").append(make("label", {}, input, ` ${name}`));
  }
};
const addSeeds = (replay) => {
  const select = replay.find("select");
  replay.find(".seeds").hidden = replay.seeds.length === 1;
  select.append(...replay.seeds.map((seed) => make("option", {}, seed)));
  select.onchange = ({ target }) => choose(replay, "seed", target.value);
};
const begin = (root, number) => {
  const replay = replayIn(root, number);
  addClocks(replay);
  addSeeds(replay);
  const logarithmic = replay.find(".logarithmic");
  logarithmic.checked = replay.shows.logarithmic;
  logarithmic.onchange = ({ target }) => choose(replay, "logarithmic", target.checked);
  replay.slider.oninput = ({ target }) => {
    pause(replay);
    choose(replay, "step", Number(target.value));
  };
  replay.find("button").onclick = () => (replay.playing === undefined ? play(replay) : pause(replay));
  replay.find(".moves").hidden = false;
  new ResizeObserver(() => drawCurves(replay)).observe(replay.find(".curves"));
  draw(replay);
};
document.querySelectorAll(".replay").forEach(begin);
