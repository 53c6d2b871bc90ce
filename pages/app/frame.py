"""The frame around every page: its settings, its title, the visitor's run, the sidebar."""

from pathlib import Path

import streamlit as st

from mnist_core.language import _
from pages.app.languages import language_switch, say_unknown_language, speak_to_visitor
from pages.app.theme import is_dark
from pages.components.live_chart import load_plotly
from pages.components.page_language import tell_language

_PAGES = Path(__file__).parents[1]

# First of all: a script run begins in a thread that speaks English.
speak_to_visitor()
st.set_page_config(
    page_title=_("Mini-batches, live"),
    # A file of our own: a named icon would be fetched from the internet.
    page_icon=_PAGES / "app" / "icon.svg",
    layout="wide",
)

# Streamlit leaves much room above a page and in its title; on a projector the charts need it. It
# writes white on main buttons and chosen sizes, whatever their colour; on the dark theme's, black
# can be read.
st.html(
    "<style>h1 { font-size: 1.6rem !important; padding: 0 !important; }"
    # What stands beside the title leaves it as high as it is alone.
    ".st-key-head { margin-bottom: -1rem; } .st-key-head button { min-height: 2rem; }"
    # On the dark theme a quiet button that is pressed can't be read otherwise.
    ".st-key-head button { color: inherit !important; }"
    # On a telephone they stand in its line without their pictures.
    "@media (max-width: 480px) { .st-key-head button span:has(> [data-testid=stIconMaterial]) "
    "{ display: none; } .st-key-head { margin-bottom: -0.5rem; } }"
    "@media (min-width: 768px) { .stMainBlockContainer { padding: 1rem 2.5rem; } }"
    "button[kind=primary]:enabled, [data-tag] > * "
    f"{{ color: {'black' if is_dark() else 'white'}; }}"
    # Not undisplayed: the channel's line is within, and shows where there is no connection.
    ":has(> .st-key-unseen), .st-key-unseen, .st-key-unseen > * { position: absolute; width: 1px; "
    "height: 1px; overflow: hidden; }"
    # A table shows which cell has the focus, but not that it has it at all.
    "[data-testid=stDataFrame]:has(:focus-visible) { outline: 2px solid currentColor; }"
    # Korean is read by words, where a browser would break its lines within them.
    "html:lang(ko) * { word-break: keep-all; overflow-wrap: break-word; }"
    # One row of the sidebar holds them, in whichever font.
    "html:lang(ko) .st-key-tempo button { padding-inline: 0.6rem; }</style>"
)


def _page(file: str, title: str, icon: str, **how: object) -> st.Page:
    return st.Page(_PAGES / file, title=title, icon=f":material/{icon}:", **how)


# By names that are the same in every language.
pages = {
    "Digits": _page("digits/digits.py", _("Digits"), "dialpad"),
    "Mini-batch": _page("mini_batch/mini_batch.py", _("Mini-batch"), "grid_view"),
    "Train": _page("train.py", _("Train"), "show_chart", default=True),
    "Compare": _page("compare/compare.py", _("Compare"), "sports_score"),
    "Predictions": _page("predictions/predictions.py", _("Predictions"), "fact_check"),
    # Its entry stands beside the title; the keys 1 to 5 open the pages before it.
    "Class": _page(
        "classroom/classroom.py", _("Class"), "groups", url_path="class", visibility="hidden"
    ),
}
page = st.navigation(list(pages.values()))
name = next(name for name, one in pages.items() if one is page)

head = st.container(key="head", horizontal=True, vertical_alignment="center", gap="xsmall")
head.title(page.title)
unseen = st.container(key="unseen")
with unseen:
    tell_language()
    load_plotly()

# Only now: the visitor sees the title while these are imported.
from mnist_core.cluster.connection import NoNodeError  # noqa: E402
from pages.app import visitors  # noqa: E402
from pages.app.channel import open_channel  # noqa: E402
from pages.app.live import path_for  # noqa: E402
from pages.app.loading import LOADING, load_or_explain, must_download  # noqa: E402
from pages.app.no_node import say_unanswered  # noqa: E402
from pages.app.presenting import is_presented, presented_query, style_presentation  # noqa: E402
from pages.app.sidebar import knobs, take_key  # noqa: E402
from pages.classroom.strip import class_strip  # noqa: E402
from pages.components.keys import listen_to_keys  # noqa: E402
from pages.lesson.strip import lesson_strip  # noqa: E402

# PyTorch takes more than a second to import. The first page can be drawn before that.
if name != "Train" or LOADING.over or must_download():
    load_or_explain()
visitor = visitors.begin()
with unseen:
    open_channel(path_for(visitor.feed.token))
    if number := listen_to_keys(lambda key: take_key(visitor.training, key)):
        st.switch_page(list(pages.values())[int(number) - 1], query_params=presented_query())
style_presentation()
with st.sidebar:
    knobs(visitor)
if name != "Train" or is_presented():
    visitor.training.watch_noise(False)
class_strip(visitor, head, name, pages)
lesson_strip(visitor, head, name, pages)
with head:
    language_switch()
say_unknown_language()
try:
    page.run()
except NoNodeError as error:
    say_unanswered(visitor, error)
visitor.feed.end()
