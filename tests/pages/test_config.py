"""What .streamlit/config.toml must hold, since pages and training rely on it."""

from __future__ import annotations

import tomllib

import pytest
from streamlit import config

from tests.pages.dashboard import FRAME

SETTINGS = tomllib.loads((FRAME.parents[2] / ".streamlit" / "config.toml").read_text())


@pytest.mark.parametrize(
    ("section", "option", "value", "why"),
    [
        (
            "runner",
            "postScriptGC",
            False,
            "a full collection after each run of the script is slow",
        ),
        ("runner", "fastReruns", False, "two threads on one session state can freeze the page"),
        ("runner", "magicEnabled", False, "to look for what it writes takes longer than a page"),
        ("server", "address", "localhost", "nobody else may open it unless asked to"),
        ("server", "showEmailPrompt", False, "a first start must not wait for an answer"),
        ("server", "fileWatcherType", "none", "nothing is edited while a class watches"),
        ("server", "websocketPingInterval", 10, "a laptop fallen asleep is noticed after 17 s"),
        ("server", "maxUploadSize", 16, "a stranger's file must not fill the memory"),
        ("server", "maxMessageSize", 32, "nor may a stranger's message"),
        ("global", "disableWidgetStateDuplicationWarning", True, "a choice may have a default"),
        ("browser", "gatherUsageStats", False, "nobody is told what a class does"),
    ],
)
def test_a_setting_is_as_it_must_be(section, option, value, why):
    assert (type(SETTINGS[section][option]), SETTINGS[section][option]) == (type(value), value), why


def test_streamlit_knows_every_setting():
    flat = {
        f"{section}.{option}"
        for section, options in SETTINGS.items()
        for option, value in options.items()
        if not isinstance(value, dict)
    }
    assert flat <= set(config.get_config_options())
