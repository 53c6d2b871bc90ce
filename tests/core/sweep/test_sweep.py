"""Many runs at once, what is kept of them, and what a kill leaves."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from mnist_core import Budget
from mnist_core.__main__ import FAILED, main
from mnist_core.race import Plan, from_json, to_json
from mnist_core.sweep.alone import alone_with
from mnist_core.sweep.file import Sweep, SweepError
from mnist_core.sweep.progress import in_a_line, shown
from mnist_core.sweep.work import Outcome, train
from tests.conftest import wait_until

ROOT = Path(__file__).parents[3]
PLAN = Plan(
    (100, 600),
    Budget(epochs=1),
    rule="tuned",
    learning_rates=(1e-3, 1e-2),
)
# Twelve runs of few updates: the digits are the real ones.
COMMAND = "sweep --batch-sizes 5,10000 --learning-rates 1e-3,1e-2 --seeds 3 --epochs 0.5 --out"


def started(out: Path, **options) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "mnist_core", *COMMAND.split(), str(out)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def kept_in(out: Path) -> list[Outcome]:
    runs = out.with_name(f"{out.name}.runs")
    lines = runs.read_bytes().splitlines(keepends=True) if runs.exists() else []
    return [msgspec.json.decode(line, type=Outcome) for line in lines if line.endswith(b"\n")]


def children_of(process: subprocess.Popen) -> list[int]:
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(child) for child in listed.split()]


def is_gone(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"  # ended, and not asked for by whoever took it over


def test_what_has_ended_is_read_again_and_the_rest_is_left_to_do(tiny, tmp_path):
    out = tmp_path / "sweep.json"
    first = Sweep(PLAN, out)
    assert len(first.left) == first.count == 4
    assert [start.settings.batch_size for start in first.left] == [100, 100, 600, 600]
    for start in first.left[:3]:
        first.keep(train(tiny, start))
    second = Sweep(PLAN, out)
    assert second.left == first.left
    assert len(second.left) == 1
    second.keep(train(tiny, second.left[0]))
    record = second.finish()
    assert from_json(out.read_bytes()) == record
    assert {one.state for one in record.competitors} == {"finished"}
    assert list(tmp_path.iterdir()) == [out]
    assert Sweep(PLAN, out).left == []


def test_a_line_that_was_cut_off_counts_for_nothing_and_the_next_run_is_kept_whole(tiny, tmp_path):
    out = tmp_path / "sweep.json"
    whole = Sweep(PLAN, out)
    outcomes = [train(tiny, start) for start in whole.left[:2]]
    whole.keep(outcomes[0])
    with whole.runs.open("ab") as file:
        file.write(msgspec.json.encode(outcomes[1])[:1_000])
    again = Sweep(PLAN, out)
    assert len(again.left) == 3
    again.keep(outcomes[1])
    assert kept_in(out) == outcomes
    assert len(Sweep(PLAN, out).left) == 2


def test_a_sweep_that_grew_trains_what_is_new_alone(tiny, tmp_path):
    out = tmp_path / "sweep.json"
    small = Sweep(PLAN, out)
    for start in small.left:
        small.keep(train(tiny, start))
    small.finish()
    grown = Sweep(replace(PLAN, batch_sizes=(*PLAN.batch_sizes, 300)), out)
    assert {start.settings.batch_size for start in grown.left} == {300}


def test_a_run_that_fails_is_an_outcome_and_the_file_says_why(tiny, tmp_path, monkeypatch):
    def fails(*_arguments):
        raise MemoryError

    monkeypatch.setattr("mnist_core.training.run.Run._learn", fails)
    whole = Sweep(replace(PLAN, batch_sizes=(100,)), tmp_path / "sweep.json")
    for start in whole.left:
        whole.keep(train(tiny, start))
    whole.finish()
    for competitor in from_json(whole.out.read_bytes()).competitors:
        assert (competitor.state, competitor.place.updates) == ("failed", 0)
        assert "not enough memory for a batch of 100" in in_a_line(competitor)


@pytest.mark.parametrize(
    ("written", "why"),
    [("{}", "is there already, and no sweep"), (None, "holds another race")],
)
def test_a_file_that_holds_something_else_is_left_alone(raced, tmp_path, written, why):
    out = tmp_path / "sweep.json"
    out.write_text(to_json(raced) if written is None else written)
    before = out.read_bytes()
    with pytest.raises(SweepError, match=why):
        Sweep(PLAN, out)
    assert out.read_bytes() == before


def test_a_folder_that_is_not_there_and_a_sweep_too_large_for_compare_are_refused(tmp_path):
    with pytest.raises(SweepError, match="can't be used: No such file or directory"):
        Sweep(PLAN, tmp_path / "none" / "sweep.json")
    large = Plan(
        tuple(range(1, 13)),
        Budget(epochs=1_000),
        rule="tuned",
        repeats=5,
        learning_rates=(1e-3, 1e-4),
    )
    with pytest.raises(SweepError, match="larger file than Compare opens"):
        Sweep(large, tmp_path / "sweep.json")


def test_a_sweep_has_its_file_to_itself_for_as_long_as_it_lasts(tmp_path):
    out = tmp_path / "sweep.json"
    for _ in range(2):
        with (
            alone_with(out),
            alone_with(tmp_path / "other.json"),
            pytest.raises(SweepError, match=r"another sweep writes .*sweep\.json at present"),
        ):
            alone_with(out).__enter__()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(SweepError, match="can't be used: No such file or directory"):
        alone_with(tmp_path / "none" / "sweep.json").__enter__()


class Terminal(io.StringIO):
    """Where a bar is drawn in place of lines."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_a_bar_and_anything_else_a_line_for_each_run(tiny):
    outcomes = [train(tiny, start) for start in PLAN.heats()[0]]
    bar, lines = Terminal(), io.StringIO()
    assert list(shown(outcomes, 2, 4, bar)) == list(shown(outcomes, 2, 4, lines)) == outcomes
    drawn = bar.getvalue().split("\r")
    assert [one.partition(" runs")[0] for one in drawn[1:]] == [
        f"[{'#' * (30 * done // 4):.<30}] {done} of 4" for done in (2, 3, 4)
    ]
    first, second = lines.getvalue().splitlines()
    assert first.startswith("3 of 4: batch size 100, learning rate 0.001, seed 0: test loss ")
    assert second.startswith("4 of 4: batch size 600, ")


def test_after_a_kill_the_same_command_goes_on_and_computes_nothing_twice(tmp_path, capsys):
    out = tmp_path / "sweep.json"
    process = started(out)
    wait_until(lambda: len(kept_in(out)) >= 2 or process.poll() is not None, seconds=120)
    process.send_signal(signal.SIGSTOP)  # it keeps no more, for as long as one looks
    workers = children_of(process)
    assert main([*COMMAND.split(), str(out)]) == FAILED  # while the other still goes on
    (complaint,) = capsys.readouterr().err.splitlines()
    assert f"another sweep writes {out} at present" in complaint
    process.kill()
    process.communicate()
    kept = kept_in(out)
    assert 2 <= len(kept) < 12
    assert workers
    wait_until(lambda: all(map(is_gone, workers)))
    second = started(out)
    said, complaints = second.communicate(timeout=300)
    assert second.returncode == 0, complaints
    assert f"{out}: 12 runs" in said
    lines = complaints.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        f"{done} of 12" for done in range(len(kept) + 1, 13)
    ]
    record = from_json(out.read_bytes())
    assert record.machine.threads == 1
    competitors = record.competitors
    assert list(tmp_path.iterdir()) == [out]
    # Times differ from run to run: what is the same to the last bit was not trained again.
    assert all(one.competitor in competitors for one in kept)


def test_ctrl_c_ends_the_sweep_with_a_line_that_says_how_to_go_on(tmp_path, request):
    # A shell's background job, as these tests may be, ignores Ctrl-C, and so would what it starts.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))
    out = tmp_path / "sweep.json"
    process = started(out, start_new_session=True)
    wait_until(lambda: len(kept_in(out)) >= 1 or process.poll() is not None, seconds=120)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of them
    _, complaints = process.communicate(timeout=60)
    assert process.returncode == 130, complaints
    assert "Traceback" not in complaints
    assert (
        f"of 12 runs are kept in {out}.runs, and the same command goes on from there" in complaints
    )
