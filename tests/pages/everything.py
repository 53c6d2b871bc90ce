"""Every text of a page, wherever it stands: labels, helps, tables, charts, what components say."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from html import unescape

from google.protobuf.json_format import MessageToDict
from streamlit.testing.v1 import AppTest

# Where the texts are: of an element, of a figure.
_OF_ELEMENT = {"label", "help", "body", "options", "content", "placeholder", "text"}
_OF_FIGURE = {"name", "text", "ticktext", "hovertemplate"}
# What a component is given for the browser alone.
_NOT_READ = {"key", "plotly", "path", "sheet", "look", "language", "drawing", "background"}


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
        yield from _named(MessageToDict(proto), _OF_ELEMENT)


def _of_component(data: object) -> Iterator[str]:
    shown = json.loads(data["shown"]) if "shown" in data else None
    yield from _of_value({name: one for name, one in data.items() if name != "shown"})
    if isinstance(shown, dict) and "figure" in shown:
        yield from _named(shown.pop("figure"), _OF_FIGURE)
    yield from _of_value(shown)


def _of_value(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, one in value.items():
            if name not in _NOT_READ:
                yield from _of_value(one)
    elif isinstance(value, list):
        for one in value:
            yield from _of_value(one)
    elif isinstance(value, str):
        yield value


def _named(value: object, names: Collection[str], name: str = "") -> Iterator[str]:
    """The texts under those names."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _named(one, names, key)
    elif isinstance(value, list):
        for one in value:
            yield from _named(one, names, name)
    elif isinstance(value, str) and name in names:
        yield value


def _plain(text: str) -> str:
    """Without tags, formulas and fields, but with what a screen reader says of a tag."""
    said = re.findall(r'(?:aria-label|alt)="(.*?)"', text)
    code = r"<style>.*?</style>|<[^>]*>|\$\$.*?\$\$|`[^`]*`|%?\{[^}]*\}"
    return unescape(" ".join([re.sub(code, " ", text, flags=re.DOTALL), *said])).strip()
