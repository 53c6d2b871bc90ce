"""What pages that stand alone share: their frame, their look, their colours in both themes."""

from __future__ import annotations

from html import escape
from pathlib import Path

from mnist_core.language import _, language
from mnist_core.machine import Machine
from mnist_core.show.charts.look import theme
from mnist_core.show.html import filled

_FOLDER = Path(__file__).parent


def page(title: str, body: str, *styles: str, script: str) -> str:
    """A whole page, in the language at work.

    body: as HTML.
    styles, script: names of the files that it needs beside the look that all pages share.
    """
    return filled(
        read("page.html"),
        language=language(),
        title=escape(title),
        light=_variables(dark=False),
        dark=_variables(dark=True),
        css="".join(map(read, ("page.css", *styles))),
        body=body,
        js=read(script),
    )


def headed(heading: str, run_on: str) -> str:
    """A page's head, as HTML: that it is recorded, what, and where."""
    recorded = f'<span class="recorded">{escape(_("Recorded"))}</span>'
    return f'<h1>{recorded} {escape(heading)}</h1>\n<p class="small">{escape(run_on)}</p>\n'


def where(machine: Machine) -> str:
    """The machine on which something was measured, in words."""
    return _("{processor}, {threads} threads, torch {torch}").format(
        processor=machine.processor, threads=machine.threads, torch=machine.torch
    )


def read(name: str) -> str:
    """What a file of this folder holds."""
    return (_FOLDER / name).read_text(encoding="utf-8")


def _variables(dark: bool) -> str:
    """The theme's colours, by the names that Streamlit gives them, as CSS."""
    return " ".join(f"--{name}: {tint};" for name, tint in theme(dark).items())
