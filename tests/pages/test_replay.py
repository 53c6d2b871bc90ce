"""A race that is downloaded as a page of its own."""

from __future__ import annotations

from mnist_core.show import pictures
from pages.app.scheduling import SCHEDULER
from pages.compare.files import race_replay, shown_record
from pages.components.digit_grid import data_uri
from tests.conftest import wait_until
from tests.pages.dashboard import LONG, open_compare, press, the_training, the_visitor


def can_be_downloaded(app) -> bool:
    (button,) = [one for one in app.get("download_button") if one.proto.id.endswith("race_replay")]
    return not button.proto.disabled


def test_a_race_can_be_downloaded_to_replay_once_it_has_ended(few_digits):
    app = open_compare(**LONG)
    assert not can_be_downloaded(app)
    press(app, "race_start")
    race = the_training().race
    wait_until(lambda: race.latest.begun)
    assert not can_be_downloaded(app.run())
    press(app, "race_stop")
    wait_until(lambda: not SCHEDULER.is_live(race))
    assert can_be_downloaded(app.run())
    page = race_replay(shown_record(the_visitor()))
    labels = ",".join(map(str, few_digits.test.labels[:16].tolist()))
    assert f'"labels":[{labels}]' in page
    assert data_uri(pictures.sheet(few_digits.test.images[:16])) in page
