"""What a recorded number or text may be: whoever reads a file insists on it, see race/file.py."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

Count = Annotated[int, Meta(ge=0, lt=10**15)]
Amount = Annotated[float, Meta(ge=0, lt=1e15)]
Number = Annotated[float, Meta(gt=-1e15, lt=1e15)]
Share = Annotated[float, Meta(ge=0, le=1)]
Label = Annotated[int, Meta(ge=0, le=9)]
Text = Annotated[str, Meta(max_length=500)]
MOST_WATCHED = Meta(max_length=16)
MOST_ROWS = Meta(max_length=200_000)
