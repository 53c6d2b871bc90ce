"""Mini-batch: from one digit to a batch of them, through the network, and into one update."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
import torch
from torch import Tensor

from mnist_core import Digits, pictures, words
from mnist_core.update import Learner
from pages.parts import visitors
from pages.parts.digit_grid import data_uri, digit_grid
from pages.parts.knobs import BATCH_SIZES
from pages.parts.one_update import one_update
from pages.parts.session import Session
from pages.parts.shared import RUNNER, mnist

_MOST_PICTURES = 200
_BYTES_PER_DIGIT = 784 * 4 + 8  # float32 pixels and an int64 label

_FLOW_CSS = """
.flow { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; }
.flow-box, .flow-arrow {
  display: flex; flex-direction: column; align-items: center; text-align: center;
}
.flow-box { border: 1px solid rgba(128, 128, 128, .5); border-radius: 8px; padding: 8px; }
.flow-box b { font: bold 15px monospace; }
.flow-box img { image-rendering: pixelated; width: 112px; height: 28px; margin-bottom: 8px; }
.flow-box:first-child img { width: 84px; height: 84px; }
.flow span { font-size: 14px; max-width: 112px; }
.flow-arrow span { max-width: 92px; }
.flow-arrow b { font-size: 24px; line-height: 1; }
"""


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


def page(session: Session) -> None:
    """The whole page: one batch, its way through the network, its cost, one update."""
    st.markdown(
        "A mini-batch goes through the network all at once, and the weights move **once** for all "
        "of it. Move **Batch size** in the sidebar and watch the first number of each shape."
    )
    size = session.run.settings.batch_size
    with RUNNER.resting(session.run) as run:
        learner = run.copy_learner()
    flow = _flow(session, learner, size)
    position = _the_batch(flow)
    _diagram(flow, learner)
    _alone_and_within(flow, learner, position)
    _costs(size)
    one_update(session)
    st.markdown(
        "**Question:** how often does an update with 1 digit make the test loss worse, how often "
        "one with 200, and how often one with all 60,000?"
    )


def _flow(session: Session, learner: Learner, size: int) -> _Flow:
    """The batch's way, computed once for each batch and each state of the network."""
    state = (st.session_state.get("batch_draw", 0), size, session.run_number, learner.steps)
    kept = st.session_state.get("flow")
    if kept is None or kept[0] != state:
        kept = st.session_state["flow"] = state, _computed_flow(learner, size)
    return kept[1]


def _computed_flow(learner: Learner, size: int) -> _Flow:
    order = _order(st.session_state.get("batch_draw", 0))
    digits = mnist().train.at(order[:size].to(mnist().device))
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


def _the_batch(flow: _Flow) -> int:
    """Show the batch's pictures; the place in the batch of the digit that is picked."""
    digits, size = flow.digits, flow.shapes[0][0]
    st.subheader(f"One mini-batch of {words.batch_size(size)}")
    st.button("Draw another", key="draw_batch", on_click=_draw_another, icon=":material/casino:")
    labels = digits.labels.tolist()
    picked = digit_grid(
        digits.images,
        captions=[str(label) for label in labels],
        names=[f"Digit {place} of the batch, a {label}" for place, label in enumerate(labels)],
        key="batch_grid",
        size=32,
        picked=min(5, len(digits) - 1),
    )
    if len(digits) < size:
        st.caption(f"The first {len(digits)} of {size:,}; the others are in the batch as well.")
    return picked


def _draw_another() -> None:
    st.session_state["batch_draw"] = st.session_state.get("batch_draw", 0) + 1


def _diagram(flow: _Flow, learner: Learner) -> None:
    st.subheader("Its way through the network")
    network = learner.network
    first = flow.digits.images[0]
    strips = (flow.flat[0, 0], flow.hidden[0, 0], flow.probabilities[0, 0])
    images = [pictures.sheet(first[None]), *(pictures.strip(values) for values in strips)]
    meanings = (
        "digits, channel, rows, columns",
        "digits, 1, pixels in a row",
        "digits, 1, hidden units",
        "digits, 1, probabilities",
    )
    weights = (network.hidden_weight, network.output_weight)
    biases = (network.hidden_bias, network.output_bias)
    parameters = [
        weight.numel() + bias.numel() for weight, bias in zip(weights, biases, strict=True)
    ]
    arrows = (
        "normalize, lay the rows in a line",
        f"784 × 256 weights, 256 biases: {parameters[0]:,}<br>LeakyReLU(0.1)",
        f"256 × 10 weights, 10 biases: {parameters[1]:,}<br>softmax",
    )
    st.html(_diagram_html(images, flow.shapes, meanings, arrows))
    st.markdown(
        f"In all **{network.parameters.numel():,}** parameters. The strips show the first digit's "
        "values, from the lowest (black) to the highest (white)."
    )


def _diagram_html(
    images: list[np.ndarray], shapes: list[torch.Size], meanings: tuple, arrows: tuple
) -> str:
    boxes = [
        f'<div class="flow-box"><img src="{data_uri(image)}" alt=""><b>{tuple(shape)}</b>'
        f"<span>{meaning}</span></div>"
        for image, shape, meaning in zip(images, shapes, meanings, strict=True)
    ]
    joints = [f'<div class="flow-arrow"><span>{arrow}</span><b>→</b></div>' for arrow in arrows]
    parts = [part for pair in zip(boxes, [*joints, ""], strict=True) for part in pair]
    return f'<style>{_FLOW_CSS}</style><div class="flow">{"".join(parts)}</div>'


def _alone_and_within(flow: _Flow, learner: Learner, position: int) -> None:
    st.subheader(f"Digit {position} of the batch, alone and within it")
    with torch.inference_mode():
        alone = learner.network.activations(flow.flat[position : position + 1])[1].softmax(dim=-1)
    rows = {"within the batch": flow.probabilities[position, 0], "alone": alone[0, 0]}
    st.dataframe(
        [
            {"label": label} | {name: row[label].item() for name, row in rows.items()}
            for label in range(10)
        ],
        hide_index=True,
        height="content",
        width=360,
        column_config={name: st.column_config.NumberColumn(name, format="%.6f") for name in rows},
    )
    difference = (rows["alone"] - rows["within the batch"]).abs().max().item()
    st.markdown(
        f"The label is **{flow.digits.labels[position]}**. The largest difference of the two rows "
        f"is {difference:.1g}: the digits of a batch do not touch each other, only rounding does."
    )


def _costs(size: int) -> None:
    st.subheader("What each batch size asks for")
    count = len(mnist().train)
    rows = [
        _cost(one, count, f"▸ {words.batch_size(one)}" if one == size else words.batch_size(one))
        for one in BATCH_SIZES
    ]
    with st.expander(f"At {size:,}: {_at(size, count)}"):
        other = st.number_input("Any other size", 1, count, 7_000, 500, key="other_size")
        cost = _cost(other, count, "")
        st.markdown(
            f"At **{other:,}** an epoch takes 60,000 / {other:,}, rounded up: "
            f"**{cost['updates per epoch']:,}** updates, the last on "
            f"**{cost['digits in the last batch']:,}** digits; a batch takes "
            f"{cost['memory of one batch']}."
        )
        st.dataframe(
            rows,
            hide_index=True,
            height="content",
            column_config={
                "updates per epoch": st.column_config.NumberColumn(format="localized"),
                "digits in the last batch": st.column_config.NumberColumn(format="localized"),
            },
        )


def _cost(size: int, count: int, name: str) -> dict[str, str | int]:
    updates = -(-count // size)
    return {
        "batch size": name,
        "updates per epoch": updates,
        "digits in the last batch": count - (updates - 1) * size,
        "memory of one batch": _memory(size * _BYTES_PER_DIGIT),
    }


def _at(size: int, count: int) -> str:
    updates = -(-count // size)
    return (
        f"{updates:,} update{'' if updates == 1 else 's'} an epoch, "
        f"{_memory(size * _BYTES_PER_DIGIT)} a batch"
    )


def _memory(count: int) -> str:
    return f"{words.figure(count / 1e6)} MB" if count >= 1e6 else f"{words.figure(count / 1e3)} kB"


page(visitors.current())
