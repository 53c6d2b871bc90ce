"""Boxes with arrows between them: in a line where there is room, otherwise in a column."""

from __future__ import annotations

from collections.abc import Sequence

_CSS = """
.flow-room { container-type: inline-size; }
.flow { display: flex; flex-direction: column; gap: 6px; align-items: center; }
.flow > * {
  display: flex; flex-direction: column; align-items: center; justify-content: center;
  text-align: center; min-width: 0;
}
.flow-box { border: 1px solid rgba(128, 128, 128, .5); border-radius: 8px; padding: 8px 4px; }
.flow-box b { font: bold 14px monospace; text-wrap: balance; }
.flow-box img {
  image-rendering: pixelated; width: 112px; height: 28px; max-width: 100%; margin-bottom: 8px;
  background: #000; border: 1px solid rgba(128, 128, 128, .5);
}
.flow-box img.square { width: 84px; height: 84px; }
.flow span { font-size: 14px; line-height: 1.3; }
.flow-arrow b { font-size: 24px; line-height: 1; transform: rotate(90deg); }
@container (min-width: 600px) {
  .flow { flex-direction: row; align-items: stretch; }
  .flow-box { flex: 5 1 0; }
  .flow-arrow { flex: 4 1 0; }
  .flow-arrow b { transform: none; }
}
@container (max-width: 900px) {
  .flow-box b, .flow span { font-size: 12px; }
}
"""


def flow_html(boxes: Sequence[str], arrows: Sequence[str]) -> str:
    """The boxes' HTML with what leads from each to the next written on the arrow between them."""
    joints = [f'<div class="flow-arrow"><span>{arrow}</span><b>→</b></div>' for arrow in arrows]
    framed = [f'<div class="flow-box">{box}</div>' for box in boxes]
    parts = [part for pair in zip(framed, [*joints, ""], strict=True) for part in pair]
    flow = f'<div class="flow">{"".join(parts)}</div>'
    return f'<style>{_CSS}</style><div class="flow-room">{flow}</div>'
