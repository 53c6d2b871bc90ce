"""What is drawn stands out from the page in both themes: text 4.5 : 1, lines 3 : 1 (WCAG 2)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from itertools import combinations
from math import dist
from pathlib import Path
from typing import Any

import pytest

from mnist_core.race.plan import MOST_VALUES
from mnist_core.show import charts
from mnist_core.show.charts.look import accent, grey
from tests.core.races import made_up_races_at_one_size
from tests.core.show.figures import figures

THEMES = tomllib.loads((Path(__file__).parents[3] / ".streamlit" / "config.toml").read_text())
SLIDER = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 60000)
# Of a path of keys: what is only there to lead the eye, and the pale inside of what has an edge.
BESIDE_THE_THING = {
    "gridcolor",
    "zerolinecolor",
    "fillcolor",
    "paper_bgcolor",
    "plot_bgcolor",
    "bgcolor",
}

themes = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])


def page_colour(dark: bool, of: str = "backgroundColor") -> str:
    return THEMES["theme"]["dark" if dark else "light"][of]


def colours(part: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each colour of a figure, and the path of keys that leads to it."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield from colours(value, (*path, key))
    elif isinstance(part, list):
        for value in part:
            yield from colours(value, path)
    elif isinstance(part, str) and re.fullmatch(r"#[0-9a-f]{6}|rgba?\(.*\)", part):
        yield path, part


@themes
def test_a_charts_text_has_a_contrast_of_4_5_and_its_lines_of_3(tiny, dark):
    page = page_colour(dark)
    for figure in figures(tiny, dark):
        for path, colour in colours(figure):
            if path[-1] in BESIDE_THE_THING or parts(colour)[3] == 0:
                continue
            if path[-2:] == ("marker", "color") and parts(colour)[3] < 1:
                continue  # Inside an edge that is looked at as well.
            least = 4.5 if "font" in path else 3
            assert contrast(colour, page) >= least, (path, colour)


@themes
def test_bars_that_are_paler_than_their_page_asks_for_have_an_edge(tiny, dark):
    for figure in figures(tiny, dark):
        for trace in figure["data"]:
            if trace["type"] != "bar":
                continue
            assert "opacity" not in trace["marker"], "an edge would be as pale as its bar"
            inside = {colour for _, colour in colours({"color": trace["marker"]["color"]})}
            if any(parts(colour)[3] < 1 for colour in inside):
                assert trace["marker"]["line"]["width"] > 0


@themes
def test_bars_that_are_stacked_differ_in_pattern_too(tiny, dark):
    for figure in figures(tiny, dark):
        if figure["layout"].get("barmode") != "stack":
            continue
        bars = [trace for trace in figure["data"] if trace["type"] == "bar"]
        shapes = {
            # Training has a trace for each batch size.
            bar["uid"].split("-")[0]: bar["marker"].get("pattern", {}).get("shape", "")
            for bar in bars
        }
        assert len(set(shapes.values())) == len(shapes)


@themes
def test_each_size_has_a_colour_of_its_own_in_which_text_can_be_read(dark):
    tints = [charts.colour(size, dark) for size in SLIDER]
    assert len(set(tints)) == len(SLIDER)
    assert all(contrast(tint, page_colour(dark)) >= 4.5 for tint in tints)


@pytest.mark.parametrize(("dark", "grows"), [(False, True), (True, False)])
def test_lightness_grows_or_falls_with_the_size_all_along_the_scale(dark, grows):
    lightness = [luminance(charts.colour(size, dark)) for size in SLIDER]
    assert lightness == sorted(lightness, reverse=not grows)


# What is left of linear red, green and blue to eyes without one of the three kinds of cones:
# Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision
# Deficiency", 2009, severity 1.0.
SIGHTS = {
    "of three cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "without long": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "without medium": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "without short": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


@themes
@pytest.mark.parametrize("sight", SIGHTS)
def test_sizes_far_apart_can_be_told_from_each_other_with_any_colour_vision(dark, sight):
    for size, larger in combinations(SLIDER, 2):
        if larger >= 10 * size or (size, larger) == (10_000, 60_000):
            seen = [lab(charts.colour(one, dark), SIGHTS[sight]) for one in (size, larger)]
            # 2.3 is the least that is noticed side by side (Mahy, Van Eycken, Oosterlinck, 1994).
            assert dist(*seen) >= 18, (size, larger)


@themes
def test_what_is_raced_at_one_size_has_a_colour_that_can_be_read_and_known_with_any_vision(dark):
    rates = made_up_races_at_one_size()[0].plan
    tints = [charts.colour_in_race(rates, rate, dark) for rate in rates.values]
    assert len(tints) == MOST_VALUES
    assert all(contrast(tint, page_colour(dark)) >= 4.5 for tint in tints)
    for some, others in combinations(tints, 2):
        assert all(dist(lab(some, sight), lab(others, sight)) >= 30 for sight in SIGHTS.values())


@themes
def test_every_chart_is_written_in_the_themes_text_colour(tiny, dark):
    for figure in figures(tiny, dark):
        assert figure["layout"]["font"]["color"] == page_colour(dark, "textColor")


@themes
def test_accent_and_grey_are_the_themes_own_and_can_be_read(dark):
    assert accent(dark) == page_colour(dark, "primaryColor")
    for colour in (accent(dark), grey(dark)):
        assert contrast(colour, page_colour(dark)) >= 4.5


@themes
@pytest.mark.parametrize("on", ["backgroundColor", "secondaryBackgroundColor"])
def test_text_and_captions_and_what_is_written_in_the_themes_colour_can_be_read(dark, on):
    text, page = page_colour(dark, "textColor"), page_colour(dark, on)
    caption = "rgba({}, {}, {}, 0.6)".format(*parts(text)[:3])
    for colour in (text, caption, page_colour(dark, "primaryColor")):
        assert contrast(colour, page) >= 4.5


def contrast(colour: str, page: str) -> float:
    """WCAG 2 contrast ratio; where the colour lets the page shine through, of what is then seen."""
    red, green, blue, share = parts(colour)
    seen = [
        round(share * part + (1 - share) * below)
        for part, below in zip((red, green, blue), parts(page), strict=False)
    ]
    dark, light = sorted((luminance("rgb({}, {}, {})".format(*seen)), luminance(page)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """WCAG 2 relative luminance."""
    return sumprod((0.2126, 0.7152, 0.0722), linear(colour))


def linear(colour: str) -> list[float]:
    """Red, green and blue from 0 to 1 in proportion to the light (sRGB, IEC 61966-2-1)."""
    shares = [part / 255 for part in parts(colour)[:3]]
    return [
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    ]


def lab(colour: str, sight: tuple[tuple[float, ...], ...]) -> tuple[float, float, float]:
    """CIE 1976 L*, a*, b* of what such eyes see of it, under D65."""
    light = [min(1.0, max(0.0, sumprod(row, linear(colour)))) for row in sight]
    to_white = [
        sumprod(row, light) / white
        for row, white in (
            ((0.4124, 0.3576, 0.1805), 0.9505),
            ((0.2126, 0.7152, 0.0722), 1.0),
            ((0.0193, 0.1192, 0.9505), 1.089),
        )
    ]
    x, y, z = (
        share ** (1 / 3) if share > 0.008856 else 7.787 * share + 16 / 116 for share in to_white
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def sumprod(some: Iterable[float], others: Iterable[float]) -> float:
    return sum(one * other for one, other in zip(some, others, strict=True))


def parts(colour: str) -> tuple[float, float, float, float]:
    """Red, green, blue of 255, and the share of it that is not see-through."""
    if colour.startswith("#"):
        red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
        return red, green, blue, 1.0
    red, green, blue, *share = (float(part) for part in re.findall(r"[\d.]+", colour))
    return red, green, blue, *(share or [1.0])


@themes
def test_labels_that_may_lie_over_lines_have_the_page_as_their_ground(tiny, dark):
    grounds = [
        label["bgcolor"]
        for figure in figures(tiny, dark)
        for label in figure["layout"].get("annotations", [])
        if "bgcolor" in label
    ]
    assert grounds
    assert {parts(ground)[:3] for ground in grounds} == {parts(page_colour(dark))[:3]}
