from __future__ import annotations

from streamlit.testing.v1 import AppTest


def a_page() -> None:
    import streamlit as st

    from pages.parts import visitors
    from pages.parts.follow import follow

    follow(visitors.begin(), lambda: st.markdown("followed"))
    st.markdown("what comes after")


def test_what_is_followed_cannot_be_withdrawn_from_the_places_of_a_page():
    page = AppTest.from_function(a_page).run().main.children
    assert len(page) == 2
    assert page[1].value == "what comes after"
    # The fragment is a container itself, and Streamlit's to withdraw: the place is not.
    (fragment,) = page[0].children.values()
    assert fragment.children[0].value == "followed"
