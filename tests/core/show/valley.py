"""The two charts of the valley, with and without a law, drawn from made-up races."""

from __future__ import annotations

from mnist_core.race.scaling import target_scaling
from mnist_core.show import charts
from mnist_core.show.charts import Figure
from tests.core.races import SIX_SIZES, race_to_target, updates_by_law

FOLLOWS = race_to_target(updates_by_law(5_000, 400), cost=(1e-4, 1e-6))
STRAYS = race_to_target({size: 100_000 / size**0.5 for size in SIX_SIZES})
TOO_FEW = race_to_target(updates_by_law(5_000, 400, SIX_SIZES[:3]))
SHOWN = (None, *(target_scaling(race, 3_000) for race in (FOLLOWS, STRAYS, TOO_FEW)))


def valley_figures(dark: bool) -> list[Figure]:
    """Each of them, marks and a moved valley among them."""
    laws = [charts.law_chart(scaling, scale, dark) for scaling in SHOWN for scale in (None, 300.0)]
    return laws + [
        charts.valley_chart(scaling, factor, dark) for scaling in SHOWN for factor in (1, 100)
    ]
