from __future__ import annotations

import json

from streamlit.testing.v1 import AppTest


def a_fragments_run() -> None:
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    from pages.parts.live_chart import live_chart

    get_script_run_ctx().fragment_ids_this_run = ["a click within it, or a tick"]
    figure = {"data": [], "layout": {}}
    live_chart(figure, key="answers_clicks", label="")
    live_chart(figure, key="follows", label="", follows=True)
    get_script_run_ctx().fragment_ids_this_run = None
    live_chart(figure, key="follows_in_a_whole_run", label="", follows=True)


def test_only_a_chart_that_follows_the_training_may_wait_and_only_between_ticks():
    charts = AppTest.from_function(a_fragments_run).run().get("bidi_component")
    may_wait = [json.loads(chart.proto.json)["may_wait"] for chart in charts]
    assert may_wait == [False, True, False]
