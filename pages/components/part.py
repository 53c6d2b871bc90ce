"""A part of a page that moves: its component draws a first version, and newer ones as they come."""

from __future__ import annotations

import json
import time
from itertools import count
from pathlib import Path

# What the JavaScript of every component that draws such a part begins with.
FOLLOW_JS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")

# Microseconds since 1970 to begin with: later than all that an earlier server sent to the same tab.
_moments = count(time.time_ns() // 1000)


def next_moment() -> int:
    """A number that is higher than all before: of two versions of a part, the higher one counts."""
    return next(_moments)


def written(shown: object) -> str:
    """In JSON, as it is sent: escaped, Korean would take twice the room."""
    text = json.dumps(shown, ensure_ascii=False)
    # What a strange file holds may be no text that can be sent.
    return text.encode("utf-8", "replace").decode("utf-8")


def part(key: str, shown: object) -> dict[str, object]:
    """The data of a component that draws such a part: what it shows until something newer comes."""
    # As text: to see whether anything else is a table, Streamlit imports pandas, and looks closely.
    return {"key": key, "moment": next_moment(), "shown": written(shown)}
