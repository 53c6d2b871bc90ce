"""The frame around every page: its settings, its title, the visitor's run, the sidebar."""

import streamlit as st

from pages.parts.live_chart import load_plotly

st.set_page_config(
    page_title="Mini-batches, live",
    # A file of our own: a named icon would be fetched from the internet.
    page_icon="pages/parts/icon.svg",
    layout="wide",
)

# Streamlit leaves much room above a page and in its title; on a projector the charts need it. It
# writes white on a main button, whatever its colour; on the dark theme's, black can be read.
st.html(
    "<style>h1 { font-size: 2rem !important; padding: 0.5rem 0 !important; }"
    "@media (min-width: 768px) { .stMainBlockContainer { padding-top: 2rem; } }"
    "[data-testid=stBaseButton-primary]:enabled { color: light-dark(white, black); }"
    # What follows the training is always about to be drawn anew: to fade it meanwhile, as Streamlit
    # fades what is old, has each element of it painted twice more.
    ":is([class*=st-key-follower_], .st-key-doing) :is(.stElementContainer, .stExpander *)"
    "{ transition: none !important; opacity: 1 !important; }"
    # Room for two lines that come a moment later, lest the sliders below them jump.
    ".st-key-doing { min-height: 3rem; }"
    ":has(> .st-key-unseen) { display: none; }"
    # A bar that glides is painted sixty times a second, from one tick to the next: a tenth of a
    # processor core, which training on the same computer would miss.
    "[data-testid=stProgressBarTrack] * { transition: none !important; }"
    # A table shows which cell has the focus, but not that it has it at all.
    "[data-testid=stDataFrame]:has(:focus-visible) { outline: 2px solid currentColor; }</style>"
)

train = st.Page("pages/train.py", title="Train", icon=":material/show_chart:", default=True)
page = st.navigation(
    [
        st.Page("pages/digits.py", title="Digits", icon=":material/dialpad:"),
        st.Page("pages/mini_batch.py", title="Mini-batch", icon=":material/grid_view:"),
        train,
        st.Page("pages/compare.py", title="Compare", icon=":material/sports_score:"),
        st.Page("pages/predictions.py", title="Predictions", icon=":material/fact_check:"),
    ]
)

st.title(page.title)
with st.container(key="unseen"):
    load_plotly()

# Only now: the visitor sees the title while these are imported.
from pages.parts import shared, visitors  # noqa: E402
from pages.parts.follow import follow_asides, settle  # noqa: E402
from pages.parts.knobs import knobs  # noqa: E402

# PyTorch takes more than a second to import. The first page can be drawn before that.
if page != train or shared.LOADING.over or shared.must_download():
    shared.load_or_explain()
session = visitors.begin()
with st.sidebar:
    knobs(session)
page.run()
follow_asides(session)
settle(session)
# Only when the page is on its way: importing PyTorch holds up all else that the server does.
shared.LOADING.begin()
