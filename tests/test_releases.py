"""Further releases: who is who in them, what differs, and the games on tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import synthetic
from linkage import releases
from linkage.attacks.differencing import person_cells
from linkage.problems import InputError
from linkage.records import FIELDS, prepare
from linkage.releases import (
    further_releases,
    joining_games,
    membership_games,
    quarters,
    same_person,
    to_another_recipient,
    why_not,
)
from linkage.schemes import (
    SCHEMES,
    Counts,
    DpCounts,
    Hmac,
    KAnonymous,
    Key,
    Plain,
    RecordSalted,
    Token,
)
from linkage.schemes.base import present_fields

KEY = Key(bytes(range(32)))


@pytest.fixture(scope="module")
def register() -> pd.DataFrame:
    people = synthetic.World(people=2_000, seed=5).taxpayers()
    return prepare(people[[name for name in people if name in FIELDS]].dropna(axis=1, how="all"))


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("share", [1.0, 0.4])
def test_positions_say_who_is_who(register, share):
    encoded, positions = to_another_recipient(Plain(), register, share=share, rng=rng())
    held = positions >= 0
    assert held.sum() == len(encoded) == round(share * len(register))
    theirs = encoded.tokens["surname"].to_numpy()[positions[held]]
    assert (theirs == register["surname"].to_numpy()[held]).all()
    assert not (positions[held] == np.flatnonzero(held)).all()  # in another order
    assert (same_person(register.index, encoded.labels) == positions).all()


def in_common(scheme, register, way):
    fields = present_fields(scheme.fields, register)
    first = scheme.encode_records(register, fields).tokens
    second = to_another_recipient(scheme, register, way=way, rng=rng())[0].tokens
    return {name: first[name].dropna().isin(second[name]).mean() for name in first}


@pytest.mark.parametrize("name", ["hmac", "vault", "token"])
def test_codes_are_common_under_the_same_key_only(register, name):
    scheme = SCHEMES[name]().with_secret(KEY)
    assert set(in_common(scheme, register, "same_key").values()) == {1.0}
    for way in ("other_key", "recipient"):
        assert set(in_common(scheme, register, way).values()) == {0.0}


def test_tokens_of_another_recipient_are_those_the_scheme_would_have_made(register):
    scheme = Token(key=KEY)
    encoded, _ = to_another_recipient(scheme, register, way="recipient", number=2, rng=rng())
    own = Token(recipient="recipient 2", key=KEY)
    direct = own.encode_records(register.loc[encoded.labels], encoded.fields)
    pd.testing.assert_frame_equal(encoded.tokens, direct.tokens)


def test_salts_are_drawn_anew(register):
    common = in_common(RecordSalted(seed=3), register, "same_key")
    assert set(common.values()) == {0.0}


def test_each_recipient_of_coarse_records_gets_another_field_fine(register):
    views, _ = further_releases(KAnonymous(k=5), register, 2, rng=rng())
    by_zip, by_birth = (dict(view.scheme.levels) for view in views)
    assert by_zip["zip"] != "*"
    assert by_zip["zip"] < by_birth["zip"] or by_birth["zip"] == "*"
    assert by_birth["date_of_birth"] != by_zip["date_of_birth"]


def test_attributes_go_with_their_people(register):
    told = pd.DataFrame({"surname again": register["surname"].to_numpy(object)})
    views, _ = further_releases(Plain(), register, 2, share=0.5, attributes=told, rng=rng())
    for view in views:
        assert len(view.attributes) == len(view) == round(len(register) / 2)
        assert (view.attributes["surname again"] == view.tokens["surname"].astype(object)).all()


def test_the_positions_are_those_of_the_first(register):
    views, positions = further_releases(Plain(), register, 3, share=0.5, rng=rng())
    held = positions >= 0
    theirs = views[0].tokens["tin"].astype(object).fillna("").to_numpy()[positions[held]]
    assert (theirs == register["tin"].astype(object).fillna("").to_numpy()[held]).all()
    assert len(views) == 3


def test_what_cannot_be_is_named(register):
    assert why_not(Plain(), "other_key") == "plain has no key"
    assert why_not(SCHEMES["clk"](), "recipient") == "clk makes the same codes for all recipients"
    assert why_not(Hmac(), "other_key") == why_not(Plain(), "same_key") == ""
    with pytest.raises(InputError, match="plain has no key; try 'same_key'"):
        to_another_recipient(Plain(), register, way="other_key", rng=rng())
    with pytest.raises(InputError) as caught:
        to_another_recipient(Plain(), register, way="post", share=2.0, rng=rng())
    assert len(caught.value.problems) == 2
    for call in (quarters, lambda *given, rng: further_releases(Plain(), *given, rng=rng)):
        with pytest.raises(InputError, match="count: got 0"):
            call(register, 0, rng=rng())


def test_shares_that_change_from_quarter_to_quarter():
    size = 40_000
    people = pd.DataFrame({"surname": np.arange(size), "zip": np.arange(size)}).astype("string")
    first, second, third = quarters(people, 3, rng=rng())
    for one, other in ((first, second), (second, third)):
        stay = one.index.intersection(other.index)
        changed = (one.loc[stay] != other.loc[stay]).mean()
        assert changed["zip"] == pytest.approx(releases.MOVED_A_YEAR / 4, abs=0.003)
        assert changed["surname"] == pytest.approx(releases.RENAMED_A_YEAR / 4, abs=0.001)
        left = 1 - len(stay) / len(one)
        joined = 1 - len(stay) / len(other)
        assert left == pytest.approx(releases.LEFT_A_YEAR / 4, abs=0.0015)
        assert joined == pytest.approx(releases.ARRIVED_A_YEAR / 4, abs=0.0015)
    moved = (people.loc[third.index] != third).mean()  # who moved stays there
    assert moved["zip"] == pytest.approx(2 * releases.MOVED_A_YEAR / 4, abs=0.005)
    assert not first.index.equals(first.index.sort_values())


def test_whoever_moves_takes_a_whole_address(register):
    address = ["street_name", "city", "state", "zip"]
    known = set(register[address].itertuples(index=False, name=None))
    for quarter in quarters(register, 8, rng=rng()):
        assert set(quarter[address].itertuples(index=False, name=None)) <= known


TABLES = [Counts(), Counts(smallest=3), DpCounts(epsilon=45.0), DpCounts(epsilon=45.0, clamp=True)]


@pytest.mark.parametrize("scheme", TABLES, ids=lambda scheme: f"{scheme.name}")
def test_tables_of_a_game_are_those_the_scheme_makes(register, scheme):
    """At epsilon 45 there is no noise, so that tables can be compared."""
    fields = present_fields(scheme.fields, register)
    real = scheme if isinstance(scheme, Counts) else DpCounts(epsilon=45.0, seed=0)
    seen = set()
    for view, knowledge, joined in membership_games(scheme, register, 8, rng=rng()):
        person = knowledge.auxiliary.index[0]
        others = register.drop(person)
        tables = (knowledge.releases[0], others), (view, register if joined else others)
        for table, people in tables:
            expected = real.encode_records(people, fields).tokens
            pd.testing.assert_frame_equal(table.tokens, expected, check_dtype=False)
        assert view.scheme == scheme.public()
        seen.add(joined)
    assert seen == {True, False}


def test_noise_is_drawn_for_each_table(register):
    games = list(membership_games(DpCounts(epsilon=0.5), register, 4, rng=rng()))
    counts = [
        table.tokens["count"].to_numpy(np.int64)
        for view, knowledge, _ in games
        for table in (view, *knowledge.releases)
    ]
    for number, one in enumerate(counts):
        for other in counts[:number]:
            assert (one != other).mean() > 0.1
    noise = np.concatenate(
        [one - other for one, other in zip(counts[::2], counts[1::2], strict=True)]
    )
    a = np.exp(-0.5)
    assert noise.var() == pytest.approx(2 * 2 * a / (1 - a) ** 2, rel=0.1)


def test_half_of_the_people_join(register):
    joined = [joins for *_, joins in membership_games(Counts(), register, 40, rng=rng())]
    assert sum(joined) == 20
    assert joined != sorted(joined)


def test_who_joined_is_known_by_nothing_but_a_label(register):
    for view, knowledge, cell in joining_games(Counts(), register, 5, rng=rng()):
        assert knowledge.auxiliary.shape == (1, 0)
        person = register.loc[knowledge.auxiliary.index]
        assert person_cells(view, person).tolist() == [cell]
