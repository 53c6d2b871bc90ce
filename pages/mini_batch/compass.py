"""The compass: the part of the page Mini-batch that shows where batches' gradients point."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

import streamlit as st

from mnist_core.language import _, later
from mnist_core.records import Needles
from mnist_core.show import charts, pictures
from mnist_core.show.mini_batch import digits, needle_rows, needles_described
from mnist_core.show.sentences import figure
from mnist_core.training.compass import Compass
from pages.app.loading import mnist
from pages.app.scheduling import by_trainer
from pages.app.theme import is_dark
from pages.app.training import Training
from pages.app.visitors import Visitor
from pages.app.work import Work
from pages.components.digit_grid import data_uri
from pages.components.headings import heading
from pages.components.live_chart import chart, live_chart
from pages.components.live_html import sentence

_PICTURES_CSS = """
.gradients { display: flex; flex-wrap: wrap; gap: 12px; }
.gradients figure { margin: 0; width: 112px; text-align: center; font-size: 14px; }
.gradients img { width: 112px; height: 112px; image-rendering: pixelated; }
"""


class Draws:
    """What a visitor's compass shows.

    compass: of the network as it was; None before the first visit to the page.
    needles: those of it that the page has shown last; None before that.
    work: what computes its latest draw.
    """

    def __init__(self) -> None:
        self.compass: Compass | None = None
        self.needles: Needles | None = None
        self.work: Work | None = None
        self._presses = 0
        self._drawn: tuple[int, int] | None = None  # batch size, and presses before
        self._run_number: int | None = None
        self._newest_wanted = False

    def draw_again(self) -> None:
        """Have other batches drawn, from the network as it is now."""
        self._presses += 1
        self._newest_wanted = True

    def catch_up(self, training: Training) -> None:
        """Prepare what the page asks for and the compass doesn't show yet.

        While the run trains, its network is another one at every look: then the gradient of all
        digits stays the one it was until the batches are drawn again.
        """
        wanted = training.run.settings.batch_size, self._presses
        if self._outdated(training):
            self.compass = Compass(by_trainer(training.run.copy_learner), mnist().train)
            if self._run_number != training.run_number:
                self.needles = None
            self._run_number, self._drawn = training.run_number, None
        self._newest_wanted = False
        if self._drawn != wanted:
            size, seed = self._drawn = wanted
            self.work = Work(self.compass.draw(size, seed), self.compass.pieces(size))

    def led(self, dark: bool) -> Sequence[tuple[str, dict[str, object]]]:
        """What those who follow a teacher see of it: nothing where there is no direction."""
        if self.needles is None or not isfinite(self.needles.noise_scale):
            return []
        words = needles_described(self.needles)
        return [(sentence(f"**{words}**"), _needles_chart(self.needles, words, dark))]

    def _outdated(self, training: Training) -> bool:
        if self._run_number != training.run_number:
            return True
        moved_on = self.compass.updates != training.run.updates
        return moved_on and (self._newest_wanted or not training.playing)


def compass(visitor: Visitor) -> None:
    """Needles at their true angles, pictures of three of them, and the law that they follow."""
    heading(later("Where a mini-batch points"))
    st.markdown(
        _(
            "Each needle is the gradient of another mini-batch. Move **Batch size**: the more "
            "digits, the closer they point to where all 60,000 do."
        )
    )
    training, kept = visitor.training, visitor.kept(Draws)
    st.button(
        _("Draw again"), key="draw_needles", icon=":material/casino:", on_click=kept.draw_again
    )
    kept.catch_up(training)
    kept.work.finish(_("Computing gradients …"))
    needles = kept.needles = by_trainer(lambda: kept.compass.needles)
    if not isfinite(needles.noise_scale):
        st.info(_("The gradient of all digits is 0: there is no direction to compare with."))
        return
    words = needles_described(needles)
    st.markdown(f"**{words}**")
    left, right = st.columns([3, 2], vertical_alignment="center")
    with left:
        live_chart("compass", _needles_chart(needles, words, is_dark()))
    with right:
        _gradients(kept.compass, needles.batch_size)
    st.caption(_what_is_drawn(needles, training.run.latest.place.updates))
    _law(needles)


def _needles_chart(needles: Needles, words: str, dark: bool) -> dict[str, object]:
    label = _("Needles from one point. {words}").format(words=words)
    return chart(charts.compass_chart(needles, dark), label, height=360)


def _what_is_drawn(needles: Needles, updates: int) -> str:
    drawn = _("{count} mini-batches, the network as it was after {updates:,} updates.")
    if updates != needles.updates:
        drawn = _(
            "{count} mini-batches, the network as it was after {updates:,} updates; **Draw again** "
            "takes it as it is now."
        )
    means = _(
        "Angle and length are true, out of 203,530 dimensions; left or right means nothing. It is "
        "the plain gradient: Adam's step bends it, by the gradients before and by how large each "
        "weight's usually is."
    )
    return f"{drawn.format(count=len(needles.needles), updates=needles.updates)} {means}"


def _gradients(drawn: Compass, batch_size: int) -> None:
    places = range(1, len(drawn.pictures))
    names = [_("all digits"), *(_("batch {place}").format(place=place) for place in places)]
    name_of = _("Gradient of {name}")
    framed = "".join(
        f'<figure><img src="{data_uri(pictures.signed(values))}" alt="{name_of.format(name=name)}">'
        f"<figcaption>{name}</figcaption></figure>"
        for name, values in zip(names, drawn.pictures, strict=True)
    )
    title = _("**The same as pictures**, for hidden unit {unit}")
    st.markdown(title.format(unit=drawn.pictured_unit))
    st.html(f'<style>{_PICTURES_CSS}</style><div class="gradients">{framed}</div>')
    st.caption(
        _(
            "Its 28 × 28 incoming weights' gradients, in batches of {digits}: white above 0, black "
            "below, grey 0; each picture in its own scale."
        ).format(digits=digits(batch_size))
    )


def _law(needles: Needles) -> None:
    scale = figure(needles.noise_scale, 3)
    label = _(
        "Line chart: the cosine rises with the batch size from {cosine:.2f} at 1 to 1, and passes "
        "0.71 at the noise scale, {scale}."
    ).format(cosine=needles.law[1], scale=scale)
    live_chart("alignment", chart(charts.alignment_chart(needles, is_dark()), label, height=300))
    st.caption(
        _(
            "The line is the law 1/√(1 + N/B), which falls short of 1 only while digits are left "
            "out; N = {scale} is the noise scale. In batches of N digits half of the squared "
            "gradient is noise, and the angle is 45°. The marker is what was measured above, its "
            "line one standard deviation each way."
        ).format(scale=scale)
    )
    with st.expander(_("The needles as a table")):
        st.dataframe(
            [
                {_(_COLUMNS[key][0]): value for key, value in row.items()}
                for row in needle_rows(needles)
            ],
            hide_index=True,
            column_config={
                _(name): st.column_config.NumberColumn(_(name), format=how)
                for name, how in _COLUMNS.values()
            },
        )


# By the keys of a row: the column's name, and how its figures are written.
_COLUMNS = {
    "angle, degrees": (later("angle, degrees"), "%.1f"),
    "cosine": (later("cosine"), "%.3f"),
    "relative length": (later("relative length"), "%.2f"),
}
