"""A button by which the browser saves a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import Any

import streamlit as st

from mnist_core.language import in_this_language

_KINDS = {".csv": "text/csv", ".html": "text/html", ".json": "application/json"}


def download(
    label: str,
    file: str,
    make: Callable[[], str],
    *,
    key: str,
    icon: str = ":material/download:",
    **look: Any,
) -> None:
    """What is in the file is made when the button is clicked; the script doesn't run for it.

    file: its name; how it ends says of what kind it is.
    look: for Streamlit's download_button.
    """
    st.download_button(
        label,
        in_this_language(make),
        file,
        _KINDS[PurePath(file).suffix],
        key=key,
        on_click="ignore",
        icon=icon,
        **look,
    )
