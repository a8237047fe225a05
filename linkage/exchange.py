"""What an exchange consists of: a register, a request list, an adversary's sources, and the truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pandas as pd

import synthetic
from linkage.attacks import Knowledge, Space, name_date_space, number_space
from linkage.attacks.dictionary import NAME_AND_BIRTH, TARGETS
from linkage.measures.harm import Homes, Truth
from linkage.problems import InputError, Problems, listing
from linkage.records import FIELDS, TEXT, prepare, read
from linkage.scenario import Auxiliary, Files, Scenario
from linkage.schemes.base import JOIN, joined

NAMES_KNOWN: Final = 100_000
"""People of an unrelated world from whom the adversary knows how common each name is."""

CONTROL_SHARE: Final = 0.1
"""Share of an own file that is kept out of the release, to measure what attacks achieve on it."""

Frequencies = Mapping[str, "pd.Series[float]"]


@dataclass(frozen=True)
class Exchange:
    """One world's files, or one's own, with what an adversary may hold.

    Parameters
    ----------
    register, requests : pandas.DataFrame
        Records. The request list may be empty.
    knowledge : Knowledge
        The adversary's list of people and name frequencies, without a key.
    numbers : Space
        Taxpayer numbers that can occur.
    years : range
        Birth years that can occur.
    answers, control : pandas.DataFrame
        For scoring: what the right guess is for each record of the register, and for people
        who are not in it. One column a target.
    people : tuple of int arrays, optional
        For scoring: the person behind each request and each record.
    truth : Truth, optional
        For scoring harm.
    """

    register: pd.DataFrame
    requests: pd.DataFrame
    knowledge: Knowledge
    numbers: Space
    years: range
    answers: pd.DataFrame = field(repr=False)
    control: pd.DataFrame = field(repr=False)
    people: tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]] | None = field(repr=False)
    truth: Truth | None = field(repr=False)

    def name_dates(self, guesses: int) -> Space:
        """Likeliest names with every birth date; nothing where no names are known."""
        known = self.knowledge.frequencies or {}
        if not {"given_name", "surname"} <= set(known):
            return Space((), ("",))
        return name_date_space(known["given_name"], known["surname"], self.years, guesses)


def simulated(scenario: Scenario, seed: int, frequencies: Frequencies) -> Exchange:
    """Draw a world and its two files."""
    world = scenario.make_world(seed)
    persons, register = world.persons(), world.taxpayers()
    try:
        requests = world.requests(scenario.requests)
    except ValueError as error:  # more requests than a world of this size has people for
        raise InputError([str(error)]) from error
    registered, asked = world.taxpayer_truth(), world.request_truth(scenario.requests)
    everyone = _records(persons.set_index("person_id"))
    listed = auxiliary_list(everyone, scenario.auxiliary, rng=np.random.default_rng([seed, 1]))
    filed = registered["person_id"].to_numpy()
    adults = persons["relation"] != "child"
    outside = persons.loc[adults & ~persons["person_id"].isin(filed), "person_id"]
    born = world.reference_date.year
    lives = persons.set_index("person_id")["address_id"]
    records = prepare(_filled(register))
    return Exchange(
        register=records,
        requests=prepare(_filled(requests)),
        knowledge=_knowledge(listed, frequencies),
        numbers=number_space(synthetic.tin_ranges(world.tins)),
        years=range(born - 90, born - 17),
        answers=_answers(records, pd.Series(filed), listed),
        control=_answers(everyone.loc[outside], outside, listed),
        people=(asked["person_id"].to_numpy(), filed),
        truth=Truth(
            asked=asked["person_id"].to_numpy(),
            registered=filed,
            homes=Homes(
                filed=registered["address_id"].to_numpy(),
                lived=registered["residence_id"].to_numpy(),
                residents=lives[lives >= 0].value_counts(),
                lives_at=lives,
            ),
        ),
    )


def from_files(files: Files, auxiliary: Auxiliary, seed: int) -> Exchange:
    """Read the holder's file and the requester's, if there is one; all problems at once."""
    problems = Problems()
    register = _read_side(files.register, files.register_fields, "register", problems)
    requests = (
        _read_side(files.requests, files.requests_fields, "requests", problems)
        if files.requests
        else None
    )
    ids = {"register": files.register_person, "requests": files.requests_person}
    paths = {"register": files.register, "requests": files.requests}
    persons = {
        side: _read_ids(paths[side], column, side, problems)
        for side, column in ids.items()
        if column
    }
    if register is not None and requests is not None and not set(register) & set(requests):
        problems.append(
            f"files: the two files have no field in common; the register has "
            f"{listing(register, 12)}, the requests have {listing(requests, 12)}"
        )
    problems.raise_any()
    assert register is not None
    exchange = from_register(
        register, auxiliary, rng=np.random.default_rng([seed, 2]), hold_out=requests is None
    )
    if requests is None:
        return exchange
    if len(persons) < 2:
        return replace(exchange, requests=requests)
    people = _same_people(persons)
    return replace(exchange, requests=requests, people=people, truth=Truth(*people))


def from_register(
    register: pd.DataFrame, auxiliary: Auxiliary, *, rng: np.random.Generator, hold_out: bool
) -> Exchange:
    """Judge the sharing of one file: the adversary's sources are drawn from the file itself.

    Parameters
    ----------
    register : pandas.DataFrame
        Records.
    auxiliary : Auxiliary
        How good the adversary's list is.
    rng : numpy.random.Generator
    hold_out : bool
        Keep a tenth of the people out of the release, as a control group.
    """
    everyone = register.set_axis(pd.RangeIndex(len(register)))
    listed = auxiliary_list(everyone, auxiliary, rng=rng)
    out = rng.random(len(everyone)) < (CONTROL_SHARE if hold_out else 0.0)
    released, kept_out = everyone[~out], everyone[out]
    frequencies = {
        str(name): values.value_counts(normalize=True) for name, values in _filled(listed).items()
    }
    return Exchange(
        register=released,
        requests=everyone.iloc[:0],
        knowledge=_knowledge(listed, frequencies),
        numbers=_number_space_of(everyone),
        years=_years_of(everyone),
        answers=_answers(released, pd.Series(released.index), listed),
        control=_answers(kept_out, pd.Series(kept_out.index), listed),
        people=None,
        truth=None,
    )


@lru_cache(maxsize=1)
def population_frequencies(scenario: Scenario) -> Frequencies:
    """How common names are, learned from an unrelated world of the same kind."""
    seed = int(np.random.default_rng([scenario.seed, 3]).integers(2**31))
    world = scenario.make_world(seed)
    known = min(NAMES_KNOWN, synthetic.residents(world.states, world.zips))
    persons = replace(world, people=known).persons()
    return {name: persons[name].value_counts(normalize=True) for name in ("given_name", "surname")}


def auxiliary_list(
    everyone: pd.DataFrame, auxiliary: Auxiliary, *, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw the adversary's list: a share of the people, some of their entries wrong.

    Taxpayer numbers are not on it; the index says who each entry is.
    """
    chosen = np.flatnonzero(rng.random(len(everyone)) < auxiliary.overlap)
    listed = everyone.iloc[rng.permutation(chosen)].drop(columns="tin", errors="ignore")
    for name in [name for name in ("given_name", "date_of_birth") if name in listed]:
        wrong = np.flatnonzero(rng.random(len(listed)) < auxiliary.errors)
        donors = rng.integers(len(listed), size=len(wrong)) if len(listed) else wrong
        column = listed[name].array.copy()
        column[wrong] = column.take(donors)
        listed = listed.assign(**{name: column})
    return listed


def _answers(records: pd.DataFrame, person: pd.Series[Any], listed: pd.DataFrame) -> pd.DataFrame:
    """Right guesses by target; missing where none can be right."""
    columns: dict[str, Any] = {
        TARGETS.get(entry, entry): joined(records, entry).to_numpy(dtype=object)
        for entry in ("tin", "surname", "zip", NAME_AND_BIRTH)
        if set(entry.split(JOIN)) <= set(records.columns)
    }
    columns["person"] = person.where(person.isin(listed.index)).to_numpy(dtype=object)
    return pd.DataFrame(columns)


def _records(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep the record fields of a synthetic file."""
    return frame[[name for name in FIELDS if name in frame.columns]]


def _filled(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep the record fields that hold a value at all; in a short list some may not."""
    return _records(frame).dropna(axis="columns", how="all")


def _knowledge(listed: pd.DataFrame, frequencies: Frequencies) -> Knowledge:
    """Give what the adversary holds; an empty list is none."""
    return Knowledge(auxiliary=listed if len(listed) else None, frequencies=frequencies)


def _read_side(
    path: str, fields: Mapping[str, str], what: str, problems: Problems
) -> pd.DataFrame | None:
    try:
        return prepare(path, fields or None, what=what)
    except ValueError as error:
        problems.extend(getattr(error, "problems", [str(error)]))
        return None


def _read_ids(path: str, column: str, what: str, problems: Problems) -> pd.Series[Any] | None:
    try:
        frame = read(path)
    except ValueError:
        return None  # named already, as a problem of the records
    problems.choice(f"{what}, column of persons", column, frame.columns)
    return frame[column].astype(TEXT) if column in frame else None


def _same_people(persons: dict[str, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Number the persons of both files alike; a missing id is nobody."""
    asked, registered = persons["requests"], persons["register"]
    codes = pd.factorize(pd.concat([asked, registered], ignore_index=True))[0]
    return codes[: len(asked)], codes[len(asked) :]


def _number_space_of(records: pd.DataFrame) -> Space:
    """All numbers as long as the file's usual ones."""
    lengths = records["tin"].str.len().dropna() if "tin" in records else pd.Series([9])
    digits = int(np.clip(lengths.mode().iloc[0], 5, 9)) if len(lengths) else 9
    return number_space([(0, 10**digits)], digits)


def _years_of(records: pd.DataFrame) -> range:
    """Birth years from the file's first to its last, mistyped ones left out."""
    if "date_of_birth" not in records:
        return range(1930, 2010)
    years = records["date_of_birth"].str[:4].dropna().astype(int)
    low, high = years.quantile(0.005), years.quantile(0.995)
    return range(int(np.clip(low, 1800, 2200)), int(np.clip(high, 1800, 2200)) + 1)
