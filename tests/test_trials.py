"""What a run of schemes, attacks and adversaries must come to, by construction."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import linkage
import synthetic
from linkage import Result, Scenario
from linkage.attacks import Auxiliary, Collusion, Dictionary, Frequency, Knowledge, number_space
from linkage.attacks.base import Attack
from linkage.plans import ATTACKS, AttackPlan
from linkage.records import prepare
from linkage.schemes import Hmac, Key
from linkage.tally import NOT_APPLICABLE, NOT_RUN, RAN

COLUMNS = ["given_name", "surname", "date_of_birth", "tin", "zip"]
FILTERS = {
    "atoms",
    "graph_matching",
    "known_pairs",
    "pattern_frequency",
    "pattern_mining",
}  # tests/test_filter_attacks.py
PLANS = (
    AttackPlan("dictionary", "tin", tries=60_000_000),
    AttackPlan("dictionary", "name_and_birth", guesses=300_000, tries=3_000_000),
    AttackPlan("auxiliary", "person", tries=30_000_000),
    AttackPlan("frequency", "surname"),
    AttackPlan("collusion", "same_person"),
    AttackPlan("inference", "income"),
    AttackPlan("probing", "membership", games=100),
    AttackPlan("differencing", "membership", games=200),
)
SCHEMES = ("sha256", "hmac", "record_salted", "slow_hash", "k_anonymous")
PROTOCOLS = ("psi", "psi_cardinality", "confirm_only", "oprf")
TABLES = ("counts", "dp_count")


@pytest.fixture(scope="module")
def matrix() -> Result:
    scenario = Scenario(
        name="matrix",
        people=1200,
        requests=30,
        seed=5,
        schemes=(*SCHEMES, *PROTOCOLS, *TABLES),
        regimes=(),
        knowledge=("outsider", "key_holder", "colluding"),
        attributes=("income", "dependents"),
        variants={"slow_hash": {"memory": 16}},
        attacks=PLANS,
    )
    return linkage.run(scenario)


def one(result: Result, scheme: str, attack: str, knowledge: str, **more: str) -> pd.Series[Any]:
    wanted = {"scheme": scheme, "attack": attack, "knowledge": knowledge, **more}
    rows = result.risk[(result.risk[list(wanted)] == pd.Series(wanted)).all(axis=1)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_numbers_fall_without_a_key_and_with_a_leaked_one_and_not_with_a_kept_one(matrix):
    tin = {"attack": "dictionary", "target": "tin"}
    plain = one(matrix, "sha256", knowledge="outsider", **tin)
    kept = one(matrix, "hmac", knowledge="outsider", **tin)
    leaked = one(matrix, "hmac", knowledge="key holder", **tin)
    # The register's numbers are all that a world can issue, but for a few that are mistyped.
    assert plain["rate"] > 0.99
    assert (kept["rate"], kept["claimed"]) == (0, 0)
    assert kept["baseline"] <= kept["high"]
    assert leaked["rate"] == plain["rate"]
    assert plain["precision"] == leaked["precision"] == 1
    assert plain["suspicion_marketer"] == plain["rate"]
    assert kept["information_gain"] == 0


def test_a_salt_a_record_costs_a_space_a_record_and_protects_no_number(matrix):
    row = one(matrix, "record_salted", "dictionary", "outsider", target="tin")
    assert row["n"] == 60_000_000 // 54_000_000
    assert row["rate"] == 1
    tried = matrix.timings.set_index(["scheme", "attack", "target", "knowledge"])["tried"]
    assert tried[("record_salted", "dictionary", "tin", "outsider")] == row["n"] * 54_000_000


def test_what_was_not_run_is_not_zero_and_says_what_it_would_take(matrix):
    slow = one(matrix, "slow_hash", "dictionary", "key holder", target="tin")
    assert slow["status"] == NOT_RUN
    assert np.isnan(slow["rate"])
    assert "54,000,000 tries" in slow["note"]
    costs = matrix.timings[matrix.timings["scheme"] == "slow_hash"]
    cost = costs[costs["target"] == "tin"].iloc[0]
    assert cost["tried"] == 0
    assert 1e4 < cost["seconds_per_billion"] < 1e8
    table = one(matrix, "counts", "dictionary", "outsider", target="tin")
    assert table["status"] == NOT_APPLICABLE
    zero = one(matrix, "hmac", "auxiliary", "outsider")
    assert (zero["status"], zero["rate"]) == (RAN, 0)
    known = matrix.risk
    assert known["status"].isin([RAN, NOT_RUN, NOT_APPLICABLE]).all()
    assert (known["rate"].notna() == (known["status"] == RAN)).all()
    assert (known.loc[known["status"] != RAN, "note"] != "").all()


def test_a_list_of_people_names_them_where_the_adversary_can_encode_it(matrix):
    for scheme, held in (("sha256", "outsider"), ("hmac", "key holder")):
        row = one(matrix, scheme, "auxiliary", held)
        assert 0.65 < row["rate"] < 0.85  # the list has 80 % of the people
        assert row["precision"] > 0.95
        assert row["control"] < 0.01
    coarse = one(matrix, "k_anonymous", "auxiliary", "outsider")
    assert 0 < coarse["rate"] < 1 / 11 + 0.03
    assert coarse["claimed"] > 500
    assert coarse["suspicion_mean"] < 0.1
    risks = matrix.disclosure.set_index(["scheme", "measure"])["value"]
    assert risks[("k_anonymous", "k")] >= 11
    assert coarse["rate"] < 3 * risks[("k_anonymous", "marketer")]


def test_two_recipients_join_what_has_one_key(matrix):
    joined = one(matrix, "hmac", "collusion", "colluding")
    assert joined["rate"] > 0.95
    assert joined["control"] < 0.05
    alone = one(matrix, "hmac", "collusion", "outsider")
    assert alone["status"] == NOT_RUN
    assert "further release" in alone["note"]


def test_protocols_are_for_those_who_may_ask(matrix):
    for scheme in ("psi", "psi_cardinality"):
        asked = one(matrix, scheme, "probing", "key holder")
        assert asked["status"] == RAN
        assert asked["rate"] > 0.8  # but for the misspelt
        assert asked["control"] < 0.02
        assert asked["residual"] == pytest.approx(
            (asked["rate"] - asked["control"]) / (1 - asked["control"])
        )
        assert one(matrix, scheme, "probing", "outsider")["status"] == NOT_RUN
    assert one(matrix, "hmac", "probing", "key holder")["status"] == NOT_APPLICABLE


def test_counts_give_away_who_joined_and_noise_keeps_its_promise(matrix):
    exact = one(matrix, "counts", "differencing", "colluding")
    noisy = one(matrix, "dp_count", "differencing", "colluding")
    assert exact["rate"] > 0.5  # cells under 11 are suppressed
    assert exact["control"] == 0
    assert np.isnan(exact["bound"])
    assert noisy["bound"] == pytest.approx(np.tanh(0.5))
    spread = np.sqrt(2 * 0.25 / 100)
    assert noisy["advantage"] < noisy["bound"] + 3 * spread
    assert noisy["advantage"] == pytest.approx(noisy["rate"] - noisy["control"])


def test_what_a_named_record_gives_away(matrix):
    learned = matrix.inference.set_index(["scheme", "knowledge", "learned"])
    income = learned.loc[("sha256", "outsider", "income")]
    assert income["value"] > 0.95 > 0.6 > income["baseline"]
    coarse = learned.loc[("k_anonymous", "outsider", "income")]
    assert coarse["value"] < 0.6
    home = learned.loc[("sha256", "outsider", "where they live, if the record holds its address")]
    assert 0.7 < home["value"] < 1
    others = learned.loc[("sha256", "outsider", "members of the household on nobody's list")]
    assert 100 < others["value"] < 1500


def test_adversaries_who_differ_in_nothing_that_matters_get_the_same(matrix):
    first, second = (
        one(matrix, "sha256", "dictionary", held, target="tin")
        for held in ("outsider", "colluding")
    )
    pd.testing.assert_series_equal(
        first.drop("knowledge"), second.drop("knowledge"), check_names=False
    )


def test_a_random_token_a_record_leaves_every_attack_at_its_baseline():
    rng = np.random.default_rng(0)
    people = prepare(synthetic.World(people=900, seed=3).taxpayers()[COLUMNS])
    key = Key(bytes(range(32)))
    view = Hmac(key=key).encode(people).view()
    random = {column: [rng.bytes(32).hex() for _ in range(len(people))] for column in view.tokens}
    view = replace(view, tokens=pd.DataFrame(random, dtype="string"))
    order = rng.permutation(len(people))
    other = replace(view, tokens=view.tokens.map(lambda code: rng.bytes(32).hex()).iloc[order])
    other = replace(other, tokens=other.tokens.reset_index(drop=True))
    shares = people["surname"].value_counts(normalize=True)
    known = Knowledge(
        auxiliary=people.drop(columns="tin"),
        key=key,
        frequencies={"surname": shares},
        releases=(other,),
    )
    number = people["tin"].dropna().astype(int)
    space = number_space((value, value + 1) for value in number.head(100))
    attacks: list[Attack] = [Dictionary("tin", space), Auxiliary(), Frequency(), Collusion()]
    for attack in attacks:
        guesses = attack.run(view, known)
        assert len(guesses) <= 5, attack.name


def test_a_better_list_names_more_people():
    scenario = Scenario.load("adversary-knowledge").replace(
        people=1500, requests=30, replicates=1, schemes=["hmac"], **{"grid.errors": [0.0]}
    )
    result = linkage.run(scenario)
    overlaps = result.risk["knowledge"].str.extract(r"overlap ([\d.]+)")[0].astype(float)
    assert overlaps.tolist() == [0.1, 0.3, 0.5, 0.8, 1.0]
    rates = result.risk["rate"]
    assert rates.is_monotonic_increasing
    assert np.allclose(rates, overlaps, atol=0.1)


def test_every_planned_attack_exists():
    made = {plan.attack for plan in PLANS} | FILTERS | {"composition"}
    assert made == set(ATTACKS)
