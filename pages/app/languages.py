"""In which language a visitor reads the pages: their browser's, until they choose another."""

from __future__ import annotations

import streamlit as st

from mnist_core.language import LANGUAGES, _, language, speak

_QUERY = "language"  # in the page's address; by the same name the session keeps it


def speak_to_visitor() -> None:
    """Make all texts of this script run in the visitor's language.

    The page's address decides where it names one. It does where the language is not the browser's
    own, so that reloading the page, which begins a new visit, keeps it.
    """
    state, named = st.session_state, st.query_params.get(_QUERY)
    if named not in LANGUAGES:
        named = None
    chosen = named or state.get(_QUERY) or _of_browser()
    if state.get(_QUERY, chosen) != chosen:
        _keep_what_was_chosen()
    state[_QUERY] = chosen
    if named is None and chosen != _of_browser():
        st.query_params[_QUERY] = chosen
    speak(chosen)


def say_unknown_language() -> None:
    """A note where the page's address names a language that there is not."""
    if st.query_params.get(_QUERY, language()) not in LANGUAGES:
        st.warning(
            _(
                "The page’s address names a language that there is not. There are: {languages}."
            ).format(languages=", ".join(f"{code} ({name})" for code, name in LANGUAGES.items())),
            icon=":material/link_off:",
        )


def language_switch() -> None:
    """A quiet button for each other language, which names itself."""
    for code, name in LANGUAGES.items():
        if code != language():
            st.button(
                name,
                key=f"language_{code}",
                type="tertiary",
                on_click=_switch,
                args=(code,),
            )


def _of_browser() -> str:
    code = (st.context.locale or "").partition("-")[0].lower()
    return code if code in LANGUAGES else next(iter(LANGUAGES))


def _switch(code: str) -> None:
    _keep_what_was_chosen()
    st.session_state[_QUERY] = st.query_params[_QUERY] = code


def _keep_what_was_chosen() -> None:
    """Set each widget to what it says.

    A browser sends what is chosen by its name, which is not known in another language.
    """
    for key, value in st.session_state.items():
        # Not what a button or an uploaded file says, which may not be set.
        if isinstance(value, str | int | float | list | tuple) and not isinstance(value, bool):
            st.session_state[key] = value
