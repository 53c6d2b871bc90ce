"""The bench: the part of the page Mini-batch that tries single updates from one state."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from mnist_core.cluster.connection import NoNodeError
from mnist_core.language import _, later
from mnist_core.records import Trial
from mnist_core.show import charts
from mnist_core.show.mini_batch import digits, signed, trial_rows, trials_compared
from mnist_core.training.bench import Bench
from pages.app.loading import mnist
from pages.app.scheduling import by_trainer
from pages.app.theme import is_dark
from pages.app.training import Training
from pages.app.visitors import Visitor
from pages.app.work import Work
from pages.components.choice import choose
from pages.components.headings import heading
from pages.components.live_chart import chart, live_chart
from pages.components.live_html import sentence
from pages.mini_batch.flow import flow_html

SIZES = (1, 10, 200, 2_000)
TRIALS = 20


class Trials:
    """What a visitor has tried last.

    bench: None before the first press, and after the run has been reset.
    """

    def __init__(self) -> None:
        self.bench: Bench | None = None
        self.work: Work | None = None
        self._run_number: int | None = None
        self._presses = 0

    def begin(self, training: Training) -> None:
        """Try anew, from the run as it is now; nothing happens where that can't be copied."""
        run = training.run
        try:
            learner = by_trainer(run.copy_learner)
        except NoNodeError:
            return  # the page needs a copy too, and says why it has none
        self._presses += 1
        self.bench = Bench(learner, mnist(), run.settings.learning_rate, seed=self._presses)
        # A trial has three steps; before all of them comes a test pass.
        self.work = Work(self.bench.try_sizes(SIZES, TRIALS), 1 + 3 * TRIALS * len(SIZES))
        self._run_number = training.run_number

    def forget_other_runs(self, training: Training) -> None:
        """Begin with nothing where the run has been reset."""
        if self._run_number != training.run_number:
            self.bench = self.work = None

    def led(self, dark: bool) -> Sequence[tuple[str, dict[str, object]]]:
        """What those who follow a teacher see of it: nothing before all is tried."""
        if self.work is None or not self.work.done:
            return []
        trials = self.bench.trials
        words = trials_compared(trials)
        return [(sentence(f"**{words}**"), _strips_chart(trials, words, dark))]


def bench(visitor: Visitor) -> None:
    """A button that tries updates of four sizes from the run's state, and what they did."""
    heading(later("Try single updates"))
    st.markdown(
        _(
            "{trials} updates with each of four sizes, **all from the same weights and the same "
            "state of Adam**, those of your run now. Each is thrown away after its test: the run "
            "itself is not touched."
        ).format(trials=TRIALS)
    )
    training, kept = visitor.training, visitor.kept(Trials)
    kept.forget_other_runs(training)
    st.button(
        _("Try {trials} updates of each size").format(trials=TRIALS),
        key="try_updates",
        icon=":material/science:",
        on_click=kept.begin,
        args=(training,),
    )
    if kept.bench is None:
        st.info(_("Press the button: how far each update moved the test loss appears here."))
        return
    doing = _("Trying {updates} updates, each followed by a test …")
    kept.work.finish(doing.format(updates=TRIALS * len(SIZES)))
    _strips(kept.bench)
    _one_of_them(kept.bench.trials)


def _strips(tried: Bench) -> None:
    words = trials_compared(tried.trials)
    st.markdown(f"**{words}**")
    live_chart("trial_strips", _strips_chart(tried.trials, words, is_dark()))
    st.caption(
        _(
            "After {updates:,} updates of your run. A dot is an update, a cross one that made the "
            "test loss (summed over 10,000 digits) worse; the diamond is their mean, its line one "
            "standard deviation each way. Adam's step also follows the gradients before it, alike "
            "in every trial: that can make all of them rise or fall together. Where they differ, "
            "it is by their mini-batches."
        ).format(updates=tried.started_after)
    )
    with st.expander(_("The trials as a table")):
        st.dataframe(
            [
                {_(_COLUMNS[key][0]): value for key, value in row.items()}
                for row in trial_rows(tried.trials)
            ],
            hide_index=True,
            column_config={
                _(name): st.column_config.NumberColumn(_(name), format=how)
                for name, how in _COLUMNS.values()
            },
        )


def _strips_chart(trials: Sequence[Trial], words: str, dark: bool) -> dict[str, object]:
    label = _("Strips of dots. {words}").format(words=words)
    return chart(charts.trial_strips(trials, dark), label, height=340)


# By the keys of a row: the column's name, and how its figures are written.
_COLUMNS = {
    "digits": (later("digits"), None),
    "trials": (later("trials"), None),
    "made it worse": (later("made it worse"), None),
    "mean change": (later("mean change"), "%+.2f"),
    "spread": (later("spread"), "%.2f"),
    "lowest": (later("lowest"), "%+.2f"),
    "highest": (later("highest"), "%+.2f"),
}


def _one_of_them(trials: Sequence[Trial]) -> None:
    st.markdown(_("**One of them, from loss to step**"))
    sizes = {one: digits(one) for one in SIZES}
    size = choose(_("Digits in its mini-batch"), sizes, key="trial_size", first=200)
    trial = next(trial for trial in trials if trial.digits == size)
    boxes = (
        (
            f"{trial.batch_loss:.4f}",
            _("loss of the batch, mean of {digits}").format(digits=digits(size)),
        ),
        (f"{trial.gradient_norm:.4f}", _("length of its gradient, over 203,530 parameters")),
        (f"{trial.step_length:.4f}", _("length of the step that the parameters take")),
        (
            f"{trial.test_loss_after:,.1f}",
            _("test loss after: {change}").format(change=signed(trial.change)),
        ),
    )
    st.html(
        flow_html(
            [f"<b>{value}</b><span>{meaning}</span>" for value, meaning in boxes],
            (_("backward pass"), "Adam", _("test")),
        )
    )
