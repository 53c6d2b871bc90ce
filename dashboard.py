"""What `streamlit run dashboard.py` serves: the pages, and the channel that feeds them."""

import sys
from pathlib import Path

import streamlit as st

from pages.app.lifespan import lifespan
from pages.app.live import live_route
from pages.app.plotly import plotly_route, preloaded_plotly

_FRAME = Path(__file__).parent / "pages" / "app" / "frame.py"
# Otherwise each run of the script puts its folder first and takes it off again, and an import in
# another thread, on its way through the folders, passes over one: now and then a module that is
# there was not found, where several visitors came first at the same time.
sys.path.append(str(_FRAME.parent))

app = st.App(
    _FRAME,
    routes=[live_route(), plotly_route()],
    middleware=[preloaded_plotly()],
    lifespan=lifespan,
)
