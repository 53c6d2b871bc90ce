"""What `streamlit run dashboard.py` serves: the pages, and the channel that feeds them."""

from pathlib import Path

import streamlit as st

from pages.app.lifespan import lifespan
from pages.app.live import live_route
from pages.app.plotly import plotly_route, preloaded_plotly

_FRAME = Path(__file__).parent / "pages" / "app" / "frame.py"

app = st.App(
    _FRAME,
    routes=[live_route(), plotly_route()],
    middleware=[preloaded_plotly()],
    lifespan=lifespan,
)
