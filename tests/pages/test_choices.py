"""The rows of buttons by which one thing is chosen."""

from __future__ import annotations

from tests.pages.dashboard import go_to, open_dashboard


def test_a_choice_begins_with_the_same_button_whichever_script_run_a_browser_draws_first():
    app = open_dashboard()
    first: dict[str, list[int]] = {}
    for page in ("train", "compare", "compare", "predictions", "predictions", "digits", "digits"):
        for choice in app.get("button_group"):
            default = list(choice.proto.default)
            assert first.setdefault(choice.proto.id, default) == default
        go_to(app, page)
    assert len(first) > 8
