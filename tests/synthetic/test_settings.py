"""Bad input is refused before anything is drawn, all of it at once."""

from __future__ import annotations

from dataclasses import astuple, fields
from datetime import date, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling import steady

from synthetic import RegisterSettings, RequestSettings, World

NO_SHARES = [-0.1, 1.5, float("nan"), float("inf"), "most", True, None, np.float64(2.0), [0.5]]


def world(**chosen: Any) -> World:
    return World(**{"people": 10, "seed": 0, **chosen})


def problems(kind: Any, chosen: dict[str, Any]) -> list[str]:
    """Return the lines of the message with which settings are refused."""
    with pytest.raises(ValueError, match=f"{kind.__name__} cannot be made") as caught:
        kind(**chosen)
    return [line.strip() for line in str(caught.value).splitlines()[1:]]


def ending(kind: Any, *endings: str) -> list[str]:
    return [entry.name for entry in fields(kind) if entry.name.endswith(endings)]


SHARES = [
    (kind, name)
    for kind in (RegisterSettings, RequestSettings, World)
    for name in ending(kind, "_share", "_correlation")
]


def required(kind: Any) -> dict[str, Any]:
    return {"people": 10, "seed": 0} if kind is World else {}


@pytest.mark.parametrize(("kind", "name"), SHARES)
def test_a_share_is_a_number_from_0_to_1(kind: Any, name: str) -> None:
    for value in NO_SHARES:
        if name == "hispanic_share" and value is None:
            continue  # leaves every ZIP as it is
        (line,) = problems(kind, {**required(kind), name: value})
        assert line == f"{name}: got {value!r}, allowed is a share in [0, 1]"
    nothing = kind(**required(kind), **{name: 0})
    assert getattr(nothing, name) == 0


@pytest.mark.parametrize("name", ending(RequestSettings, "_odds"))
def test_odds_are_numbers_of_at_least_0(name: str) -> None:
    for value in (-1, float("nan"), float("inf"), "even", None, True):
        (line,) = problems(RequestSettings, {name: value})
        assert line == f"{name}: got {value!r}, allowed is a number of at least 0"
    assert getattr(RequestSettings(**{name: 40}), name) == 40


def test_every_bad_setting_is_named_at_once() -> None:
    bad: dict[str, Any] = {
        **dict.fromkeys(ending(World, "_share"), 1.2),
        "people": 0,
        "seed": -1,
        "states": ("CA", "XX"),
        "zips": "10001",
        "names": "x",
        "tins": "x",
        "reference_date": "2025-08-07",
        "tax_year": 1900,
        "cluster_people": 0,
        "partition_people": 2.5,
        "register": RequestSettings(),
        "enforcement": {},
    }
    assert set(bad) == {entry.name for entry in fields(World)}
    lines = problems(World, bad)
    assert sorted(line.split(":")[0] for line in lines) == sorted(bad)
    assert all(": got " in line and ", allowed is " in line for line in lines)
    message = "\n".join(lines)
    for name in ("people", "seed", "names", "tins", "tax_year", "partition_people", "zips"):
        assert f"{name}: got {bad[name]!r}, allowed is" in message
    assert "states: got 'XX', allowed is two letters" in message
    assert "allowed is one of census, faker" in message
    assert "allowed is one of never_issued, full" in message


@pytest.mark.parametrize("kind", [RegisterSettings, RequestSettings])
def test_every_bad_share_of_a_file_is_named_at_once(kind: Any) -> None:
    names = [entry.name for entry in fields(kind)]
    bad = dict.fromkeys(names, -1.0)
    assert sorted(line.split(":")[0] for line in problems(kind, bad)) == sorted(names)


@pytest.mark.parametrize(
    "name", ["people", "seed", "tax_year", "partition_people", "cluster_people"]
)
@pytest.mark.parametrize("value", [-1, 1.0, True, "10", None, float("nan")])
def test_whole_numbers(name: str, value: Any) -> None:
    (line,) = problems(World, {"people": 10, "seed": 0, name: value})
    assert line.startswith(f"{name}: got {value!r}, allowed is a whole number of at least ")


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"tax_year": 2026}, "tax_year: got 2026, allowed is at most the year of reference_date"),
        ({"reference_date": date(1949, 12, 31), "tax_year": 1940}, "allowed is 1950 to 2100"),
        ({"reference_date": date(2101, 1, 1)}, "allowed is 1950 to 2100"),
        ({"reference_date": datetime(2025, 8, 7)}, "allowed is a date"),
        ({"zips": ("1001", 10001)}, "zips: got '1001', 10001, allowed is five digits"),
        ({"states": "CA"}, "states: got 'CA', allowed is a tuple"),
        ({"states": None}, "states: got None, allowed is a tuple"),
        ({"people": 27_005, "zips": ("10001",)}, "people: got 27,005, allowed is at most 27,004"),
        ({"people": 25_000_001}, "people: got 25,000,001, allowed is at most 25,000,000"),
        ({"people": 340_000_000, "tins": "full"}, "people: got 340,000,000, allowed is at most"),
        (
            {"hispanic_naturalised_share": 0.7, "hispanic_unauthorised_share": 0.4},
            "hispanic_naturalised_share + hispanic_unauthorised_share: got 1.1 together",
        ),
        (
            {"other_naturalised_share": 0.7, "other_unauthorised_share": 0.4},
            "other_naturalised_share + other_unauthorised_share: got 1.1 together",
        ),
        ({"names": ["census"]}, "names: got ['census'], allowed is one of"),
        ({"register": None}, "register: got None, allowed is RegisterSettings"),
    ],
)
def test_bad_settings(bad: dict[str, Any], message: str) -> None:
    (line,) = problems(World, {"people": 10, "seed": 0, **bad})
    assert message in line


@pytest.mark.parametrize(
    "names",
    [
        ["in_register_share", "non_filer_share"],
        ["relative_tin_share", "wrong_tin_share"],
        [
            "placeholder_address_share", "office_address_share", "blank_address_share",
            "former_address_share",
        ],
    ],
)  # fmt: skip
def test_shares_of_one_whole_may_not_exceed_it(names: list[str]) -> None:
    (line,) = problems(RequestSettings, dict.fromkeys(names, 0.6))
    assert line == f"{' + '.join(names)}: got {0.6 * len(names):g} together, allowed is at most 1"
    RequestSettings(**dict.fromkeys(names, 1 / len(names)))


@pytest.mark.parametrize("kind", [RegisterSettings, RequestSettings])
def test_errors_that_cannot_be_reached_are_refused(kind: Any) -> None:
    (line,) = problems(kind, {"typo_share": 0.9})
    assert line.startswith(
        "typo_share: got 0.9 with error_correlation=0.5, allowed is at most 0.4,"
    )
    assert kind(typo_share=0.4).typo_share == 0.4
    assert kind(typo_share=0.9, error_correlation=0).typo_share == 0.9


#: Errors that come together: those that carelessness multiplies.
TOGETHER = {
    RegisterSettings: {
        "second_surname_dropped_share", "nickname_share", "typo_share", "birth_digit_share",
        "tin_digit_share", "unit_lost_share",
    },
    RequestSettings: {
        "typo_share", "misheard_share", "misread_share", "nickname_share", "spelling_share",
        "name_order_share", "second_surname_dropped_share", "surnames_swapped_share",
        "surnames_joined_share", "truncated_share", "day_month_share", "birth_digit_share",
        "birth_year_share", "new_year_birth_share", "birth_missing_share", "sex_missing_share",
        "street_style_share", "middle_initial_missing_share",
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", [RegisterSettings, RequestSettings])
def test_which_errors_must_be_reached(kind: Any) -> None:
    harmless = dict.fromkeys(TOGETHER[kind], 0.0)
    for name in ending(kind, "_share"):
        chosen = {**harmless, "error_correlation": 1.0, name: 0.3}
        if name in TOGETHER[kind]:
            (line,) = problems(kind, chosen)
            assert line.startswith(
                f"{name}: got 0.3 with error_correlation=1, allowed is at most 0.25"
            )
        else:
            assert getattr(kind(**chosen), name) == 0.3


@settings(steady, max_examples=25)
@given(st.sampled_from(SHARES), st.floats(0, 1))
def test_what_is_made_can_be_drawn(setting: tuple[Any, str], value: float) -> None:
    """What the settings let through, the writing of the files accepts."""
    kind, name = setting
    try:
        made = kind(**required(kind), **{name: value})
    except ValueError:
        return
    strangers = RequestSettings(in_register_share=0.0, non_filer_share=0.0)  # there are always some
    parts: dict[Any, dict[str, Any]] = {
        World: {name: value, "enforcement": strangers},
        RegisterSettings: {"register": made, "enforcement": strangers},
        RequestSettings: {"enforcement": made},
    }
    of = world(people=60, **parts[kind])
    assert len(of.persons()) == 60
    assert len(of.requests(2)) == 2
    assert len(of.taxpayers()) == len(of.taxpayer_truth())


def test_capacity_itself_is_allowed() -> None:
    assert World(people=25_000_000, seed=0).partitions == 2_500
    assert World(people=331_000_000, seed=0, tins="full").partitions == 33_100
    assert len(World(people=44, seed=0, zips=("01094",)).persons()) == 44


def test_numpy_numbers_and_lists_are_as_good() -> None:
    made = world(
        people=np.int64(50), seed=np.int64(1), states=["VT"], hispanic_share=np.float32(0.5)
    )
    assert made == world(people=50, seed=1, states=("VT",), hispanic_share=0.5)
    assert len(made.requests(np.int64(3))) == 3  # type: ignore[arg-type]
    assert set(made.addresses().state) == {"VT"}


def test_large_seeds_are_seeds() -> None:
    one, other = (world(people=30, seed=2**80 + k).persons() for k in (0, 1))
    assert not one.equals(other)


def test_a_world_is_a_value() -> None:
    assert world() == world()
    assert hash(world()) == hash(world())
    assert world() != world(seed=1)
    assert date(2025, 8, 7) in astuple(world())
    with pytest.raises(AttributeError):
        world().people = 5  # type: ignore[misc]
