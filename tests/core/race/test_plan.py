from __future__ import annotations

import pytest

from mnist_core import Budget, Normalization, Settings, Setup
from mnist_core.race import Plan, address
from mnist_core.race.plan import TUNED_RATES
from tests.core.races import RACED_AT_ONE_SIZE


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"batch_sizes": ()}, "1 to 6 different batch sizes"),
        ({"batch_sizes": (1, 2, 5, 10, 20, 50, 100)}, "1 to 6 different batch sizes"),
        ({"batch_sizes": (10, 10)}, "1 to 6 different batch sizes"),
        ({"batch_sizes": (0,)}, "from 1 to 60000"),
        ({"budget": Budget()}, "needs a budget"),
        ({"rule": "cubic"}, "the rule must be"),
        ({"repeats": 2}, "1, 3 or 5"),
        ({"tutorial": "half"}, "the tutorial's share"),
        ({"learning_rate": 0.5, "rule": "linear"}, "batch size 2,000 the learning rate 5"),
        ({"setup": Setup(seed=2**63 - 1)}, "the seed must be at most"),
        ({"learning_rates": (1e-4, 1e-3)}, "a race of learning rates has one batch size, not 4"),
        ({"batch_sizes": (), "orders": ("stored",)}, "orders has one batch size, not 0"),
        ({"batch_sizes": (1,), "learning_rates": ()}, "1 to 6 different learning rates, not 0"),
        ({"batch_sizes": (1,), "learning_rates": (2.0,)}, "above 0 and at most 1"),
        ({"batch_sizes": (1,), "orders": ("backwards",)}, "the order must be one of"),
        ({"batch_sizes": (1,), "normalizations": 2 * (Normalization(),)}, "different norm"),
        ({"batch_sizes": (1,), "orders": ("stored",), "learning_rates": (1.0,)}, "only one of"),
        ({"batch_sizes": (1,), "orders": ("stored",), "rule": "linear"}, "has no rule"),
        ({"batch_sizes": (1,), "orders": ("stored",), "tutorial": "tenth"}, "nor the tutorial's"),
    ],
)
def test_a_plan_that_cannot_be_run_is_refused_with_a_reason(wrong, why):
    with pytest.raises(ValueError, match=why):
        Plan(**wrong)


@pytest.mark.parametrize("wrong", [{"epochs": 0}, {"seconds": -1.0}, {"test_loss": float("nan")}])
def test_a_budget_is_above_0(wrong):
    with pytest.raises(ValueError, match="must be a number above 0"):
        Budget(**wrong)


@pytest.mark.parametrize(
    ("rule", "rates"),
    [
        ("same", [1e-4, 1e-4, 1e-4]),
        ("square_root", [0.5e-4, 1e-4, 2e-4]),
        ("linear", [0.25e-4, 1e-4, 4e-4]),
    ],
)
def test_a_rule_scales_the_learning_rate_around_batch_size_200(rule, rates):
    plan = Plan(batch_sizes=(50, 200, 800), rule=rule)
    assert [plan.settings(size).learning_rate for size in plan.batch_sizes] == pytest.approx(rates)


def test_every_size_runs_with_every_seed_and_the_tutorials_way_once():
    plan = Plan(batch_sizes=(200, 10), repeats=3, setup=Setup(seed=7), tutorial="tenth")
    first, second, third = plan.heats()
    competitors = [(start.way, start.settings.batch_size, start.seed) for start in first]
    assert competitors == [
        ("memory", 10, 7),
        ("memory", 200, 7),
        ("tutorial", 1, 7),
        ("tutorial", 200, 7),
    ]
    assert [start.budget.epochs for start in first] == [3, 3, 0.1, 0.1]
    assert [start.seed for start in (*second, *third)] == [8, 8, 9, 9]


def test_what_is_raced_differs_and_all_else_is_the_same():
    rates = Plan((50,), learning_rates=(1e-2, 1e-4))
    assert (rates.raced, rates.values) == ("learning_rate", (1e-4, 1e-2))
    (heat,) = rates.heats()
    assert [start.settings for start in heat] == [Settings(50, 1e-4), Settings(50, 1e-2)]
    assert {start.setup for start in heat} == {Setup()}
    orders = Plan((50,), orders=("stored", "sorted by label"), setup=Setup(4), repeats=3)
    assert (orders.raced, orders.values) == ("order", ("stored", "sorted by label"))
    setups = [start.setup for heat in orders.heats() for start in heat]
    assert setups == [Setup(seed, order) for seed in (4, 5, 6) for order in orders.values]
    both = (Normalization(), Normalization(0, 1))
    (heat,) = Plan((50,), normalizations=both).heats()
    assert [start.setup.normalization for start in heat] == [*both]


@pytest.mark.parametrize("plan", RACED_AT_ONE_SIZE)
def test_each_competitor_is_known_by_what_is_raced(plan):
    for heat in plan.heats():
        assert tuple(plan.value_of(start) for start in heat) == plan.values


@pytest.mark.parametrize(
    "plan",
    [
        *RACED_AT_ONE_SIZE,
        Plan((7,), learning_rates=(1 / 3, 1e-6)),
        Plan((7,), normalizations=(Normalization(-2.5, 0.1306604762738429), Normalization(0, 1))),
        Plan(),
        Plan(batch_sizes=(60_000, 3), budget=Budget(seconds=2.5), rule="linear", repeats=5),
        TUNED_RATES,
        Plan(budget=Budget(epochs=7, test_loss=2_500), tutorial="whole", learning_rate=2e-5),
        Plan(setup=Setup(9, "stored", Normalization(0.1306604762738429, 0.30810780385646264))),
    ],
)
def test_an_address_opens_the_same_plan_again(plan):
    assert address.from_query(address.to_query(plan)) == (plan, [])


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"sizes": "abc"}, ["sizes"]),
        ({"sizes": "1,1"}, ["sizes"]),
        ({"sizes": "9" * 5_000}, ["sizes"]),
        ({"epochs": "inf"}, ["epochs"]),
        ({"loss": "2000", "epochs": "<b>"}, ["epochs", "loss"]),
        ({"rate": "0"}, ["rate"]),
        ({"rate": "0.5", "rule": "linear"}, ["rule"]),
        ({"seed": "-1"}, ["seed"]),
        ({"order": "sorted"}, ["order"]),
        ({"mean": "nan"}, ["mean"]),
        ({"std": "0"}, ["std"]),
        ({"repeats": "2"}, ["repeats"]),
        ({"tutorial": ""}, ["tutorial"]),
        ({"rates": "0.1,x"}, ["rates"]),
        ({"rates": ""}, ["rates"]),
        ({"rates": "0.1", "sizes": "1,10,200,2000"}, ["rates"]),
        ({"normalizations": "0.5"}, ["normalizations"]),
        ({"normalizations": "0.5:0"}, ["normalizations"]),
        ({"normalizations": "0:1:2"}, ["normalizations"]),
        ({"orders": "shuffled,backwards"}, ["orders"]),
    ],
)
def test_nonsense_in_an_address_falls_back_and_is_named(query, names):
    plan, nonsense = address.from_query({"seed": "4"} | query)
    assert nonsense == names
    assert plan.batch_sizes == Plan().batch_sizes
    assert plan.setup.seed == (0 if "seed" in query else 4)


def test_an_address_without_a_size_races_at_200_and_of_two_things_the_first():
    plan, nonsense = address.from_query({"orders": "stored,shuffled", "rates": "0.1,0.01"})
    assert plan == Plan((200,), learning_rates=(0.1, 0.01))
    assert nonsense == ["orders"]
    plan, nonsense = address.from_query({"orders": "stored", "rule": "linear"})
    assert plan == Plan((200,), orders=("stored",))
    assert nonsense == ["rule"]


def test_names_that_mean_nothing_to_a_race_are_passed_over():
    assert address.from_query({"utm_source": "mail"}) == (Plan(), [])
    assert address.names_in({"utm_source": "mail", "seed": "1"}) == ["seed"]


def test_an_epoch_budget_beside_a_loss_is_how_long_the_race_waits():
    plan, _ = address.from_query({"loss": "2000"})
    assert plan.budget == Budget(epochs=address.DEFAULT_LOSS_BUDGET_EPOCHS, test_loss=2_000)
    assert plan.settings(200) == Settings(200, 1e-4)
