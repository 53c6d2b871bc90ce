"""The frame around every page: its settings, the visitor's run, the sidebar."""

import streamlit as st

from pages.parts import session
from pages.parts.knobs import knobs

st.set_page_config(
    page_title="Mini-batches, live",
    # A file of our own: a named icon would be fetched from the internet.
    page_icon="pages/parts/icon.svg",
    layout="wide",
)

# Streamlit leaves 6 rem above a page; on a projector they are better spent on the charts.
st.html("<style>.stMainBlockContainer { padding-top: 2.5rem; }</style>")

page = st.navigation(
    [
        st.Page("pages/digits.py", title="Digits", icon=":material/dialpad:"),
        st.Page("pages/mini_batch.py", title="Mini-batch", icon=":material/grid_view:"),
        st.Page("pages/train.py", title="Train", icon=":material/show_chart:", default=True),
        st.Page("pages/predictions.py", title="Predictions", icon=":material/fact_check:"),
    ]
)

session.load_or_explain()
with st.sidebar:
    knobs(session.begin())
page.run()
