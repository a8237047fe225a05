"""Addresses as requests carry them: present, former, an office's, a placeholder or none."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from synthetic.addresses import APARTMENT
from synthetic.columns import Dictionary, Words
from synthetic.corruption import chosen, replaced
from synthetic.enforcement.targets import Targets
from synthetic.geography import zips
from synthetic.population import Population
from synthetic.randomness import Stream, generator

ADDRESS_STATUSES = ("current", "former", "placeholder", "office", "blank")
_CURRENT, _FORMER, _PLACEHOLDER, _OFFICE, _BLANK = range(len(ADDRESS_STATUSES))

#: What is typed where an address belongs; the first is named in accounts of the case.
PLACEHOLDERS = (
    "FAILED TO PROVIDE", "UNKNOWN", "NONE", "HOMELESS", "NO ADDRESS", "IN CUSTODY", "TRANSIENT",
)  # fmt: skip
_PLACEHOLDER_SHARES = np.cumsum([0.38, 0.28, 0.10, 0.08, 0.07, 0.05, 0.04])
#: Placeholders with the person's true city, state and ZIP beside them. Prior.
PLACEHOLDER_ZIP_SHARE = 0.7
#: Jails, courts and offices whose address stands in many records, in all of a world; the
#: k-th is used in proportion to 1 / (k + 3). DHS OIG-23-47 counted 787 in 981,671 records.
OFFICES = 800
_OFFICE_NAMES = (
    "COUNTY JAIL", "DETENTION CENTER", "FEDERAL BUILDING", "IMMIGRATION COURT",
    "CORRECTIONAL FACILITY", "FIELD OFFICE", "COUNTY COURTHOUSE", "PROCESSING CENTER",
)  # fmt: skip


def draw_addresses(
    population: Population, targets: Targets, *, rng: np.random.Generator
) -> tuple[dict[str, Words], NDArray[np.int64], NDArray[np.int64]]:
    """Return address columns, the address's number (-1: none) and a code of ADDRESS_STATUSES."""
    settings = population.settings.enforcement
    shares = np.cumsum(
        [
            settings.former_address_share,
            settings.placeholder_address_share,
            settings.office_address_share,
            settings.blank_address_share,
        ]
    )
    drawn = np.searchsorted(shares, rng.random(len(targets.person)), side="right")
    status = np.where(drawn < len(shares), drawn + 1, _CURRENT)
    printed = np.where(status == _FORMER, _former_homes(population, targets, rng=rng), targets.home)
    # With a single home in the world there is no other to have left.
    status[(status == _FORMER) & (printed == targets.home)] = _CURRENT
    # Who has left the country or died lives nowhere now: the home is a former one.
    gone = targets.people.presence > 0
    status[(status == _CURRENT) & gone] = _FORMER
    lost = chosen(len(status), settings.unit_lost_share, rng=rng)
    lost &= population.dwellings.kinds(printed) == APARTMENT
    address = _withheld(population.dwellings.text(printed, lost), status, rng=rng)
    address = _at_offices(address, status == _OFFICE, population, rng=rng)
    return address, np.where(status > _FORMER, -1, printed), status


def _former_homes(
    population: Population, targets: Targets, *, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return one of the homes a household has left; for strangers somebody else's."""
    history = population.residences.home
    before = rng.integers(1, history.shape[1], size=len(targets.person))
    household = np.maximum(targets.household, 0)
    others = rng.integers(len(population.household_sizes), size=len(household))
    elsewhere = population.dwellings.homes[others]
    return np.where(targets.household < 0, elsewhere, history[household, before])


def _withheld(
    address: dict[str, Words], status: NDArray[np.int64], *, rng: np.random.Generator
) -> dict[str, Words]:
    """Return the columns with placeholders and blanks in place of addresses."""
    count = len(status)
    unlisted, blank = status == _PLACEHOLDER, status == _BLANK
    which = np.searchsorted(_PLACEHOLDER_SHARES, rng.random(count) * _PLACEHOLDER_SHARES[-1])
    phrases = Dictionary.of(PLACEHOLDERS).compose(np.where(unlisted, which, -1))
    placeless = blank | (unlisted & ~chosen(count, PLACEHOLDER_ZIP_SHARE, rng=rng))
    nothing = Dictionary.of([""]).compose(np.full(count, -1))
    columns = {"street_name": replaced(address["street_name"], unlisted | blank, phrases)}
    for name in ("street_number", "unit"):
        columns[name] = replaced(address[name], unlisted | blank, nothing)
    for name in ("city", "state", "zip"):
        columns[name] = replaced(address[name], placeless, nothing)
    return {name: columns[name] for name in address}


def _at_offices(
    address: dict[str, Words],
    rows: NDArray[np.bool_],
    population: Population,
    *,
    rng: np.random.Generator,
) -> dict[str, Words]:
    """Return the columns with addresses of offices in some rows."""
    uses = np.cumsum(1 / (np.arange(OFFICES) + 4))
    office = np.searchsorted(uses / uses[-1], rng.random(len(rows)), side="right")
    where, number, name = _offices(population.settings.seed)
    code, city, state = zips().dictionaries()
    place = where[office]
    texts = {
        "street_number": Dictionary.of(map(str, number)).compose(office),
        "street_name": Dictionary.of(_OFFICE_NAMES).compose(name[office]),
        "unit": Dictionary.of([""]).compose(np.full(len(rows), -1)),
        "city": city.compose(place),
        "state": state.compose(place),
        "zip": code.compose(place),
    }
    return {column: replaced(address[column], rows, texts[column]) for column in address}


@cache
def _offices(seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return ZIP, house number and name of the offices of a world."""
    rng = generator(seed, Stream.OFFICES)
    people = np.cumsum(zips().population)
    where = np.searchsorted(people, rng.random(OFFICES) * people[-1], side="right")
    return (
        where,
        100 * rng.integers(1, 90, size=OFFICES),
        rng.integers(len(_OFFICE_NAMES), size=OFFICES),
    )
