"""A Plotly chart that is redrawn in place while its figure changes.

st.plotly_chart mounts itself anew at every change of the figure, and so forgets the viewer's zoom
and legend choices. This component hands each figure to Plotly.react instead, which keeps them as
long as the figure's uirevision stays the same.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import plotly
import streamlit as st
from streamlit.components.v1 import declare_component
from streamlit.components.v2 import component
from streamlit.runtime.scriptrunner import get_script_run_ctx

if TYPE_CHECKING:
    # load_plotly shall not have to wait for it.
    from mnist_core.charts import Figure

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
_JS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


def live_chart(
    figure: Figure, *, key: str, label: str, height: int = 380, follows: bool = False
) -> None:
    """Draw the figure, or redraw it in place where the key was drawn before.

    label: what a screen reader says of the chart.
    height: in pixels; a legend of several rows adds to it.
    follows: whether it follows the training and answers no click within its own fragment. Then, of
        the figures that ticks bring, a browser for which drawing takes long leaves some out, but
        never the last; what a run of the whole script brings is drawn at once.
    """
    # Made at every call: page tests have a runtime, and so a registry, for each page.
    chart = component("live_chart", html=_HTML, css=_CSS, js=_JS, isolate_styles=False)
    chart(
        key=key,
        data={
            "figure": figure,
            "label": label,
            "height": height,
            "may_wait": follows and bool(get_script_run_ctx().fragment_ids_this_run),
            "plotly": _plotly_url(),
        },
    )


def load_plotly() -> None:
    """Have the browser load plotly.js, which takes it a second, while the server prepares the page.

    It shows nothing; the container that it stands in had better not be displayed.
    """
    loader = component("plotly_loader", html="<i></i>", js=_JS, isolate_styles=False)
    loader(key="plotly_loader", data={"plotly": _plotly_url()})


@cache
def _plotly_url() -> str:
    """Where this server serves the plotly.js of the installed plotly package, without a network.

    A classic component serves its folder's files, so no copy of the 4.8 MB need be made; that
    component itself is never shown. Declared once: Streamlit looks through all modules and at the
    disk each time, which took a third of every tick.
    """
    folder = Path(plotly.__file__).parent / "package_data"
    served = declare_component("plotly_js", path=folder)
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"{'/' + base if base else ''}/component/{served.name}/plotly.min.js"
