"""A question that is answered by one tap, without a run of the script."""

from __future__ import annotations

from pathlib import Path

from streamlit.components.v2 import component

from mnist_core.language import _
from pages.components.part import FOLLOW_JS, part

_CSS = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
_JS = FOLLOW_JS + Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
_HTML = '<div class="ballot"><p></p><div role="group"></div><small role="status"></small></div>'


def ballot(shown: dict[str, object] | None, given: dict[str, int] | None) -> None:
    """Draw the question, as long as there is one.

    shown: its "vote" (a number), "question", "options", whether it is "open", the line below when
        it is "closed", which option "came_true", and the "counts" of the options, None where they
        may not be seen; as fed by the key "ballot". None draws nothing.
    given: the answer that counts, a "vote" and an "option"; as fed by the key "ballot_answer".
    """
    place = component("ballot", html=_HTML, css=_CSS, js=_JS, isolate_styles=False)
    words = {
        "tap": _("Tap your answer."),
        "counts": _("Your answer counts. Until the vote is closed, another tap changes it."),
    }
    data = part("ballot", shown) | {"given": part("ballot_answer", given), "words": words}
    place(key="ballot", data=data)
