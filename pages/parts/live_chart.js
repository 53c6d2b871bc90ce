// Draws the Plotly figure in `data` into .live-chart, in place: called again at each new figure.
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

export default function ({ data, parentElement }) {
  const chart = parentElement.querySelector(".live-chart");
  chart.setAttribute("aria-label", data.label);
  chart.style.height = `${data.height}px`;
  chart.figure = data.figure;
  chart.figure.layout.font.family = getComputedStyle(parentElement).fontFamily;
  ready(data.plotly).then(
    (Plotly) => {
      if (!chart.isConnected) return;
      if (!chart.observer) chart.textContent = "";
      Plotly.react(chart, chart.figure.data, chart.figure.layout, {
        displaylogo: false,
        modeBarButtonsToRemove: ["lasso2d", "select2d"],
      });
      if (chart.observer) return;
      chart.observer = new ResizeObserver(() => {
        // It is told of the chart's end too, when there is nothing left to resize.
        if (chart.isConnected && chart.offsetWidth > 0) Plotly.Plots.resize(chart);
      });
      chart.observer.observe(chart);
    },
    () => (chart.textContent = "The chart cannot be drawn: plotly.js did not load. Reload the page."),
  );
  return () => {
    chart.observer?.disconnect();
    window.Plotly?.purge(chart);
  };
}
