"""Every text of a page, wherever it stands: labels, helps, tables, charts, what components say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape

from google.protobuf.json_format import MessageToDict
from streamlit.testing.v1 import AppTest

# What is for the browser and not for a reader: of an element, and of what a component is given.
_NOT_READ = {
    *("id", "elementId", "key", "formId", "icon", "url", "format", "anchor", "elementType"),
    *("plotly", "path", "sheet", "look", "language", "drawing"),
}
_OF_FIGURE = {"name", "text", "ticktext", "hovertemplate"}


def everything(app: AppTest) -> list[str]:
    """What the page says, a text each."""
    found = (text for element in _elements(app._tree) for text in _of_element(element))
    return [text for one in found if (text := _plain(one))]


def _elements(node: object) -> Iterator[object]:
    if getattr(node, "proto", None) is not None:
        yield node
    for child in getattr(node, "children", {}).values():
        yield from _elements(child)


def _of_element(element: object) -> Iterator[str]:
    proto = element.proto
    if element.type == "bidi_component":
        yield from _of_component(json.loads(proto.json))
    elif element.type == "arrow_data_frame":
        yield from map(str, element.value.columns)
        yield from (str(cell) for name in element.value.columns for cell in element.value[name])
    else:
        # Without the values of enumerations.
        texts = _of_value(MessageToDict(proto))
        yield from (text for text in texts if not re.fullmatch("[A-Z_]+", text))


def _of_component(data: object) -> Iterator[str]:
    shown = json.loads(data["shown"]) if "shown" in data else None
    yield from _of_value({name: one for name, one in data.items() if name != "shown"})
    if isinstance(shown, dict) and "figure" in shown:
        yield from _of_figure(shown.pop("figure"))
    yield from _of_value(shown)


def _of_value(value: object, name: str = "") -> Iterator[str]:
    if name in _NOT_READ:
        return
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _of_value(one, key)
    elif isinstance(value, list):
        for one in value:
            yield from _of_value(one, name)
    elif isinstance(value, str):
        yield value


def _of_figure(value: object, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _of_figure(one, key)
    elif isinstance(value, list):
        for one in value:
            yield from _of_figure(one, name)
    elif isinstance(value, str) and name in _OF_FIGURE:
        yield value


def _plain(text: str) -> str:
    """Without tags and fields to be filled in, but with what a screen reader says of a tag."""
    said = re.findall(r'(?:aria-label|alt)="(.*?)"', text)
    text = re.sub(r"<style>.*?</style>|<[^>]*>|%?\{[^}]*\}", " ", text, flags=re.DOTALL)
    return unescape(" ".join([text, *said])).strip()
