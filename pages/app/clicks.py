"""No click may be lost."""

from __future__ import annotations

from streamlit.runtime.state.safe_session_state import SafeSessionState


def keep_every_click() -> None:
    """Have a script run take in the click that it was begun for, even where it is broken off.

    Where the script was asked to run again before it had taken the click in, Streamlit 1.67 broke
    it off first, and the next run knew nothing of the click. It looks again right afterwards.
    """
    SafeSessionState.on_script_will_rerun = _take_in


def _take_in(state: SafeSessionState, *fresh: object, **others: object) -> None:
    with state._lock:
        state._state.on_script_will_rerun(*fresh, **others)
