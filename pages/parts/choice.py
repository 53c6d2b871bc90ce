"""One of a few things, chosen by a row of buttons."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import streamlit as st


def choose(
    label: str,
    names: dict[Hashable, str],
    *,
    key: str,
    first: Hashable | None = None,
    disabled: bool = False,
) -> Any:
    """The chosen key of `names`. It keeps its value across pages.

    first: what is chosen to begin with; without it, the first of `names`.
    """
    first = next(iter(names)) if first is None else first
    return st.segmented_control(
        label,
        list(names),
        # Streamlit warns of a default beside a value that is there already.
        default=None if key in st.session_state else first,
        required=True,
        key=key,
        format_func=names.get,
        disabled=disabled,
        persist_state="session",
    )
