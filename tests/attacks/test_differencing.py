"""Differencing: exact tables by hand, suppression, and what noise leaves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import synthetic
from linkage.attacks.base import Knowledge
from linkage.attacks.differencing import Differencing, chances, likelihoods
from linkage.records import FIELDS, prepare
from linkage.releases import joining_games, membership_games
from linkage.schemes import Counts, DpCounts, Hmac, View
from linkage.schemes.reduced import noise

GAMES = 200
BY_SEX = (("sex", "sex"),)
BY_BIRTH = (("date_of_birth", "decade"), ("sex", "sex"))  # few cells, so that games are fast
PEOPLE = pd.DataFrame({"sex": ["F"] * 20 + ["M"] * 5}, index=[f"p{row}" for row in range(25)])


@pytest.fixture(scope="module")
def register() -> pd.DataFrame:
    people = synthetic.World(people=1_500, seed=5).taxpayers()
    return prepare(people[[name for name in people if name in FIELDS]].dropna(axis=1, how="all"))


def table(counts: dict, scheme=None) -> View:
    scheme = scheme or Counts(by=BY_SEX)
    rows = {
        "sex": pd.array(list(counts), "string"),
        "count": pd.array(list(counts.values()), "Int64"),
    }
    return scheme.released(pd.DataFrame(rows)).view()


def claim(before: View, after: View, sex: str = "F") -> list:
    listed = pd.DataFrame({"sex": [sex]}, index=["ana"])
    known = Knowledge(auxiliary=listed, releases=(before,))
    return Differencing().run(after, known).values.tolist()


CERTAIN = [["ana", True, 1.0]]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (15, 16, CERTAIN),
        (15, 15, []),
        (None, 11, CERTAIN),  # was suppressed, so 10 at most
        (None, None, []),  # ten counts without, nine with
        (0, None, CERTAIN),
        (0, 0, []),
        (15, 25, []),  # cannot be
    ],
)
def test_exact_and_suppressed_counts_by_hand(before, after, expected):
    sides = [table({} if count == 0 else {"F": count}) for count in (before, after)]
    if after == 0:
        sides = [table({"M": 12}), table({"M": 12})]
    assert claim(*sides) == expected


def test_each_person_has_a_cell_of_its_own():
    before, after = table({"F": 15, "M": 20}), table({"F": 15, "M": 21})
    listed = pd.DataFrame({"sex": ["F", "M", "M"]}, index=["ana", "ben", "ian"])
    guesses = Differencing().run(after, Knowledge(auxiliary=listed, releases=(before,)))
    assert guesses["person"].tolist() == ["ben", "ian"]


def test_exact_tables_tell_all(register):
    claimed = {True: [], False: []}
    for view, knowledge, joined in membership_games(
        Counts(smallest=1), register, GAMES, rng=np.random.default_rng(0)
    ):
        claimed[joined].append(len(Differencing().run(view, knowledge)))
    assert np.mean(claimed[True]) == 1
    assert np.mean(claimed[False]) == 0


def test_suppression_hides_some_and_invents_none(register):
    claimed = {True: [], False: []}
    for view, knowledge, joined in membership_games(
        Counts(), register, GAMES, rng=np.random.default_rng(0)
    ):
        claimed[joined].append(len(Differencing().run(view, knowledge)))
    assert 0.3 < np.mean(claimed[True]) < 1
    assert np.mean(claimed[False]) == 0


def advantage(scheme, register, seed=0, exact=None):
    claims, sure = {True: [], False: []}, []
    for view, knowledge, joined in membership_games(
        scheme, register, GAMES, rng=np.random.default_rng(seed)
    ):
        guesses = Differencing().run(view, knowledge)
        claims[joined].append(len(guesses))
        sure += [(confidence, joined) for confidence in guesses["confidence"]]
    return np.mean(claims[True]) - np.mean(claims[False]), np.array(sure, float)


@pytest.mark.parametrize("epsilon", [0.1, 0.5, 1.0, 2.0, 5.0, 20.0])
def test_advantage_stays_under_the_bound(register, epsilon):
    found, sure = advantage(DpCounts(by=BY_BIRTH, epsilon=epsilon), register)
    bound = np.tanh(epsilon / 2)  # (e^epsilon - 1) / (e^epsilon + 1)
    rates = (1 + bound) / 2
    error = np.sqrt(2 * rates * (1 - rates) / (GAMES / 2))
    assert found <= bound + 3 * error
    assert sure[:, 0].max() <= 1 / (1 + np.exp(-epsilon)) + 1e-9  # nor does any posterior pass it
    if epsilon == 20:
        assert found >= 0.98
    if epsilon == 2:
        assert found > 0.35


def test_confidence_is_how_often_claims_are_right(register):
    sure = np.concatenate(
        [advantage(DpCounts(by=BY_BIRTH, epsilon=1.0), register, seed)[1] for seed in (1, 2, 3)]
    )
    error = 3 * np.sqrt(0.25 / len(sure))
    assert sure[:, 1].mean() == pytest.approx(sure[:, 0].mean(), abs=error)


def test_with_the_exact_earlier_table_the_bound_is_reached():
    """One noisy table is what the person's guarantee speaks of: a rule at half is the best there is."""
    epsilon = 1.5
    before, scheme = table({"F": 20}, Counts(by=BY_SEX)), DpCounts(by=BY_SEX, epsilon=epsilon)
    rates = [
        sum(
            noise.mass(told - true, epsilon)
            for told in range(-40, 80)
            if claim(before, table({"F": told}, scheme))
        )
        for true in (21, 20)
    ]
    assert rates[0] - rates[1] == pytest.approx(np.tanh(epsilon / 2))


def test_twice_the_noise_by_convolution():
    """The closed form of the difference of two two-sided geometric variables."""
    epsilon, a = 0.7, np.exp(-0.7)
    scheme = DpCounts(by=BY_SEX, epsilon=epsilon)
    rises = np.arange(-5, 9)
    rose, same = likelihoods(scheme, scheme, np.full(14, 500.0), 500.0 + rises)

    def both(rise):
        size = np.abs(rise)
        return a**size * (size + (1 + a * a) / (1 - a * a))

    assert rose / same == pytest.approx(both(rises - 1) / both(rises))
    assert ((rose > same) == (rises > 0.5)).all()


def test_chances_sum_to_one():
    true = np.array([0.0, 3.0, 11.0])
    for clamp in (False, True):
        scheme = DpCounts(by=BY_SEX, epsilon=0.9, clamp=clamp)
        told = range(0 if clamp else -80, 100)
        assert sum(chances(scheme, count, true) for count in told) == pytest.approx(1)
    for smallest in (1, 11):
        scheme = Counts(by=BY_SEX, smallest=smallest)
        told = [0, np.nan, *range(1, 20)]
        assert sum(chances(scheme, count, true) for count in told).tolist() == [1, 1, 1]


def test_values_not_on_the_lists_count_as_missing():
    scheme = DpCounts(by=BY_SEX, epsilon=40.0)
    before, after = ({"F": 3, "M": 4, "X": 0, None: rest} for rest in (1, 2))
    assert claim(table(before, scheme), table(after, scheme), sex="UNHEARD OF") == [
        ["ana", True, pytest.approx(1)]
    ]


def cells_found(scheme, register, games):
    right, sure = [], []
    for view, knowledge, cell in joining_games(
        scheme, register, games, rng=np.random.default_rng(0)
    ):
        guesses = Differencing("cell").run(view, knowledge)
        right.append((guesses["guess"] == cell).sum())
        sure.append(guesses["confidence"].sum())
    return np.mean(right), np.mean(sure)


def test_the_cell_that_somebody_joined(register):
    assert cells_found(Counts(smallest=1), register, 30) == (1, 1)
    assert cells_found(DpCounts(by=BY_BIRTH, epsilon=20.0), register, 30) == pytest.approx(
        (1, 1), abs=1e-3
    )
    right, sure = cells_found(DpCounts(by=BY_BIRTH, epsilon=5.0), register, 60)
    assert right == pytest.approx(sure, abs=0.2)
    assert cells_found(DpCounts(by=BY_BIRTH, epsilon=0.1), register, 30)[0] < 0.4


def test_where_no_cell_can_have_risen_nothing_is_guessed():
    listed = pd.DataFrame(index=["ana"])
    known = Knowledge(auxiliary=listed, releases=(table({"F": 15}),))
    assert Differencing("cell").run(table({"F": 15}), known).empty


def test_what_is_missing_is_named():
    after, listed = table({"F": 20}), PEOPLE.head(1)
    why = Differencing().why_not
    records = Hmac(key=bytes(32)).encode(pd.DataFrame({"tin": ["900123456"]})).view()
    assert why(records, Knowledge()) == "the release is no table of counts"
    assert why(after, Knowledge(auxiliary=listed)) == "needs a further release (releases)"
    assert why(after, Knowledge(releases=(after,))) == "needs a list of people (auxiliary)"
    other = Counts(by=(("state", "state"),)).encode(pd.DataFrame({"state": ["MA"] * 12})).view()
    for earlier in (other, records):
        known = Knowledge(auxiliary=listed, releases=(earlier,))
        assert why(after, known) == "needs an earlier table with the same cells"
    known = Knowledge(auxiliary=listed[[]], releases=(after,))
    assert why(after, known) == "the list of people has no sex"
    assert Differencing("cell").why_not(after, known) == ""
    with pytest.raises(ValueError, match="allowed 'membership', 'cell'"):
        Differencing("income")


def test_blind_guesses():
    rng = np.random.default_rng(0)
    known = Knowledge(auxiliary=PEOPLE, releases=(table({"F": 30, "M": 10}),))
    claims = Differencing().guess_blindly(1_000, known, rng=rng)
    assert len(claims) == pytest.approx(500, abs=60)
    cells = Differencing("cell").guess_blindly(1_000, known, rng=rng)
    assert (cells["guess"] == "F").mean() == pytest.approx(0.75, abs=0.05)
    assert cells["confidence"].mean() == pytest.approx(0.75**2 + 0.25**2, abs=0.05)


def test_who_joins_does_so_where_people_are():
    """Between two suppressed counts there are nine rises, from 1 to 2 up to 9 to 10."""
    hidden = np.array([np.nan])
    rose, same = likelihoods(Counts(), Counts(), hidden, hidden, crowded=True)
    assert (rose[0], same[0]) == (sum(range(2, 11)), 10)
