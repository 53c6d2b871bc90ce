"""Who may know whom among the pages."""

from __future__ import annotations

import pkgutil
import subprocess
import sys

from streamlit.runtime.scriptrunner.exec_code import modified_sys_path

import dashboard  # noqa: F401 - as the server does before the first visitor comes
import pages.components
from tests.pages.dashboard import FRAME

COMPONENTS = [
    one.name for one in pkgutil.iter_modules(pages.components.__path__, "pages.components.")
]


def test_what_a_browser_draws_knows_nothing_of_the_app_around_it():
    assert "pages.components.part" in COMPONENTS
    program = f"import sys, {', '.join(COMPONENTS)}; print(*sys.modules)"
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=FRAME.parents[2], capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr
    assert not [name for name in ended.stdout.split() if name.startswith("pages.app")]


def test_a_script_run_changes_nothing_in_the_folders_that_another_threads_import_goes_through():
    before = list(sys.path)
    with modified_sys_path(str(FRAME)):
        assert sys.path == before
    assert sys.path == before
