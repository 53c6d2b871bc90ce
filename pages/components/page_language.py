"""The language of the page, as a browser and a screen reader are told it."""

from __future__ import annotations

from streamlit.components.v2 import component

from mnist_core.language import language

_JS = "export default ({ data }) => { document.documentElement.lang = data.language; };"


def tell_language() -> None:
    """Have the page say in which language it is written. It shows nothing."""
    place = component("page_language", html="<i></i>", js=_JS, isolate_styles=False)
    place(key="page_language", data={"language": language()})
