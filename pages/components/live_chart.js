// Draws a Plotly figure into .live-chart, and each newer one in place.
// Where there is no .live-chart, it only sees to it that plotly.js is loaded.
const ready = (url) =>
  (window.plotlyForLiveCharts ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      delete window.plotlyForLiveCharts;
      script.remove();
      reject();
    };
    document.head.append(script);
  }));

// The charts' own texts, in the page's language: they come before any chart.
const words = () => window.liveChartWords ?? { show: "{line}", failed: "", language: "en", dictionary: {} };

// What Plotly leaves out: a name for the picture, and keys for the legend, which knows the mouse alone.
// Not a name for the whole: a picture's inside is closed to a screen reader, and buttons are within.
const nameAndKeys = (chart) => {
  const picture = chart.querySelector(".main-svg");
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", chart.shown.label);
  chart.querySelectorAll(".legendtoggle").forEach((toggle) => {
    const item = toggle.closest(".traces");
    toggle.setAttribute("tabindex", "0");
    toggle.setAttribute("role", "switch");
    toggle.setAttribute("aria-label", words().show.replace("{line}", item.querySelector(".legendtext").textContent));
    toggle.setAttribute("aria-checked", String(Number(item.style.opacity || 1) === 1));
    toggle.onkeydown = (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      for (const type of ["mousedown", "mouseup"]) toggle.dispatchEvent(new MouseEvent(type, { bubbles: true }));
    };
  });
};

// In a narrow window the legend takes more rows than there is room for: the chart grows by them.
const BELOW_AXIS = 60; // pixels, for the axis' own figures and title
const roomBelow = (chart) => Math.max(chart.shown.figure.layout.margin.b, chart.taken ?? 0);
const makeRoom = (Plotly, chart) => {
  const { data, layout } = chart.shown.figure;
  // Measured only where it may have changed: to ask for it makes the browser lay out the page.
  const legendOf = [chart._fullLayout.width, ...data.map(({ name }) => name)].join();
  if (legendOf === chart.legendOf) return;
  chart.legendOf = legendOf;
  const legend = chart.querySelector(".legend .bg")?.getBBox().height ?? 0;
  const room = Math.max(layout.margin.b, Math.ceil(legend) + BELOW_AXIS);
  if (room === roomBelow(chart)) return;
  chart.taken = room;
  fit(chart);
  Plotly.relayout(chart, { "margin.b": room });
};
const fit = (chart) => {
  const { figure, height } = chart.shown;
  const wanted = height ? height + roomBelow(chart) - figure.layout.margin.b : heightLeft(chart);
  chart.style.height = `${wanted}px`;
};
// What the window has below the chart's top before anybody scrolls.
const LEAST_HEIGHT = 300; // pixels
const heightLeft = (chart) => {
  const page = chart.closest("[data-testid=stMain]") ?? document.documentElement;
  const top = chart.getBoundingClientRect().top - page.getBoundingClientRect().top + page.scrollTop;
  return Math.max(LEAST_HEIGHT, Math.floor(innerHeight - top) - 12);
};

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

// The points at the lines' ends that are new, and which lines have any; undefined where more has changed.
const growth = (before, after) => {
  const without = ({ data, layout }) => [
    data.map((trace) => ({ ...trace, x: 0, y: 0, marker: { ...trace.marker, ...lists(trace, () => 0) } })),
    { ...layout, annotations: 0, shapes: 0 },
  ];
  if (!same(without(before), without(after))) return;
  const grown = { x: [], y: [], lines: [] };
  for (const [line, { x = [], y = [] }] of after.data.entries()) {
    const { x: oldX = [], y: oldY = [] } = before.data[line];
    if (!begins(x, oldX) || !begins(y, oldY)) return;
    if (x.length === oldX.length) continue;
    grown.x.push(x.slice(oldX.length));
    grown.y.push(y.slice(oldX.length));
    grown.lines.push(line);
  }
  return grown.lines.length ? grown : undefined;
};
const begins = (now, old) => now.length >= old.length && old.every((value, index) => value === now[index]);
// What the markers have a value of for each point.
const lists = ({ marker }, change = (list) => list) =>
  Object.fromEntries(
    Object.entries(marker ?? {})
      .filter(([, value]) => Array.isArray(value))
      .map(([name, list]) => [name, change(list)]),
  );

const draw = (Plotly, chart, shown) => {
  if (!chart.isConnected) return;
  if (chart.shown && chart.shown.kind !== shown.kind) forget(Plotly, chart);
  const before = chart.shown;
  chart.shown = shown;
  const { figure } = shown;
  const grown = before && growth(before.figure, figure);
  fit(chart);
  if (grown) {
    const { annotations, shapes } = structuredClone(figure.layout);
    Object.assign(chart.layout, { annotations, shapes });
    for (const line of grown.lines) Object.assign(chart.data[line].marker ?? {}, lists(figure.data[line]));
    Plotly.extendTraces(chart, { x: grown.x, y: grown.y }, grown.lines);
    return;
  }
  if (!before) chart.textContent = "";
  // Plotly changes what it is given.
  const { data, layout } = structuredClone(figure);
  layout.margin.b = roomBelow(chart);
  layout.font.family = chart.font;
  enlarge(layout, parseFloat(getComputedStyle(document.documentElement).fontSize) / 16);
  Plotly.react(chart, data, layout, {
    displaylogo: false,
    locale: words().language,
    locales: { [words().language]: { dictionary: words().dictionary, format: {} } },
    // Nothing is sent anywhere: without Plotly's own "Share chart".
    modeBarButtonsToRemove: ["lasso2d", "select2d", "sendChartToCloud"],
  });
  if (!before) watch(Plotly, chart);
};
// From one chart to another Plotly would keep what its viewer has zoomed, and where the titles stood.
const forget = (Plotly, chart) => {
  chart.observer?.disconnect();
  for (const own of ["observer", "shown", "taken", "legendOf"]) delete chart[own];
  Plotly?.purge(chart);
};
// The page's type may be larger than usual: a chart's grows with it, and labels at the lines have to
// do without a legend.
const enlarge = (layout, by) => {
  if (by === 1) return;
  for (const { font } of [layout, ...(layout.annotations ?? [])]) if (font?.size) font.size *= by;
  layout.showlegend = false;
  layout.margin.b = BELOW_AXIS;
  for (const side of Object.keys(layout.margin)) if (side !== "autoexpand") layout.margin[side] *= by;
};
const watch = (Plotly, chart) => {
  const finish = () => {
    nameAndKeys(chart);
    makeRoom(Plotly, chart);
  };
  finish();
  chart.on("plotly_afterplot", finish);
  chart.observer = new ResizeObserver(() => {
    // It hears of the chart's end too, when there is nothing left to resize.
    if (chart.isConnected && chart.offsetWidth > 0) Plotly.Plots.resize(chart);
  });
  chart.observer.observe(chart);
};

export default function ({ data, parentElement }) {
  const chart = parentElement.querySelector(".live-chart");
  if (!chart) {
    window.liveChartWords = data.words;
    ready(data.plotly).catch(() => {}); // a chart will tell
    return;
  }
  chart.font = getComputedStyle(parentElement).fontFamily;
  const stop = follow(data, (shown) => {
    reveal(chart, shown);
    if (shown && window.Plotly && window.plotlyForLiveCharts) draw(window.Plotly, chart, shown);
    else chart.awaits = shown;
  });
  ready(data.plotly).then(
    (Plotly) => {
      if (chart.awaits) draw(Plotly, chart, chart.awaits);
      delete chart.awaits;
    },
    () => (chart.textContent = words().failed),
  );
  return () => {
    stop();
    forget(window.Plotly, chart); // in case the same place is drawn into once more
    chart.emit = () => {}; // a drawing still under way tells of its end; the next one brings its own
  };
}
