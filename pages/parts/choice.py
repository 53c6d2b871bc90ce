"""One of a few things, chosen by a row of buttons."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import streamlit as st


def choose(label: str, names: dict[Hashable, str], *, key: str, disabled: bool = False) -> Any:
    """The chosen key of `names`; the first one to begin with. It keeps its value across pages."""
    return st.segmented_control(
        label,
        list(names),
        default=next(iter(names)),
        required=True,
        key=key,
        format_func=names.get,
        disabled=disabled,
        persist_state="session",
    )
