"""plotly.js as the installed plotly package brings it, so no network is needed."""

from __future__ import annotations

from pathlib import Path

import plotly
import streamlit as st
from streamlit.url_util import make_url_path

PLOTLY_JS = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


def plotly_path() -> str:
    """Where this server serves plotly.js; another version is served elsewhere."""
    name = f"plotly-{plotly.__version__}.min.js"
    return make_url_path(st.get_option("server.baseUrlPath") or "", name)
