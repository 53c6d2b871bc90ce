"""A page that stands alone, as a browser would read it."""

from __future__ import annotations

import json
from html.parser import HTMLParser


class PageRead(HTMLParser):
    """Its elements, its texts, and what its scripts hold."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attributes) -> None:
        self.elements.append((tag, dict(attributes)))
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data) -> None:
        if self.elements and self.elements[-1][0] == "script" and self.cdata_elem:
            self.scripts[-1] += data
        else:
            self.texts.append(data)

    @property
    def races(self) -> list[dict]:
        """The recorded races within it; its last script is what replays them."""
        return [json.loads(script) for script in self.scripts[:-1]]

    @property
    def text(self) -> str:
        """All that can be read on it."""
        return "".join(self.texts)

    @property
    def addresses(self) -> list[str | None]:
        """What it would fetch, or lead to."""
        attributes = [pair for _, one in self.elements for pair in one.items()]
        return [value for name, value in attributes if name in ("src", "href")]

    @property
    def policy(self) -> str:
        """What it lets a browser fetch."""
        return next(one["content"] for _, one in self.elements if "http-equiv" in one)
