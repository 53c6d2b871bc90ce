"""The texts of the pages that are marked to be translated."""

from __future__ import annotations

from babel.messages.extract import extract_from_dir

from tests.pages.dashboard import FRAME

PAGES = FRAME.parents[1]
MARKS = {"_": None, "n_": (1, 2), "later": None}


def marked() -> list[tuple[str, ...]]:
    """Each text, with the one for several where there are two of them."""
    found = extract_from_dir(PAGES, [("**.py", "python")], keywords=MARKS)
    texts = (each[2] for each in found)
    return sorted({text if isinstance(text, tuple) else (text,) for text in texts})
