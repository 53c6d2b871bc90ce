"""The bench: the part of the page Mini-batch that tries single updates from one state."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

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
from pages.components.live_chart import chart, live_chart
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
        """Try anew, from the run as it is now."""
        run = training.run
        learner = by_trainer(run.copy_learner)
        self._presses += 1
        self.bench = Bench(learner, mnist(), run.settings.learning_rate, seed=self._presses)
        # A trial has three steps; before all of them comes a test pass.
        self.work = Work(self.bench.try_sizes(SIZES, TRIALS), 1 + 3 * TRIALS * len(SIZES))
        self._run_number = training.run_number

    def forget_other_runs(self, training: Training) -> None:
        """Begin with nothing where the run has been reset."""
        if self._run_number != training.run_number:
            self.bench = self.work = None


def bench(visitor: Visitor) -> None:
    """A button that tries updates of four sizes from the run's state, and what they did."""
    st.subheader("Try single updates")
    st.markdown(
        f"{TRIALS} updates with each of four sizes, **all from the same weights and the same state "
        "of Adam**, those of your run now. Each is thrown away after its test: the run itself is "
        "not touched."
    )
    training, kept = visitor.training, visitor.kept(Trials)
    kept.forget_other_runs(training)
    st.button(
        f"Try {TRIALS} updates of each size",
        key="try_updates",
        icon=":material/science:",
        on_click=kept.begin,
        args=(training,),
    )
    if kept.bench is None:
        st.info("Press the button: how far each update moved the test loss appears here.")
        return
    kept.work.finish(f"Trying {TRIALS * len(SIZES)} updates, each followed by a test …")
    _strips(kept.bench)
    _one_of_them(kept.bench.trials)


def _strips(tried: Bench) -> None:
    sentence = trials_compared(tried.trials)
    st.markdown(f"**{sentence}**")
    figure = charts.trial_strips(tried.trials, is_dark())
    live_chart("trial_strips", chart(figure, f"Strips of dots. {sentence}", height=340))
    st.caption(
        f"After {tried.started_after:,} updates of your run. A dot is an update, a cross one that "
        "made the test loss (summed over 10,000 digits) worse; the diamond is their mean, its line "
        "one standard deviation each way. Adam's step also follows the gradients before it, alike "
        "in every trial: that can make all of them rise or fall together. Where they differ, it is "
        "by their mini-batches."
    )
    with st.expander("The trials as a table"):
        st.dataframe(
            trial_rows(tried.trials),
            hide_index=True,
            column_config={
                name: st.column_config.NumberColumn(name, format="%+.2f")
                for name in ("mean change", "lowest", "highest")
            }
            | {"spread": st.column_config.NumberColumn(format="%.2f")},
        )


def _one_of_them(trials: Sequence[Trial]) -> None:
    st.markdown("**One of them, from loss to step**")
    size = choose(
        "Digits in its mini-batch", {one: digits(one) for one in SIZES}, key="trial_size", first=200
    )
    trial = next(trial for trial in trials if trial.digits == size)
    boxes = (
        (f"{trial.batch_loss:.4f}", f"loss of the batch, mean of {digits(size)}"),
        (f"{trial.gradient_norm:.4f}", "length of its gradient, over 203,530 parameters"),
        (f"{trial.step_length:.4f}", "length of the step that the parameters take"),
        (f"{trial.test_loss_after:,.1f}", f"test loss after: {signed(trial.change)}"),
    )
    st.html(
        flow_html(
            [f"<b>{value}</b><span>{meaning}</span>" for value, meaning in boxes],
            ("backward pass", "Adam", "test"),
        )
    )
