"""The teacher's pages, from the dashboard to the printer."""

from __future__ import annotations

import re


def test_the_handout_comes_from_because_and_prints_on_two_sides_of_a4(page, browser):
    page.get_by_role("button", name="Because").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="For the teacher").click()
    printed = browser.new_page()
    printed.set_content(download.value.path().read_text(encoding="utf-8"))
    pdf = printed.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 2
    # A4 in points of 1/72 inch.
    sides = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert {(round(float(width)), round(float(height))) for width, height in sides} == {(595, 842)}
    printed.set_viewport_size({"width": 400, "height": 800})
    assert printed.evaluate("document.documentElement.scrollWidth") == 400
