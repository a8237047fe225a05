"""The columns a check needs, gathered partition by partition: about 60 bytes a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tqdm.auto import tqdm

from synthetic.addresses import HOUSE, MOBILE_HOME
from synthetic.ages import DAYS_A_YEAR
from synthetic.population import Population, draw_population
from synthetic.tax import FilingStatus
from synthetic.world import World

#: Kinds of dwelling as the Census Bureau tells them apart, by dwellings in the building.
ONE, TWO_TO_FOUR, FIVE_OR_MORE, OTHER = range(4)
_YEAR = 365


@dataclass(frozen=True, eq=False)
class Gathered:
    """A world's residents, its households and the last returns of its register."""

    people: pd.DataFrame
    households: pd.DataFrame
    returns: pd.DataFrame


def populations(world: World, *, title: str, progress: bool) -> Iterator[Population]:
    """Yield the partitions of a world, one after another."""
    indices = range(world.partitions)
    for index in tqdm(indices, desc=title, unit="partition", disable=not progress):
        yield draw_population(world, index)


def gather(world: World, *, progress: bool) -> Gathered:
    """Return the columns of a whole world."""
    parts = [
        (residents_of(population), _households(population), _returns(population))
        for population in populations(world, title="people", progress=progress)
    ]
    return Gathered(*(pd.concat(frames, ignore_index=True) for frames in zip(*parts, strict=True)))


def residents_of(population: Population) -> pd.DataFrame:
    """Return the people who live in the country on the reference date, one a row."""
    people = population.people
    rows = np.flatnonzero(people.presence[: population.count] == 0)
    household = population.households.of[rows]
    dwellings, history = population.dwellings, population.residences
    today = np.datetime64(population.settings.reference_date, "D")
    days = (today - people.born[rows]).astype(np.int64)
    return pd.DataFrame(
        {
            "household": household + population.person_offset,
            "zip": dwellings.zip[dwellings.anchor[household]].astype(np.int32),
            "days": days.astype(np.int32),
            "age": (days / DAYS_A_YEAR).astype(np.float32),
            "sex": people.sex[rows].astype(np.int8),
            "origin": people.origin[rows].astype(np.int8),
            "abroad": people.abroad[rows],
            "status": people.status[rows].astype(np.int8),
            "given_name": people.given_name[rows].astype(np.int32),
            "surname": people.surname[rows],
            "owner": history.owner[household],
            "moved": history.ago[household, 1] <= _YEAR,
            "mixed": _mixed(population)[household],
            "files": population.files[rows],
        }
    )


def _mixed(population: Population) -> NDArray[np.bool_]:
    """Return in which households people with papers and without them live together."""
    people, of = population.people, population.households.of
    living = people.presence == 0
    households = len(population.households.size)
    without = np.bincount(of[living & ~people.has_papers], minlength=households)
    everybody = np.bincount(of[living], minlength=households)
    return (without > 0) & (without < everybody)


def _households(population: Population) -> pd.DataFrame:
    """Return the households somebody is left in, one a row."""
    of = population.households.of[: population.count]
    size = np.bincount(of[population.people.presence[: population.count] == 0])
    rows = np.flatnonzero(size)
    dwellings = population.dwellings
    neighbours = np.bincount(dwellings.anchor)[dwellings.anchor][rows]
    return pd.DataFrame(
        {
            "size": size[rows].astype(np.int16),
            "couple": population.households.couple[rows],
            "owner": population.residences.owner[rows],
            "structure": _structures(dwellings.kind[rows], neighbours).astype(np.int8),
            "shared": neighbours > 1,
        }
    )


def _structures(kind: NDArray[np.int64], dwellings: NDArray[np.int64]) -> NDArray[np.int64]:
    several = np.where(dwellings < 5, TWO_TO_FOUR, FIVE_OR_MORE)
    return np.select([kind == HOUSE, kind == MOBILE_HOME], [ONE, OTHER], several)


def _returns(population: Population) -> pd.DataFrame:
    """Return the rows of the register; each spouse's on a joint return is half of one."""
    returns = population.returns
    joint = returns.status == FilingStatus.MARRIED_JOINT
    columns = pd.DataFrame(
        {
            "weight": np.where(joint, 0.5, 1.0).astype(np.float32),
            "status": returns.status.astype(np.int8),
            "income": returns.income,
            "refund": returns.refund.astype(np.int32),
            "stale": population.filed_from != population.lives_at[returns.person],
        }
    )
    return columns[returns.person < population.count]
