"""Mini-batch: from one digit to a batch of them, through the network, and into one update."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
import torch
from torch import Tensor

from mnist_core import Digits
from mnist_core.language import _, later, n_
from mnist_core.settings import updates_per_epoch
from mnist_core.show import pictures, sentences
from mnist_core.show.questions import QUESTIONS
from mnist_core.training.learner import Learner
from pages.app import visitors
from pages.app.feed import Led
from pages.app.loading import mnist
from pages.app.scheduling import by_trainer
from pages.app.sidebar import BATCH_SIZES
from pages.app.training import Training
from pages.app.visitors import Visitor
from pages.components.digit_grid import data_uri, digit_grid, picked_index, sheet
from pages.components.question import ask
from pages.mini_batch.bench import Trials, bench
from pages.mini_batch.compass import Draws, compass
from pages.mini_batch.flow import flow_html
from pages.mini_batch.pictured import TWO_ROWS, Pictured, digit_name, first_of, title

_MOST_PICTURES = 200
_BYTES_PER_DIGIT = 784 * 4 + 8  # float32 pixels and an int64 label


@dataclass
class _Flow:
    """A mini-batch that has gone through the network.

    shapes: of the whole batch on its way: (B, 1, 28, 28), (B, 1, 784), (B, 1, 256), (B, 1, 10).
    digits, flat, hidden, probabilities: its first digits, as many as are shown, and what became of
        them. The rest is not kept: a full batch would take 250 MB for each visitor.
    """

    shapes: list[torch.Size]
    digits: Digits
    flat: Tensor
    hidden: Tensor
    probabilities: Tensor


def page(visitor: Visitor) -> None:
    """The whole page: one batch, its way through the network, its cost, one update."""
    st.markdown(
        _(
            "A mini-batch goes through the network all at once, and the weights move **once** for "
            "all of it. Move **Batch size** in the sidebar and watch the first number of each "
            "shape."
        )
    )
    training = visitor.training
    size = training.run.settings.batch_size
    learner = by_trainer(training.run.copy_learner)
    if not learner.network.parameters.isfinite().all():
        st.error(_("The network's weights are no longer numbers. Press **Reset** to begin again."))
        return
    flow = _flow(training, learner, size)
    position, pictured = _the_batch(flow)
    trials, draws = visitor.kept(Trials), visitor.kept(Draws)
    visitor.feed.lead(
        lambda dark: Led(
            pictured.in_words, pictured.first_rows, [*trials.led(dark), *draws.led(dark)]
        )
    )
    _diagram(flow, learner)
    _alone_and_within(flow, learner, position)
    _costs(size)
    bench(visitor)
    compass(visitor)
    ask(QUESTIONS["Mini-batch"])


def _flow(training: Training, learner: Learner, size: int) -> _Flow:
    """The batch's way, computed once for each batch and each state of the network."""
    state = (st.session_state.get("batch_draw", 0), size, training.run_number, learner.steps)
    kept = st.session_state.get("flow")
    if kept is None or kept[0] != state:
        order = _order(st.session_state.get("batch_draw", 0))[:size]
        computed = by_trainer(lambda: _computed_flow(learner, order))
        kept = st.session_state["flow"] = state, computed
    return kept[1]


def _computed_flow(learner: Learner, places: Tensor) -> _Flow:
    digits = mnist().train.at(places.to(mnist().device))
    with torch.inference_mode():
        flat = learner.normalization(digits.images).view(len(digits), 1, -1)
        hidden, logits = learner.network.activations(flat)
        stages = (flat, hidden, logits.softmax(dim=-1))
    shapes = [digits.images.unsqueeze(1).shape, *(stage.shape for stage in stages)]
    shown = Digits(digits.images[:_MOST_PICTURES].clone(), digits.labels[:_MOST_PICTURES].clone())
    return _Flow(shapes, shown, *(stage[:_MOST_PICTURES].clone() for stage in stages))


@st.cache_data(show_spinner=False, max_entries=20)
def _order(draw: int) -> Tensor:
    """The training digits in an order of their own for each draw."""
    return torch.randperm(len(mnist().train), generator=torch.Generator().manual_seed(draw))


def _the_batch(flow: _Flow) -> tuple[int, Pictured]:
    """Show the batch's pictures; the place in it of the digit that is picked, and what is shown."""
    size = flow.shapes[0][0]
    st.subheader(title(size))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            _("Draw another"), key="draw_batch", on_click=_draw_another, icon=":material/casino:"
        )
        label = _("Show all {count}") if size <= _MOST_PICTURES else _("Show {count}")
        whole = size > TWO_ROWS and st.toggle(
            label.format(count=len(flow.digits)), key="whole_batch"
        )
    count = len(flow.digits) if whole else min(size, TWO_ROWS)
    images, labels = flow.digits.images[:count], flow.digits.labels[:count].tolist()
    picked = picked_index("batch_grid", count, min(5, count - 1))
    pictured = Pictured(size, labels, sheet(images))
    digit_grid("batch_grid", pictured.grid(count, picked))
    if count < size:
        st.caption(first_of(count, size))
    return picked, pictured


def _draw_another() -> None:
    st.session_state["batch_draw"] = st.session_state.get("batch_draw", 0) + 1


def _diagram(flow: _Flow, learner: Learner) -> None:
    st.subheader(_("Its way through the network"))
    network = learner.network
    first = flow.digits.images[0]
    strips = (flow.flat[0, 0], flow.hidden[0, 0], flow.probabilities[0, 0])
    images = [pictures.sheet(first[None]), *(pictures.strip(values) for values in strips)]
    kinds = ("square", "strip", "strip", "strip")
    meanings = (
        _("digits, channel, rows, columns"),
        _("digits, 1, pixels in a row"),
        _("digits, 1, hidden units"),
        _("digits, 1, probabilities"),
    )
    hidden_weight, hidden_bias, output_weight, output_bias = network.layers
    hidden = _("784 × 256 weights, 256 biases: {parameters:,}").format(
        parameters=hidden_weight.numel() + hidden_bias.numel()
    )
    output = _("256 × 10 weights, 10 biases: {parameters:,}").format(
        parameters=output_weight.numel() + output_bias.numel()
    )
    arrows = (
        _("normalize, lay the rows in a line"),
        f"{hidden}<br>LeakyReLU(0.1)",
        f"{output}<br>softmax",
    )
    boxes = [
        f'<img class="{kind}" src="{data_uri(image)}" alt=""><b>{tuple(shape)}</b>'
        f"<span>{meaning}</span>"
        for kind, image, shape, meaning in zip(kinds, images, flow.shapes, meanings, strict=True)
    ]
    st.html(flow_html(boxes, arrows))
    st.markdown(
        _(
            "In all **{parameters:,}** parameters. The strips show the first digit's values, from "
            "the lowest (black) to the highest (white)."
        ).format(parameters=network.parameters.numel())
    )


def _alone_and_within(flow: _Flow, learner: Learner, position: int) -> None:
    name = digit_name(position, flow.digits.labels[position].item())
    st.subheader(_("{digit}, alone and within it").format(digit=name))
    alone = by_trainer(lambda: _alone(learner, flow.flat[position : position + 1]))
    within = flow.probabilities[position, 0]
    rows = {_("within the batch"): within, _("alone"): alone[0, 0]}
    st.dataframe(
        [
            {_("label"): label} | {name: row[label].item() for name, row in rows.items()}
            for label in range(10)
        ],
        hide_index=True,
        height="content",
        width=360,
        column_config={name: st.column_config.NumberColumn(name, format="%.6f") for name in rows},
    )
    st.markdown(
        _(
            "The largest difference of the two columns is {difference:.1g}: the digits of a batch "
            "do not touch each other, only rounding does."
        ).format(difference=(alone[0, 0] - within).abs().max().item())
    )


def _alone(learner: Learner, flat: Tensor) -> Tensor:
    with torch.inference_mode():
        return learner.network.activations(flat)[1].softmax(dim=-1)


def _costs(size: int) -> None:
    st.subheader(_("What each batch size asks for"))
    count = len(mnist().train)
    rows = [
        (f"{'▸ ' * (one == size)}{sentences.batch_size(one)}", *_cost(one, count))
        for one in BATCH_SIZES
    ]
    with st.expander(_at(size, count)):
        other = st.number_input(_("Any other size"), 1, count, 7_000, 500, key="other_size")
        updates, last, memory = _cost(other, count)
        st.markdown(
            _(
                "At **{size:,}** an epoch takes 60,000 / {size:,}, rounded up: **{updates:,}** "
                "updates, the last on **{last:,}** digits; a batch takes {memory}."
            ).format(size=other, updates=updates, last=last, memory=memory)
        )
        names = [_(name) for name in _COST_COLUMNS]
        st.dataframe(
            [dict(zip(names, row, strict=True)) for row in rows],
            hide_index=True,
            height="content",
            column_config={
                name: st.column_config.NumberColumn(format="localized") for name in names[1:3]
            },
        )


_COST_COLUMNS = (
    later("batch size"),
    later("updates per epoch"),
    later("digits in the last batch"),
    later("memory of one batch"),
)


def _cost(size: int, count: int) -> tuple[int, int, str]:
    """As the columns name them, but for the size."""
    updates = updates_per_epoch(size, count)
    return updates, count - (updates - 1) * size, _memory(size * _BYTES_PER_DIGIT)


def _at(size: int, count: int) -> str:
    updates, _last, memory = _cost(size, count)
    sentence = n_(
        "At {size:,}: {updates:,} update an epoch, {memory} a batch",
        "At {size:,}: {updates:,} updates an epoch, {memory} a batch",
        updates,
    )
    return sentence.format(size=size, updates=updates, memory=memory)


def _memory(count: int) -> str:
    return (
        f"{sentences.figure(count / 1e6)} MB"
        if count >= 1e6
        else f"{sentences.figure(count / 1e3)} kB"
    )


page(visitors.current())
