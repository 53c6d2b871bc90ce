from __future__ import annotations

from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import follow


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


def a_page_with_an_aside() -> None:
    import streamlit as st

    from pages.parts import visitors
    from pages.parts.follow import follow, follow_aside, follow_asides

    session = visitors.begin()
    follow_aside(session, lambda: st.markdown("aside"))
    for number in range(st.session_state["followers"]):
        follow(session, lambda number=number: st.markdown(f"followed {number}"))
    follow_asides(session)


@pytest.mark.parametrize("followers", [0, 1, 2])
def test_an_aside_is_drawn_once_however_many_parts_follow(followers):
    page = AppTest.from_function(a_page_with_an_aside)
    page.session_state["followers"] = followers
    texts = [text.value for text in page.run().markdown]
    assert texts == ["aside"] + [f"followed {number}" for number in range(followers)]


def test_the_more_train_the_rarer_are_the_ticks(monkeypatch):
    for live, seconds in ((0, 0.5), (1, 0.5), (10, 0.5), (30, 1.5), (60, 3.0)):
        monkeypatch.setattr(follow, "RUNNER", SimpleNamespace(live_count=live))
        assert follow.tick_seconds() == seconds
