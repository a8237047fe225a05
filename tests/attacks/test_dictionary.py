"""Dictionary attacks: what falls without a secret, with it, and what never does."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from linkage.attacks import Dictionary, Knowledge, Space, name_date_space, number_space
from linkage.schemes import SCHEMES as EVERY
from linkage.schemes import (
    Clk,
    Hmac,
    Key,
    Plain,
    RecordSalted,
    SaltedSha256,
    Sha256,
    SlowHash,
)

KEY = Key(bytes(range(32)))
OTHER = Key(bytes(range(32, 64)))
SPACE = number_space([(900_000_000, 900_100_000)])
NAME = "given_name+surname+date_of_birth"
SCHEMES = {
    "plain": Plain(),
    "sha256": Sha256(),
    "salted_sha256": SaltedSha256(salt=KEY),
    "hmac": Hmac(key=KEY),
    "clk": Clk(key=KEY),
}


def register() -> pd.DataFrame:
    """200 people; every tenth has no number, every tenth one outside the space, two share one."""
    rng = np.random.default_rng(0)
    numbers = pd.Series(rng.choice(100_000, 200, replace=False) + 900_000_000).astype("string")
    numbers[::10] = pd.NA
    numbers[5::10] = [f"8{number:08d}" for number in range(20)]
    numbers[2] = numbers[1]
    days = pd.to_datetime("1960-01-01") + pd.to_timedelta(rng.integers(0, 9000, 200), "D")
    return pd.DataFrame(
        {
            "given_name": rng.choice(["ANA", "LUZ", "EVA", "MIA"], 200),
            "surname": rng.choice(["NG", "RUIZ", "COHEN", "SMITH"], 200),
            "date_of_birth": days.strftime("%Y-%m-%d"),
            "tin": numbers,
        }
    )


PEOPLE = register()


def release(name: str):
    return SCHEMES[name].encode(PEOPLE).view()


# Every value ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "key"), [("sha256", None), ("salted_sha256", KEY), ("hmac", KEY), ("plain", None)]
)
def test_every_listed_number_falls_and_every_claim_is_right(name, key):
    guesses = Dictionary("tin", SPACE).run(release(name), Knowledge(key=key))
    true = PEOPLE["tin"].to_numpy()[guesses["record"]]
    assert (guesses["guess"] == true).all()
    assert (guesses["confidence"] == 1).all()
    readable = PEOPLE["tin"].notna() if name == "plain" else PEOPLE["tin"].str.startswith("9")
    assert guesses["record"].tolist() == np.flatnonzero(readable.fillna(False)).tolist()
    assert len(guesses) == (180 if name == "plain" else 160)


@pytest.mark.parametrize(
    ("name", "key"),
    [("salted_sha256", None), ("salted_sha256", OTHER), ("hmac", None), ("hmac", OTHER)],
)
def test_without_the_secret_nothing_is_claimed(name, key):
    guesses = Dictionary("tin", SPACE).run(release(name), Knowledge(key=key))
    assert guesses.columns.tolist() == ["record", "guess", "confidence"]
    assert len(guesses) == 0


def test_a_key_does_not_hinder_an_attack_that_needs_none():
    first, second = (
        Dictionary("tin", SPACE).run(release("sha256"), Knowledge(key=key)) for key in (None, KEY)
    )
    pd.testing.assert_frame_equal(first, second)


def test_names_and_birth_dates_fall_too():
    shares = (PEOPLE[column].value_counts(normalize=True) for column in ("given_name", "surname"))
    space = name_date_space(*shares, years=range(1960, 1970), guesses=10**6)
    assert space.size == 16 * 3653
    guesses = Dictionary(NAME, space).run(release("sha256"), Knowledge())
    joint = PEOPLE["given_name"] + "|" + PEOPLE["surname"] + "|" + PEOPLE["date_of_birth"]
    listed = PEOPLE["date_of_birth"] < "1970"
    assert 50 < listed.sum() < 200
    assert guesses["record"].tolist() == np.flatnonzero(listed).tolist()
    assert guesses["guess"].tolist() == joint[listed].tolist()
    assert Dictionary(NAME, space).target == "name and birth date"


def test_joint_values_are_read_off_plain_records():
    guesses = Dictionary(NAME, SPACE).run(release("plain"), Knowledge())
    assert guesses.loc[0, "guess"] == "|".join(PEOPLE.loc[0, NAME.split("+")])
    assert len(guesses) == 200


def test_tries_count_the_space_and_nothing_where_values_can_be_read():
    attack = Dictionary("tin", SPACE)
    assert attack.tries(release("sha256"), Knowledge()) == 100_000
    assert attack.tries(release("plain"), Knowledge()) == 0
    assert Dictionary("tin").space.size == 10**9
    assert attack.target == "tin"


def test_it_does_not_apply_to_a_release_without_the_column():
    attack = Dictionary("tin", SPACE)
    assert attack.why_not(release("sha256"), Knowledge()) == ""
    for view in (release("clk"), Sha256().encode(PEOPLE[["surname"]]).view()):
        assert attack.not_applicable(view) == "the release has no such code"
        with pytest.raises(ValueError, match="dictionary on tin: the release has no such code"):
            attack.run(view, Knowledge())


def test_blind_guesses_succeed_as_often_as_chance():
    attack = Dictionary("tin", number_space([(0, 10_000)]))
    guesses = attack.guess_blindly(400_000, Knowledge(), rng=np.random.default_rng(0))
    assert guesses["record"].tolist() == list(range(400_000))
    # 400,000 draws from 10,000 values hit one value 40 times on average, give or take 6.3.
    hits = (guesses["guess"] == "000001234").sum()
    assert 15 <= hits <= 65
    assert (guesses["confidence"] == 1e-4).all()


# Keys, salts and costs -----------------------------------------------------------------------


def test_it_is_not_run_without_the_method():
    attack = Dictionary("tin", SPACE)
    assert attack.not_applicable(release("sha256")) == ""
    text = attack.lacking(release("sha256"), Knowledge(function=False))
    assert text == "needs the published method (function)"


def test_encrypted_numbers_are_read_by_whoever_holds_the_key_and_by_nobody_else():
    attack = Dictionary("tin", SPACE)
    view = EVERY["fpe"](key=KEY).encode(PEOPLE).view()
    assert "without the key" in attack.lacking(view, Knowledge())
    guesses = attack.run(view, Knowledge(key=KEY))
    assert guesses["guess"].tolist() == PEOPLE["tin"].dropna().tolist()
    assert attack.tries(view, Knowledge(key=KEY)) == 0


def test_a_salt_a_record_makes_the_space_cost_once_a_record_and_protects_nobody():
    view = RecordSalted(seed=1).encode(PEOPLE).view()
    attack = Dictionary("tin", SPACE, budget=21 * SPACE.size)
    tried = attack.targets(view, Knowledge())
    assert len(tried) == 21
    assert tried[0] == 0
    assert tried[-1] == len(PEOPLE) - 1
    assert attack.tries(view, Knowledge()) == 21 * SPACE.size
    guesses = attack.run(view, Knowledge())
    listed = PEOPLE["tin"].str.startswith("9").fillna(False)
    assert guesses["record"].tolist() == [record for record in tried if listed[record]]
    assert guesses["guess"].tolist() == PEOPLE["tin"][guesses["record"]].tolist()
    few = Dictionary("tin", SPACE, budget=SPACE.size - 1)
    assert "100,000 tries for one record are over the budget" in few.lacking(view, Knowledge())


def test_a_slow_hash_is_tried_as_far_as_the_budget_goes_and_timed_beyond():
    scheme = SlowHash(memory=16, salt=KEY)
    view = scheme.encode(PEOPLE).view()
    attack = Dictionary("tin", SPACE)
    assert attack.lacking(view, Knowledge(key=KEY)).startswith("100,000 tries, each made to cost")
    assert 0 < attack.seconds_per_try(view) < 1
    assert np.isnan(attack.seconds_per_try(release("sha256")))
    numbers = Space(("",), tuple(PEOPLE["tin"].dropna().unique()[:40]))
    guesses = Dictionary("tin", numbers).run(view, Knowledge(key=KEY))
    assert guesses["guess"].tolist() == PEOPLE["tin"][guesses["record"]].tolist()
    assert guesses["guess"].nunique() == 40
    assert Dictionary("tin", numbers).run(view, Knowledge()).empty


def test_a_server_must_be_asked():
    view = EVERY["oprf"]().with_secret(KEY).encode(PEOPLE[:5]).view()
    assert Dictionary("tin", SPACE).not_applicable(view) == view.scheme.trying
