"""Two recipients join their releases; several coarse releases are intersected."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import synthetic
from linkage.attacks.base import Knowledge
from linkage.attacks.collusion import Collusion, consistency, kinds
from linkage.attacks.composition import Composition, right_by_candidates
from linkage.records import FIELDS, prepare
from linkage.releases import further_releases, quarters, same_person
from linkage.schemes import SCHEMES, Counts, Hmac, KAnonymous, Key, RecordSalted, Sha256, View
from linkage.schemes.base import present_fields

KEY = Key(bytes(range(32)))


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    return synthetic.World(people=3_000, seed=5).taxpayers()


@pytest.fixture(scope="module")
def register(people) -> pd.DataFrame:
    return prepare(people[[name for name in people if name in FIELDS]].dropna(axis=1, how="all"))


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def release(scheme, register, attributes=None) -> View:
    view = scheme.encode_records(register, present_fields(scheme.fields, register)).view()
    return replace(view, attributes=attributes)


def collude(scheme, register, way="same_key", share=1.0, attributes=None):
    """Reach, precision and mean confidence of two recipients."""
    scheme = scheme.with_secret(KEY)
    releases, positions = further_releases(
        scheme, register, 1, way=way, share=share, attributes=attributes, rng=rng()
    )
    view = release(scheme, register, attributes)
    guesses = Collusion().run(view, Knowledge(releases=releases))
    right = positions[guesses["record"]] == guesses["guess"].to_numpy()
    assert guesses["record"].is_unique
    assert guesses["guess"].is_unique
    precision = right.mean() if len(right) else np.nan
    return right.sum() / (positions >= 0).sum(), precision, guesses["confidence"].mean()


SEEN = ["plain", "sha256", "hmac", "token", "match_keys", "clk", "field_bloom", "minhash", "vault"]


@pytest.mark.parametrize("name", SEEN)
def test_under_one_key_all_are_joined(register, name):
    for share in (1.0, 0.5):
        reach, precision, sure = collude(SCHEMES[name](), register, share=share)
        assert reach > 0.99
        assert precision == pytest.approx(sure, abs=0.02)


@pytest.mark.parametrize("name", ["hmac", "vault", "token", "match_keys", "clk", "minhash"])
def test_under_other_keys_hardly_any_are(register, name):
    assert collude(SCHEMES[name](), register, "other_key")[0] < 0.15
    assert collude(SCHEMES[name](), register, "other_key", share=0.5)[0] < 0.02


@pytest.mark.parametrize("name", ["hmac", "vault"])
def test_codes_for_each_recipient_are_no_more_than_another_key(register, name):
    reach, precision, _ = collude(SCHEMES[name](), register, "recipient")
    assert 0 < reach < 0.15
    assert precision > 0.99


def test_shared_filters_of_fields_give_the_same_people_away_without_a_key(register):
    """Who shares which codes tells most people apart, if all of them are in both releases."""
    reach, precision, sure = collude(SCHEMES["field_bloom"](), register, "other_key")
    assert reach > 0.5
    assert precision > 0.99
    assert sure > 0.95


def test_what_stands_beside_the_codes_joins_them(register, people):
    income = people[["income"]].reset_index(drop=True)
    alone = collude(Hmac(), register, "other_key")[0]
    reach, precision, sure = collude(Hmac(), register, "other_key", attributes=income)
    assert reach > alone + 0.3
    assert precision == pytest.approx(sure, abs=0.05)
    reach, precision, sure = collude(RecordSalted(seed=1), register, attributes=income)
    assert reach > 0.3
    assert precision == pytest.approx(sure, abs=0.05)


def test_the_chance_of_a_value_that_several_have_by_hand():
    scheme = Sha256().public()
    nothing = pd.DataFrame(index=range(4))
    mine, theirs = (
        View(scheme, nothing.iloc[: len(values)], attributes=pd.DataFrame({"job": values}))
        for values in (["a", "b", "b", "c"], ["b", "b", "a"])
    )
    guesses = Collusion(least=0.0).run(mine, Knowledge(releases=(theirs,)))
    first, *others = guesses.values.tolist()
    assert first == [0, 2, 1.0]
    assert {row[2] for row in others} == {0.5}
    assert not guesses["record"].isin([3]).any()


def test_columns_of_other_names_are_compared_too():
    codes = [f"{number:064x}" for number in range(50)]
    one = View(Hmac(), pd.DataFrame({"tin": codes}, dtype="string"))
    other = View(Sha256(), pd.DataFrame({"number": codes[::-1]}, dtype="string"))
    guesses = Collusion().run(one, Knowledge(releases=(other,)))
    assert guesses["guess"].tolist() == list(range(50))[::-1]


def test_any_token_in_common_suffices():
    """Each record has kept one of its two tokens; nobody has both."""
    codes = np.array([[f"{side}{row}" for row in range(40)] for side in "ab"])
    kept = codes.copy()
    kept[0, ::2], kept[1, 1::2] = "", ""
    kept = pd.DataFrame(kept.T, columns=["x", "y"]).replace("", pd.NA).astype("string")
    one = View(SCHEMES["token"](), pd.DataFrame(codes.T, columns=["x", "y"], dtype="string"))
    other = View(SCHEMES["token"](recipient="elsewhere"), kept)
    guesses = Collusion().run(one, Knowledge(releases=(other,)))
    assert guesses["guess"].tolist() == list(range(40))


def test_kinds_do_not_depend_on_names_or_order():
    draws = rng().integers(0, 12, (300, 3))
    draws[rng(2).random(draws.shape) < 0.1] = -1
    renamed = np.where(draws < 0, -1, rng(3).permutation(12)[draws])
    order = rng(4).permutation(300)
    for rounds in (0, 1, 3):
        one, other = kinds(draws, rounds), kinds(renamed[order], rounds)
        assert (one[order] == other).all()
    assert len(np.unique(kinds(draws, 1))) >= len(np.unique(kinds(draws, 0)))


def test_kinds_by_hand():
    """Two pairs of a code each; only what the other record of the pair is like tells them apart."""
    codes = np.array([[0, 0], [0, 1], [1, 2], [1, 3], [2, 3]])
    near, far = kinds(codes, 0), kinds(codes, 1)
    assert near[0] == near[1] == near[2] != near[3]
    assert far[0] == far[1] != far[2]


def test_consistent_guesses_are_believed():
    codes = np.repeat(np.arange(100), 4)[:, None]
    assert consistency(codes, codes[::-1]) > 0.98
    mixed = rng().permutation(codes)
    assert consistency(codes, mixed) < 0.3
    half = np.where(rng().random(codes.shape) < 0.5, codes, 1_000 + np.arange(400)[:, None])
    assert consistency(codes, half) == pytest.approx(0.5, abs=0.1)
    assert consistency(codes[:0], codes[:0]) == 0


@pytest.fixture(scope="module")
def nine_quarters(register):
    files = quarters(register, 9, rng=rng(3))
    scheme = SCHEMES["token"](key=KEY)
    return files, [release(scheme, file) for file in files]


def test_histories_grow_with_the_quarters_while_few_are_lost(nine_quarters):
    files, views = nine_quarters
    moves, complete = [], []
    for count in (1, 2, 4, 8):
        releases = tuple(views[1 : count + 1])
        traces = Collusion().histories(views[0], Knowledge(releases=releases)).to_numpy()
        truth = np.stack([same_person(files[0].index, file.index) for file in files[1:]], axis=1)
        right = (traces == truth[:, :count]).all(axis=1) & (traces >= 0).all(axis=1)
        there = (truth[:, :count] >= 0).all(axis=1)
        assert right[there].mean() > 0.98
        complete.append(right.mean())
        zips = [file["zip"].fillna("").to_numpy(object) for file in files]
        told = [zips[0]] + [zips[t + 1][traces[:, t]] for t in range(count)]
        changes = np.any([one != other for one, other in pairwise(told)], axis=0)
        moves.append((right & changes).mean())
    assert complete == sorted(complete, reverse=True)  # some leave
    assert complete[-1] > 0.9
    assert moves == sorted(moves)
    assert moves[-1] > 4 * moves[0]


def test_a_lost_trace_stays_lost():
    codes = pd.Series([f"{number:064x}" for number in range(30)], dtype="string")
    whole = View(Sha256(), codes.to_frame("tin"))
    without = View(Sha256(), codes.drop(7).reset_index(drop=True).to_frame("tin"))
    traces = Collusion().histories(whole, Knowledge(releases=(without, whole)))
    assert traces.loc[7].tolist() == [-1, -1]
    assert (traces.drop(7)[1] == traces.drop(7).index).all()


def test_what_is_missing_is_named(register):
    view = release(Sha256(), register.head(20))
    why = Collusion().why_not
    assert why(view, Knowledge()) == "needs a further release (releases)"
    assert "only by trying" in why(release(RecordSalted(seed=1), register.head(20)), Knowledge())
    counted = Counts().encode_records(register, ("sex",)).view()
    tables = Knowledge(releases=(counted,))
    assert why(view, tables) == "the other release is a table of counts, not of records"
    assert why(counted, Knowledge()) == "the release is a table of counts, not of records"


def test_blind_guesses(register):
    known = Knowledge(releases=(release(Sha256(), register.head(20)),))
    guesses = Collusion().guess_blindly(2_000, known, rng=rng())
    assert set(guesses["guess"]) == set(range(20))
    assert set(guesses["confidence"]) == {1 / 20}


def compose(register, people, count, share=1.0, columns=("income",), k=5):
    income = people[list(columns)].reset_index(drop=True)
    scheme = KAnonymous(k=k)
    releases, _ = further_releases(
        scheme, register, count, share=share, attributes=income, rng=rng()
    )
    listed = register.drop(columns="tin").sample(frac=1, random_state=0)
    known = Knowledge(auxiliary=listed, releases=releases)
    guesses = Composition().run(release(scheme, register, income), known)
    right = register.index[guesses["record"]] == guesses["guess"]
    precision = right.mean() if len(right) else np.nan
    return right.sum() / len(register), precision, guesses["confidence"].mean()


def by_fields(register, *fields) -> View:
    """Release one field finely beside a number of each record; the others are left out."""
    levels = {"date_of_birth": "year", "sex": "sex", "zip": "3 digits"}
    fixed = tuple((name, levels[name] if name in fields else "*") for name in levels)
    number = pd.DataFrame({"case": np.arange(len(register))})
    return release(KAnonymous(k=2, levels=fixed, suppress=0.3), register, number)


def test_reach_grows_with_the_number_of_releases(register):
    views = [by_fields(register, name) for name in ("sex", "date_of_birth", "zip")]
    reach = []
    for count in (1, 2):
        known = Knowledge(auxiliary=register, releases=tuple(views[1 : count + 1]))
        guesses = Composition().run(views[0], known)
        right = register.index[guesses["record"]] == guesses["guess"]
        reach.append(right.mean() * len(guesses) / len(register))
        if len(guesses) > 100:
            assert right.mean() == pytest.approx(guesses["confidence"].mean(), abs=0.05)
    assert reach[0] < 0.02
    assert reach[1] > 0.15


def test_releases_at_levels_chosen_for_each_recipient(register, people):
    reach, precision, sure = compose(register, people, 1)
    assert reach > 0.05
    assert precision == pytest.approx(sure, abs=0.1)
    hardly = compose(register, people, 1, columns=("filing_status",))[0]
    assert hardly < 0.01  # shared by too many to find a record again


def test_two_releases_by_hand():
    listed = pd.DataFrame(
        {"sex": ["F", "F", "M", "M", "F"], "zip": ["02139", "10001", "02139", "10001", "60601"]},
        index=list("abcde"),
    )
    number = pd.DataFrame({"case": [1, 2, 3, 3]})
    tokens = pd.DataFrame({"sex": ["F", "F", "M", None]}, dtype="string")
    one = View(KAnonymous(levels=(("sex", "sex"),)), tokens, fields=("sex",), attributes=number)
    zips = pd.DataFrame({"zip": ["02139", "10001", "02139", "10001"]}, dtype="string")
    other = View(
        KAnonymous(levels=(("zip", "5 digits"),)), zips, fields=("zip",), attributes=number
    )
    known = Knowledge(auxiliary=listed, releases=(other,))
    guesses = Composition(most=1).run(one, known)
    assert guesses[["record", "guess"]].values.tolist() == [[0, "a"], [1, "b"]]
    guesses = Composition(most=2).run(
        one, known
    )  # of case 3 both classes are open; 4 is suppressed
    assert guesses["record"].tolist() == [0, 1, 2]
    assert guesses.loc[2, "guess"] in ("c", "d")
    suppressed = replace(other, tokens=pd.DataFrame({"zip": zips["zip"].mask(zips.index == 0)}))
    known = replace(known, releases=(suppressed,))
    guesses = Composition(most=1).run(one, known)  # nobody is ruled out for the first
    assert guesses["record"].tolist() == [1]


def test_one_of_n_who_are_left():
    assert right_by_candidates(np.array([1, 1, 3]), np.array([1, 2, 3])) == pytest.approx(
        [1, 1 / 2, 1 / 3]
    )
    partly = right_by_candidates(np.array([0, 1, 1, 2]), np.array([1]))
    assert partly[0] == pytest.approx(0.75 / (0.75 + 0.25 / 2))


def test_what_composition_needs_is_named(register):
    view = by_fields(register, "sex")
    why = Composition().why_not
    assert why(release(Sha256(), register), Knowledge()) == "the records are not told in classes"
    assert why(replace(view, attributes=None), Knowledge()) == "nothing stands beside the classes"
    known = Knowledge(auxiliary=register, releases=(replace(view, attributes=None),))
    assert "to join them by" in why(view, known)
    known = Knowledge(auxiliary=register[["sex"]], releases=(view,))
    assert why(view, known) == "the list of people has no date_of_birth, zip"
    assert why(view, Knowledge(auxiliary=register)) == "needs a further release (releases)"
