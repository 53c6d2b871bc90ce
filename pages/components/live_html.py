"""Figures, sentences and tables that follow the training, as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path

from streamlit.components.v2 import component

from mnist_core.language import _
from mnist_core.show.html import marked
from pages.components.part import FOLLOW_JS, part

_CSS = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
_JS = FOLLOW_JS + Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


def live_html(key: str, html: str) -> None:
    """Draw the HTML, all texts in it escaped, until the feed brings another for this key."""
    place = component(
        "live_html", html='<div class="live-html"></div>', css=_CSS, js=_JS, isolate_styles=False
    )
    place(key=key, data=part(key, html))


def figures(values: Mapping[str, str]) -> str:
    """Large figures by their labels, side by side."""
    pairs = (
        f"<div><dt>{escape(label)}</dt><dd>{escape(value)}</dd></div>"
        for label, value in values.items()
    )
    return f'<dl class="figures">{"".join(pairs)}</dl>'


def bar(share: float, label: str, tint: str = "var(--st-primary-color)") -> str:
    """A bar that is filled to a share from 0 to 1.

    label: what a screen reader says of it.
    """
    percent = f"{100 * share:.1f}"
    return (
        f'<div class="bar" role="progressbar" aria-label="{escape(label)}" aria-valuemin="0" '
        f'aria-valuemax="100" aria-valuenow="{percent}">'
        f'<div style="width: {percent}%; background: {tint}"></div></div>'
    )


def sentence(text: str) -> str:
    """A paragraph, nothing where there is no text; what stands between two ** is bold."""
    return f"<p>{marked(text)}</p>" if text else ""


def caption(text: str) -> str:
    """A paragraph in small print, nothing where there is no text."""
    return f'<p class="caption">{marked(text)}</p>' if text else ""


def picture(address: str, description: str, height: int) -> str:
    """A picture of digits, as wide as there is room for.

    address: of the picture, as digit_grid.sheet() gives it.
    height: in pixels.
    """
    return f'<img src="{address}" alt="{escape(description)}" height="{height}" class="digits">'


def beside(left: str, right: str) -> str:
    """Two pieces of HTML side by side, or below each other where there is no room."""
    return f'<div class="beside">{left}{right}</div>'


def note(text: str, kind: str = "info") -> str:
    """A paragraph in a box.

    kind: "info" or "error".
    """
    role = "alert" if kind == "error" else "note"
    return f'<div class="note {kind}" role="{role}">{marked(text)}</div>'


def table(
    caption: str, columns: Mapping[str, tuple[str, str]], rows: Iterable[Mapping[str, object]]
) -> str:
    """A table that scrolls within its frame.

    caption: what a screen reader calls it.
    columns: for each key of the rows the column's name, as it is marked to be translated, and how
        its values are written, as for str.format; None is written as a dash.
    """
    head = "".join(f'<th scope="col">{escape(_(name))}</th>' for name, _how in columns.values())
    how = {key: written for key, (_name, written) in columns.items()}
    cells = (
        [how[key].format(row[key]) if row[key] is not None else "–" for key in columns]
        for row in rows
    )
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in cells
    )
    return (
        f'<div class="scrolls" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
