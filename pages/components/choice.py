"""One of a few things, chosen by a row of buttons."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import streamlit as st

from mnist_core.language import _, in_this_language
from mnist_core.show.sentences import capitalized


def choose(
    label: str,
    names: dict[Hashable, str],
    *,
    key: str,
    first: Hashable | None = None,
    quiet: bool = False,
    disabled: bool = False,
) -> Any:
    """The chosen key of `names`. It keeps its value across pages.

    names: as they are marked to be translated.
    quiet: without its label, which a screen reader still says.
    first: what is chosen to begin with; without it, the first of `names`.
    """
    first = next(iter(names)) if first is None else first
    return st.segmented_control(
        label,
        list(names),
        # The same at every run: a browser that is given the choice only by the second one begins
        # with the default, and sends it with the next click.
        default=first,
        required=True,
        key=key,
        format_func=in_this_language(lambda one: capitalized(_(names[one]))),
        disabled=disabled,
        label_visibility="collapsed" if quiet else "visible",
        persist_state="session",
    )
