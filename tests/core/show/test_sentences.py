from __future__ import annotations

import csv
import io

import pytest

from mnist_core import EpochRecord, Run, Settings
from mnist_core.records import Change, Place
from mnist_core.show import sentences, tables
from tests.conftest import train_at, train_epochs


def epoch(number: int, sizes: tuple[int, ...], seconds: float) -> EpochRecord:
    updates = -(-60_000 // sizes[0])
    return EpochRecord(number, sizes, updates, 0.2, 2_000.0, 0.94, seconds, 0.03)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 s"),
        (0.0041, "0.0041 s"),
        (0.4123, "0.41 s"),
        (0.996, "1.0 s"),
        (4.12, "4.1 s"),
        (9.96, "10 s"),
        (13.2, "13 s"),
        (111.3, "111 s"),
        (2077, "35 min"),
    ],
)
def test_a_time_has_as_many_digits_as_are_true(value, text):
    assert sentences.seconds(value) == text


@pytest.mark.parametrize(
    ("rate", "text"), [(1.0, "1"), (1e-4, "0.0001"), (1e-6, "0.000001"), (1.5e-12, "1.5e-12")]
)
def test_a_learning_rate_is_never_told_as_nothing(rate, text):
    assert sentences.learning_rate(rate) == text


def test_the_lesson_compares_the_latest_size_with_the_one_that_differs_most():
    epochs = [epoch(0, (1,), 13.1), epoch(1, (50,), 0.9), epoch(2, (200,), 0.41)]
    assert sentences.lesson(epochs) == (
        "At 200 an epoch takes 0.41 s of training in 300 updates; "
        "at 1 it took 13 s in 60,000: 32 times as long."
    )


def test_the_lesson_says_so_where_the_other_size_was_faster():
    epochs = [epoch(0, (200,), 0.5), epoch(1, (1,), 10.0)]
    assert sentences.lesson(epochs).endswith("at 200 it took 0.50 s in 300: 20 times as fast.")


def test_the_lesson_takes_the_median_and_leaves_mixed_epochs_out():
    epochs = [epoch(k, (200,), seconds) for k, seconds in enumerate((0.4, 0.4, 9.0))]
    lesson = sentences.lesson([*epochs, epoch(3, (200, 1), 50.0)])
    assert lesson == "At 200 an epoch takes 0.40 s of training in 300 updates."


def test_the_lesson_of_the_full_batch_counts_one_update():
    assert sentences.lesson([epoch(0, (60_000,), 0.2)]) == (
        "At 60,000 an epoch takes 0.20 s of training in 1 update."
    )


def test_there_is_no_lesson_before_a_whole_epoch_at_one_size():
    assert sentences.lesson([]) is None
    assert sentences.lesson([epoch(0, (200, 50), 1.0)]) is None


def test_the_smallest_and_the_largest_size_are_named():
    assert sentences.batch_size(1) == "1 (no mini-batch)"
    assert sentences.batch_size(200) == "200"
    assert sentences.batch_size(60_000) == "60,000 (full batch)"


def test_a_change_of_size_or_learning_rate_is_told_with_both_values():
    place = Place(0, 0.0, 0, 0.0)
    both = Change(place, Settings(200, 1e-4), Settings(50, 0.001))
    assert sentences.changes([both]) == "200 → 50, learning rate 0.0001 → 0.001"
    assert sentences.changes([Change(place, Settings(200), Settings(50))]) == "200 → 50"
    rate = Change(place, Settings(200, 1e-6), Settings(200, 1.0))
    assert sentences.changes([rate]) == "learning rate 0.000001 → 1"


def test_doing_tells_ready_training_paused_and_ended(tiny):
    run = Run(tiny, Settings(batch_size=100))

    def doing(playing: bool) -> tuple[str, str]:
        return sentences.doing(run.snapshot(), run.settings, playing)

    assert doing(False) == ("Ready", "the network is untrained")
    run.step()
    assert doing(True) == ("Training", "epoch 0, batch size 100")
    assert doing(False) == ("Paused", "epoch 0, batch size 100")
    run.error = "the reason"
    assert doing(False) == ("Ended", "the reason")


def test_doing_tells_the_size_that_the_next_update_uses(tiny):
    run = Run(tiny, Settings(batch_size=100))
    run.advance(seconds=0)
    run.settings = Settings(batch_size=500)
    assert sentences.doing(run.latest, run.settings, False) == ("Paused", "epoch 0, batch size 500")


def test_the_lesson_names_a_single_update():
    epochs = [epoch(0, (60_000,), 0.5), epoch(1, (200,), 0.25)]
    assert sentences.lesson(epochs).endswith(
        "at 60,000 it took 0.50 s in 1 update: 2.0 times as long."
    )


def test_progress_gives_the_latest_test_point_in_words(tiny):
    run = Run(tiny, Settings(batch_size=100))
    assert sentences.progress(run.snapshot()) == "The network is untrained."
    train_epochs(run, 1)
    loss = run.snapshot().test_points[-1].loss
    text = sentences.progress(run.snapshot())
    assert text.startswith("After 1.00 epochs, 6 updates and ")
    assert f"{loss:,.0f} (summed over 100 digits, {loss / 100:.3f} each)" in text


def test_csv_has_a_row_per_epoch_and_all_columns(tiny):
    run = Run(tiny)
    train_at(run, 600, 300, 300)
    train_at(run, 100)
    train_epochs(run, 3)
    train_at(run, 500, 100)
    rows = list(csv.DictReader(io.StringIO(tables.epochs_csv(run.snapshot().epochs))))
    assert [row["batch_size"] for row in rows] == ["600", "300", "100", "500 + 100"]
    assert [row["updates"] for row in rows] == ["1", "2", "6", "2"]
    for row, record in zip(rows, run.snapshot().epochs, strict=True):
        assert float(row["test_loss"]) == record.test_loss
        assert float(row["train_seconds"]) == record.train_seconds


def test_places_are_counted_with_their_endings():
    counted = [sentences.ordinal(number) for number in (1, 2, 3, 4, 11, 12, 21, 112, 200)]
    assert counted == ["1st", "2nd", "3rd", "4th", "11th", "12th", "21st", "112th", "200th"]


def test_the_noise_is_told_beside_the_present_batch_size(tiny):
    run = Run(tiny, Settings(batch_size=100))
    assert sentences.noise(run.snapshot()) is None
    run.watches_noise = True
    train_epochs(run, 1)
    point = run.snapshot().noise_points[-1]
    run.settings = Settings(batch_size=50)
    words = sentences.noise(run.snapshot())
    assert f"N is {sentences.figure(point.noise_scale, 3)} digits" in words
    assert f"size of 50, about {point.noise_scale / (point.noise_scale + 50):.0%} of" in words


def test_each_measurement_of_the_noise_is_a_row(tiny):
    run = Run(tiny, Settings(batch_size=100))
    run.watches_noise = True
    train_epochs(run, 1)
    points = run.snapshot().noise_points
    rows = tables.noise_rows(points)
    assert [row["noise_scale"] for row in rows] == [point.noise_scale for point in points]
    assert rows[0]["batch_size"] == 100
    assert rows[0]["noise_share"] == points[0].noise_share(100)
