"""Who may know whom among the pages."""

from __future__ import annotations

import pkgutil
import subprocess
import sys

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
