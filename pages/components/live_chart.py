"""A Plotly chart that is redrawn in place while its figure changes.

st.plotly_chart mounts itself anew at every change of the figure, and so forgets the viewer's zoom
and legend choices. This component gives Plotly the new points, or else the new figure, and keeps
them as long as the figure's uirevision stays the same.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from streamlit.components.v2 import component

from mnist_core.language import _, language, later
from pages.components.part import FOLLOW_JS, part
from pages.components.plotly_js import plotly_path

if TYPE_CHECKING:
    # load_plotly need not wait for it.
    from mnist_core.show.charts import Figure

# The text takes its colour from the page itself: a change of theme reaches it at once.
_CSS = """
/* As wide as there is room for, not as its drawing is: that would hinder a window in shrinking. */
.live-chart { min-height: 260px; contain: inline-size; }
.live-chart :is(.xtick, .ytick) text,
.live-chart :is(.legendtext, .legendtitletext, .xtitle, .ytitle) {
  fill: var(--st-text-color) !important;
}
.live-chart :is(.modebar-btn, .legendtoggle):focus-visible {
  outline: 3px solid var(--st-primary-color) !important;
}
"""
_HTML = '<div class="live-chart"></div>'
_JS = FOLLOW_JS + Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


# What Plotly says of its own buttons, and when one has zoomed.
_OF_PLOTLY = (
    later("Download plot as a PNG"),
    later("Zoom"),
    later("Pan"),
    later("Zoom in"),
    later("Zoom out"),
    later("Autoscale"),
    later("Reset axes"),
    later("Double-click to zoom back out"),
)

FILL = 0  # the height of a chart that takes what is left of the window's


def chart(figure: Figure, label: str, height: int = 380) -> dict[str, object]:
    """What a live chart shows.

    label: what a screen reader says of the chart.
    height: in pixels, to which a legend of several rows adds; or FILL.
    """
    return {"figure": figure, "label": label, "height": height}


def live_chart(key: str, shown: dict[str, object] | None) -> None:
    """Draw the chart, or redraw it in place where the key was drawn before; None draws nothing.

    shown: a chart(); what a viewer has zoomed in it is forgotten where its "kind" becomes another.
    """
    # Made at every call: page tests have a runtime, and so a registry, for each page.
    place = component("live_chart", html=_HTML, css=_CSS, js=_JS, isolate_styles=False)
    place(key=key, data=part(key, shown) | {"plotly": plotly_path()})


def load_plotly() -> None:
    """Have the browser run plotly.js, which takes it half a second, while the page is prepared.

    It says what the charts say in the language at work.

    It shows nothing.
    """
    loader = component("plotly_loader", html="<i></i>", js=_JS, isolate_styles=False)
    words = {
        "show": _("Show {line}"),
        "failed": _("The chart cannot be drawn: plotly.js did not load. Reload the page."),
        "dictionary": {text: _(text) for text in _OF_PLOTLY},
    }
    words |= {"language": language()}
    loader(key="plotly_loader", data={"plotly": plotly_path(), "words": words})
