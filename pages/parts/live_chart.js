// Draws the Plotly figure in `data` into .live-chart, in place: called again at each new figure.
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

// What Plotly leaves out: a name for the picture, and keys for the legend, which knows the mouse alone.
// Not a name for the whole: a picture's inside is closed to a screen reader, and buttons are within.
const nameAndKeys = (chart) => {
  const picture = chart.querySelector(".main-svg");
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", chart.label);
  chart.querySelectorAll(".legendtoggle").forEach((toggle) => {
    const item = toggle.closest(".traces");
    toggle.setAttribute("tabindex", "0");
    toggle.setAttribute("role", "switch");
    toggle.setAttribute("aria-label", `Show ${item.querySelector(".legendtext").textContent}`);
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
const makeRoom = (Plotly, chart) => {
  // Measured only where it may have changed: to ask for it makes the browser lay out the page.
  const legendOf = [chart._fullLayout.width, ...chart.figure.data.map(({ name }) => name)].join();
  if (legendOf === chart.legendOf) return;
  chart.legendOf = legendOf;
  const legend = chart.querySelector(".legend .bg")?.getBBox().height ?? 0;
  const room = Math.max(chart.room, Math.ceil(legend) + BELOW_AXIS);
  if (room === chart.figure.layout.margin.b) return;
  chart.taken = room;
  fit(chart);
  Plotly.relayout(chart, { "margin.b": room });
};
const fit = (chart) => {
  chart.figure.layout.margin.b = Math.max(chart.room, chart.taken ?? 0);
  chart.style.height = `${chart.tall + chart.figure.layout.margin.b - chart.room}px`;
};

// Drawing takes the processor from the training, where both are on one computer: so each is followed
// by a rest many times as long, in which the latest tick's figure waits. On a fast computer it is
// over before the next tick. What comes of the viewer's own doing is drawn at once, and so is what
// has a new trace: the first sign that a new batch size is at work.
const REST = 50; // times the drawing
const LONGEST_REST = 1000; // ms; else the two charts of a page would seem to tell of different times

const draw = (Plotly, chart) => {
  clearTimeout(chart.waiting);
  chart.waiting = undefined;
  if (!chart.isConnected) return;
  const started = performance.now();
  if (!chart.observer) chart.textContent = "";
  chart.traces = chart.figure.data.length;
  fit(chart);
  Plotly.react(chart, chart.figure.data, chart.figure.layout, {
    displaylogo: false,
    // Nothing is sent anywhere: without Plotly's own "Share chart".
    modeBarButtonsToRemove: ["lasso2d", "select2d", "sendChartToCloud"],
  });
  if (!chart.observer) watch(Plotly, chart);
  const ended = performance.now();
  chart.restsUntil = ended + Math.min(REST * (ended - started), LONGEST_REST);
};
const watch = (Plotly, chart) => {
  const finish = () => {
    nameAndKeys(chart);
    makeRoom(Plotly, chart);
  };
  finish();
  chart.on("plotly_afterplot", finish);
  chart.observer = new ResizeObserver(() => {
    // It is told of the chart's end too, when there is nothing left to resize.
    if (chart.isConnected && chart.offsetWidth > 0) Plotly.Plots.resize(chart);
  });
  chart.observer.observe(chart);
};

export default function ({ data, parentElement }) {
  const chart = parentElement.querySelector(".live-chart");
  if (!chart) {
    ready(data.plotly).catch(() => {}); // a chart will tell
    return;
  }
  chart.label = data.label;
  chart.figure = data.figure;
  chart.room = data.figure.layout.margin.b;
  chart.tall = data.height;
  chart.figure.layout.font.family = getComputedStyle(parentElement).fontFamily;
  ready(data.plotly).then(
    (Plotly) => {
      const rest = (chart.restsUntil ?? 0) - performance.now();
      const waits = data.may_wait && rest > 0 && chart.traces === chart.figure.data.length;
      if (!waits) draw(Plotly, chart);
      else chart.waiting ??= setTimeout(draw, rest, Plotly, chart);
    },
    () => (chart.textContent = "The chart cannot be drawn: plotly.js did not load. Reload the page."),
  );
  return () => {
    clearTimeout(chart.waiting);
    chart.observer?.disconnect();
    delete chart.observer; // should the same place be drawn into once more
    window.Plotly?.purge(chart);
  };
}
