"""The request list: who is looked for, and how well the requester knows them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic import corruption
from synthetic.columns import Column, digits, frame
from synthetic.corruption import chosen, corrupt
from synthetic.households import draw_households
from synthetic.partition import Population
from synthetic.people import People, draw_people
from synthetic.randomness import Distribution
from synthetic.settings import RequestSettings
from synthetic.tax import issue_stranger_tins

ADDRESS_STATUSES = ("current", "former", "placeholder", "blank")
TIN_STATUSES = ("own", "relative", "wrong", "missing")

#: What is typed where an address belongs; the first is named in accounts of the case.
PLACEHOLDERS = ("FAILED TO PROVIDE", "UNKNOWN", "NONE", "HOMELESS", "NO ADDRESS", "IN CUSTODY")
_PLACEHOLDER = Distribution.of([40, 30, 10, 8, 7, 5])
#: Placeholders with the person's true city, state and ZIP beside them. Prior.
PLACEHOLDER_ZIP_SHARE = 0.7
#: Nobody older is looked for. Prior.
OLDEST_TARGET = 75
#: Wrong numbers that belong to another person of the partition. Prior.
BORROWED_TIN_SHARE = 0.5

TRUTH_COLUMNS = ("person_id", "household_id", "address_id", "address_status", "tin_status")


@dataclass(frozen=True)
class Counts:
    """How many requests of each kind a partition gives.

    ``strangers_before`` counts those of the partitions before, so that all get
    different numbers.
    """

    in_register: int
    non_filers: int
    strangers: int
    strangers_before: int


@dataclass(frozen=True, eq=False)
class Targets:
    """Whom the requests of a partition are about: its people, then strangers.

    ``person`` and ``household`` are positions in the population, -1 for a stranger;
    ``tin`` is the true number and ``home`` the position of the address lived at.
    """

    person: NDArray[np.int64]
    household: NDArray[np.int64]
    people: People
    tin: NDArray[np.int64]
    home: NDArray[np.int64]


def draw_requests(
    population: Population, counts: Counts, *, rng: np.random.Generator
) -> pd.DataFrame:
    """Return a partition's requests with their truth beside them, not yet numbered."""
    settings = population.settings.enforcement
    targets = _draw_targets(population, counts, rng=rng)
    tin, tin_status = _draw_tins(population, targets, settings, rng=rng)
    address, address_id, address_status = _draw_addresses(population, targets, settings, rng=rng)
    offset = population.person_offset
    return frame(
        {
            **_miswrite(targets.people, settings, rng=rng),
            "tin": tin,
            **address,
            "person_id": _identify(targets.person, offset),
            "household_id": _identify(targets.household, offset),
            "address_id": address_id,
            "address_status": np.array(ADDRESS_STATUSES, dtype=object)[address_status],
            "tin_status": np.array(TIN_STATUSES, dtype=object)[tin_status],
        }
    )


def _identify(positions: NDArray[np.int64], offset: int) -> NDArray[np.int64]:
    """Return ids for positions; -1 stays."""
    return np.where(positions < 0, -1, positions + offset)


def _draw_targets(population: Population, counts: Counts, *, rng: np.random.Generator) -> Targets:
    settings, world = population.settings.enforcement, population.settings
    eligible, files = _eligible(population.people), population.files
    person = np.concatenate(
        [
            _choose(population, eligible & files, counts.in_register, "filers", rng=rng),
            _choose(population, eligible & ~files, counts.non_filers, "adults not filing", rng=rng),
        ]
    )
    # Strangers come from a population drawn like any other and then dropped.
    crowd = draw_people(
        draw_households(4 * counts.strangers + 40, rng=rng),
        hispanic_share=settings.hispanic_share,
        double_surname_share=world.double_surname_share,
        junior_share=world.junior_share,
        reference_date=world.reference_date,
        rng=rng,
    )
    stranger = rng.choice(np.flatnonzero(_eligible(crowd)), size=counts.strangers, replace=False)
    ranks = counts.strangers_before + np.arange(counts.strangers)
    household = population.households.of[person]
    nowhere = np.full(counts.strangers, -1)
    return Targets(
        person=np.concatenate([person, nowhere]),
        household=np.concatenate([household, nowhere]),
        people=population.people.rows(person).stack(crowd.rows(stranger)),
        tin=np.concatenate([population.tins(person), issue_stranger_tins(ranks, world.seed)]),
        home=np.concatenate(
            [
                population.lives_at[household],
                rng.choice(population.used_addresses, size=counts.strangers),
            ]
        ),
    )


def _eligible(people: People) -> NDArray[np.bool_]:
    return people.adult & (people.age <= OLDEST_TARGET)


def _choose(
    population: Population,
    eligible: NDArray[np.bool_],
    count: int,
    what: str,
    *,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Choose people at random, as many of them Hispanic as asked for and as there are."""
    rows = np.flatnonzero(eligible[: population.count])
    if count > len(rows):
        raise ValueError(
            f"requests: got {count:,} for {what} of partition {population.index}, allowed is at "
            f"most {len(rows):,}; ask for fewer requests or make a world of more people"
        )
    hispanic = population.people.hispanic[rows]
    wanted = rng.binomial(count, population.settings.enforcement.hispanic_share)
    wanted = int(np.clip(wanted, count - (~hispanic).sum(), hispanic.sum()))
    return np.concatenate(
        [
            rng.choice(rows[hispanic], size=wanted, replace=False),
            rng.choice(rows[~hispanic], size=count - wanted, replace=False),
        ]
    )


def _draw_status(count: int, *shares: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return codes 1, 2, ... with the probabilities given, and 0 for what remains."""
    return Distribution.of([max(0.0, 1 - sum(shares)), *shares]).draw(count, rng=rng)


def _draw_tins(
    population: Population,
    targets: Targets,
    settings: RequestSettings,
    *,
    rng: np.random.Generator,
) -> tuple[Column, NDArray[np.int64]]:
    """Return the numbers written and a code of TIN_STATUSES for each."""
    count = len(targets.person)
    own, relative, wrong, missing = range(4)
    carried = _draw_status(count, settings.relative_tin_share, settings.wrong_tin_share, rng=rng)
    status = np.where(chosen(count, settings.tin_share, rng=rng), carried, missing)

    household = targets.household
    size = population.household_sizes[household]
    status[(status == relative) & ((targets.person < 0) | (size < 2))] = own
    number = targets.tin.copy()
    kin = np.flatnonzero(status == relative)
    start = population.households.start[household[kin]]
    step = rng.integers(1, size[kin])
    number[kin] = population.tins(start + (targets.person[kin] - start + step) % size[kin])

    lender = rng.integers(population.count, size=count)
    borrowed = (status == wrong) & chosen(count, BORROWED_TIN_SHARE, rng=rng)
    borrowed &= (targets.person < 0) | (population.households.of[lender] != household)
    number[borrowed] = population.tins(lender[borrowed])

    text: Column = digits(number).to_numpy(zero_copy_only=False)
    slip = (status == wrong) & ~borrowed
    text[slip] = corrupt(text[slip], 1.0, corruption.tin_digit, rng=rng)
    text[status == missing] = None
    return text, status


def _draw_addresses(
    population: Population,
    targets: Targets,
    settings: RequestSettings,
    *,
    rng: np.random.Generator,
) -> tuple[dict[str, Column], NDArray[np.int64], NDArray[np.int64]]:
    """Return the address columns, the address's id and a code of ADDRESS_STATUSES."""
    count = len(targets.person)
    _, former, placeholder, blank = range(4)
    status = _draw_status(
        count,
        settings.former_address_share,
        settings.placeholder_address_share,
        settings.blank_address_share,
        rng=rng,
    )
    printed = np.where(status == former, _former_homes(population, targets, rng=rng), targets.home)
    # With a single address in use there is no other to have left.
    status[(status == former) & (printed == targets.home)] = 0
    text = population.addresses.text(printed)
    address: dict[str, Column] = {
        name: values.to_numpy(zero_copy_only=False) for name, values in text.items()
    }
    _withhold(address, unlisted=status == placeholder, blank=status == blank, rng=rng)
    # The share is of all requests, and only those with an apartment can lose its unit.
    units = sum(unit is not None for unit in address["unit"])
    lost = settings.unit_lost_share * count / max(1, units)
    address["unit"] = corrupt(address["unit"], lost, corruption.missing, rng=rng)
    nowhere = (status == placeholder) | (status == blank)
    return address, _identify(np.where(nowhere, -1, printed), population.address_offset), status


def _withhold(
    address: dict[str, Column],
    *,
    unlisted: NDArray[np.bool_],
    blank: NDArray[np.bool_],
    rng: np.random.Generator,
) -> None:
    """Put placeholders into the unlisted rows and nothing into the blank ones, in place."""
    phrases = np.array(PLACEHOLDERS, dtype=object)
    address["street_name"][unlisted] = phrases[_PLACEHOLDER.draw(int(unlisted.sum()), rng=rng)]
    address["street_name"][blank] = None
    placeless = blank | (unlisted & ~chosen(len(blank), PLACEHOLDER_ZIP_SHARE, rng=rng))
    for name in ("street_number", "unit"):
        address[name][blank | unlisted] = None
    for name in ("city", "state", "zip"):
        address[name][placeless] = None


def _former_homes(
    population: Population, targets: Targets, *, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Where movers filed from, and for the others some other address of the partition."""
    used = population.used_addresses
    place = np.searchsorted(used, targets.home)
    step = rng.integers(1, max(2, len(used)), size=len(place))
    elsewhere = used[(place + step) % len(used)]
    filed_from = population.filed_from[targets.household]
    moved = (targets.person >= 0) & (filed_from != targets.home)
    return np.where(moved, filed_from, elsewhere)


def _miswrite(
    people: People, settings: RequestSettings, *, rng: np.random.Generator
) -> dict[str, Column]:
    """Return names, birth date and sex as the requester has them."""
    count = len(people.sex)
    dropped = chosen(count, settings.second_surname_dropped_share, rng=rng)
    people = replace(people, second_surname=np.where(dropped, -1, people.second_surname))
    text = people.text(np.arange(count))
    given, surname, birth, sex = (values.to_numpy(zero_copy_only=False) for values in text.values())
    given = corrupt(given, settings.nickname_share, corruption.nickname, rng=rng)
    given = corrupt(given, settings.given_name_typo_share, corruption.typo, rng=rng)
    surname = corrupt(surname, settings.surname_typo_share, corruption.typo, rng=rng)
    given, surname = corruption.swap(given, surname, settings.name_order_share, rng=rng)
    birth = corrupt(birth, settings.day_month_share, corruption.day_month_swapped, rng=rng)
    birth = corrupt(birth, settings.birth_digit_share, corruption.date_digit, rng=rng)
    birth = corrupt(birth, settings.birth_missing_share, corruption.missing, rng=rng)
    sex = corrupt(sex, settings.sex_missing_share, corruption.missing, rng=rng)
    return {"given_name": given, "surname": surname, "date_of_birth": birth, "sex": sex}
