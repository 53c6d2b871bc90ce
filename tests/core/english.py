"""Which words of a text are English."""

from __future__ import annotations

import re

from tests.core.races import MACHINE

# Names, and what a file or an address holds, which are the same in every language.
NAMES = {"Adam", "GPU", "MNIST", "McCandlish", "PyTorch", "torch"}
TITLES = (
    "et al., “An Empirical Model of Large-Batch Training”",
    "?lesson=",
    "?present=",
    "S_min",
    MACHINE.processor,
)


def english_in(text: str) -> set[str]:
    """Words of Latin letters that are no names."""
    for title in TITLES:
        text = text.replace(title, "")
    text = re.sub(r"<[^>]*>|%\{[^{}]*\}", " ", text)
    return set(re.findall(r"[A-Za-z]{3,}", text)) - NAMES
