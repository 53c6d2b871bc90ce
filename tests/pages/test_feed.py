"""What a tab is fed with, and which version of it counts."""

from __future__ import annotations

from pages.app.feed import Feed, Led
from pages.components.part import part


def test_what_is_shown_is_made_now_and_anew_for_every_frame():
    feed, counted = Feed(), iter(range(10))
    assert feed.show(lambda: {"count": next(counted)}) == {"count": 0}
    assert feed.parts()[1] == {"count": 1}
    assert feed.parts()[1] == {"count": 2}


def test_a_frame_that_was_begun_before_the_script_drew_counts_less_than_what_the_script_drew():
    feed, drawn = Feed(), []

    def make() -> dict[str, object]:
        drawn.append(part("figure", "what the script draws meanwhile"))
        return {"figure": "what was shown before"}

    feed.show(make)
    moment, _ = feed.parts()
    assert moment < drawn[1]["moment"]
    assert feed.parts()[0] > drawn[1]["moment"]


def test_what_the_page_showed_before_a_script_run_is_fed_no_longer():
    feed = Feed()
    feed.show(lambda: {"on the page before": 1})
    feed.begin()
    feed.show(lambda: {"on the page now": 2})
    assert feed.parts()[1] == {"on the page now": 2}


def test_a_part_that_cannot_be_made_is_left_out_and_the_others_are_fed(caplog):
    feed, fails = Feed(), []
    feed.show(lambda: {"broken": 1 / (1 - len(fails))})
    feed.show(lambda: {"sound": 1})
    fails.append("from now on")
    assert feed.parts()[1] == {"sound": 1}
    assert "could not be made" in caplog.text


def test_no_two_tabs_have_one_token_and_none_can_be_guessed():
    tokens = {Feed().token for _ in range(100)}
    assert len(tokens) == 100
    assert min(len(token) for token in tokens) >= 22  # 128 random bits


def test_what_followers_see_stands_until_the_script_leads_them_anew_or_ends_without():
    feed = Feed()
    assert feed.led(dark=False) == Led()
    feed.lead(lambda dark: Led(words=f"dark: {dark}"))
    feed.end()
    assert feed.led(dark=True).words == "dark: True"
    feed.begin()
    assert feed.led(dark=False).words == "dark: False"
    before = feed.leading
    feed.end()
    assert feed.led(dark=False) == Led()
    assert feed.leading > before
