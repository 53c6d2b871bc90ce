"""Texts → HTML that no text in it can break out of."""

from __future__ import annotations

import json
import re
from html import escape
from typing import Any


def marked(text: str) -> str:
    """The text, escaped; what stands between two ** is bold."""
    pieces = escape(text).split("**")
    return "".join(f"<b>{one}</b>" if odd % 2 else one for odd, one in enumerate(pieces))


def for_script(data: Any) -> str:
    """The data as JSON for a script element, which a "</script>" or a "<!--" in it would end."""
    return json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")


def filled(template: str, **pieces: str) -> str:
    """The template with each {{name}} replaced by that piece; the pieces are HTML already."""
    # All at once: what a piece holds is not looked through for names.
    return re.sub(r"{{(\w+)}}", lambda found: pieces[found[1]], template)
