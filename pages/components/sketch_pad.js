// Axes to sketch a line on; state: line, a height for each place across, none before it reaches from end to end.
const [WIDE, HIGH] = [360, 190]; // with what stands above and below, no higher than a projector’s picture lets it be
const ROOM = { left: 40, right: 18, top: 28, bottom: 42 };
const [ACROSS, UP] = [WIDE - ROOM.left - ROOM.right, HIGH - ROOM.top - ROOM.bottom];
const MARKED = 6; // steps between the places that have a slider
const NEAR_END = 2; // places: from so near an end on, the line is drawn out to it

const make = (tag, attributes, text = "") => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  return element;
};
const x = (pad, place) => ROOM.left + (place / (pad.across.length - 1)) * ACROSS;
const y = (pad, height) => ROOM.top + (1 - height / pad.top) * UP;
const written = (value) => value.toLocaleString("en");

const drawAxes = (pad) => {
  const last = pad.across.length - 1;
  const places = [0, 1, 2, 3].map((third) => Math.round((third * last) / 3));
  const heights = [0, 1, 2, 3, 4].map((quarter) => (quarter * pad.top) / 4);
  pad.svg.setAttribute("viewBox", `0 0 ${WIDE} ${HIGH}`);
  pad.svg.replaceChildren(
    ...places.map((place) => make("line", { x1: x(pad, place), x2: x(pad, place), y1: ROOM.top, y2: ROOM.top + UP })),
    ...heights.map((height) => make("line", { x1: ROOM.left, x2: WIDE - ROOM.right, y1: y(pad, height), y2: y(pad, height) })),
    ...places.map((place) => make("text", { x: x(pad, place), y: HIGH - 26, "text-anchor": "middle" }, written(pad.across[place]))),
    ...heights.map((height) => make("text", { x: ROOM.left - 6, y: y(pad, height) + 4, "text-anchor": "end" }, written(height))),
    make("text", { x: ROOM.left + ACROSS / 2, y: HIGH - 8, "text-anchor": "middle" }, pad.titles[0]),
    make("text", { x: 6, y: 14 }, pad.titles[1]),
    make("polyline", {}),
  );
};
const drawLine = (pad) => {
  const points = pad.line.flatMap((height, place) => (height === null ? [] : [`${x(pad, place)},${y(pad, height)}`]));
  pad.svg.querySelector("polyline").setAttribute("points", points.join(" "));
  pad.sliders.forEach((slider) => {
    slider.value = pad.line[slider.place] ?? pad.top / 2;
    slider.nextElementSibling.textContent = pad.line[slider.place] === null ? "–" : Math.round(slider.value);
  });
};

// A straight line from one height to another, both given with their places.
const fill = (pad, [from, low], [to, high]) => {
  const steps = Math.max(1, Math.abs(to - from));
  for (let step = 0; step <= steps; step++) {
    const place = from + Math.sign(to - from) * step;
    pad.line[place] = Math.round(10 * (low + ((high - low) * step) / steps)) / 10;
  }
};
// Gaps between two strokes are closed, and a line that nearly reaches the ends is drawn out to them, level.
const close = (pad) => {
  const known = pad.line.flatMap((height, place) => (height === null ? [] : [[place, height]]));
  if (!known.length) return;
  known.slice(1).forEach((one, before) => fill(pad, known[before], one));
  const last = pad.line.length - 1;
  const [[left, low], [right, high]] = [known[0], known.at(-1)];
  if (left <= NEAR_END) fill(pad, [0, low], [left, low]);
  if (last - right <= NEAR_END) fill(pad, [right, high], [last, high]);
};

const placed = (pad, { clientX, clientY }) => {
  const { left, top, width } = pad.svg.getBoundingClientRect();
  const last = pad.across.length - 1;
  const across = (((clientX - left) / width) * WIDE - ROOM.left) / ACROSS;
  const up = 1 - (((clientY - top) / width) * WIDE - ROOM.top) / UP;
  return [Math.round(Math.min(1, Math.max(0, across)) * last), Math.min(1, Math.max(0, up)) * pad.top];
};

const addSliders = (pad, room) => {
  const marks = pad.across.map((_, place) => place).filter((place) => place % MARKED === 0);
  pad.sliders = marks.map((place) => {
    const [label, slider] = [document.createElement("label"), document.createElement("input")];
    Object.assign(slider, { type: "range", min: 0, max: pad.top, step: pad.top / 100, place });
    label.append("", slider, document.createElement("output"));
    room.append(label);
    return slider;
  });
};
// Its texts, which change with the page's language.
const write = (pad, root, { titles, label, clear, by_sliders: bySliders, at, slider: named }) => {
  pad.titles = titles;
  pad.svg.setAttribute("aria-label", label);
  root.querySelector("button").textContent = clear;
  root.querySelector("summary").textContent = bySliders;
  for (const slider of pad.sliders) {
    const place = written(pad.across[slider.place]);
    slider.setAttribute("aria-label", named.replace("{place}", place));
    slider.previousSibling.textContent = at.replace("{place}", place);
  }
  drawAxes(pad);
};
const takeSliders = (pad) => {
  const given = pad.sliders.map((slider) => [slider.place, Number(slider.value)]);
  given.slice(1).forEach((one, before) => fill(pad, given[before], one));
};

const begin = (root, { across, top, line }) => {
  const pad = { across, top, svg: root.querySelector("svg") };
  pad.line = line ? [...line] : across.map(() => null);
  addSliders(pad, root.querySelector(".sliders"));
  return pad;
};

// The script redraws the page while one draws: all that a stroke needs stays with the element.
export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".sketch-pad");
  const pad = (root.pad ??= begin(root, data));
  const tell = () => setStateValue("line", pad.line.includes(null) ? null : [...pad.line]);
  write(pad, root, data);
  drawLine(pad);
  pad.svg.onpointerdown = (event) => {
    if (!event.isPrimary || event.button !== 0) return;
    pad.svg.setPointerCapture(event.pointerId);
    pad.pen = placed(pad, event);
    fill(pad, pad.pen, pad.pen);
    drawLine(pad);
  };
  pad.svg.onpointermove = (event) => {
    if (!pad.pen || !event.isPrimary) return;
    // A fast pen has been at several places since the last frame.
    for (const each of [...(event.getCoalescedEvents?.() ?? []), event]) {
      const next = placed(pad, each);
      fill(pad, pad.pen, next);
      pad.pen = next;
    }
    drawLine(pad);
  };
  pad.svg.onpointerup = pad.svg.onpointercancel = (event) => {
    if (!pad.pen || !event.isPrimary) return;
    pad.pen = undefined;
    close(pad);
    drawLine(pad);
    tell();
  };
  pad.sliders.forEach((slider) => {
    slider.oninput = () => {
      takeSliders(pad);
      drawLine(pad);
    };
    slider.onchange = tell;
  });
  root.querySelector("button").onclick = () => {
    pad.line.fill(null);
    drawLine(pad);
    tell();
  };
}
