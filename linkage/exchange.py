"""What an exchange consists of: a register, a request list, an adversary's sources, and the truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import synthetic
from linkage.attacks import Space, name_date_space, number_space
from linkage.attacks.dictionary import NAME_AND_BIRTH, TARGETS
from linkage.measures.harm import Homes, Truth
from linkage.problems import InputError
from linkage.records import FIELDS, TEXT, prepare
from linkage.scenario import ATTRIBUTES, Scenario
from linkage.schemes.base import JOIN, joined
from linkage.sources import JOINT, Frequencies, Sources, shares

NAMES_KNOWN: Final = 100_000
"""People of an unrelated world from whom the adversary knows how common each name is."""

RELATIONS: Final = ("spouse", "child", "relative", "nonrelative")
"""Who may be in a household beside the first; what it is called follows."""

INCOME_STEP: Final = 25_000
"""Dollars; incomes that leave beside codes are told to the next lower step."""


@dataclass(frozen=True)
class Exchange:
    """One world's files, or one's own, with what adversaries draw their knowledge from.

    Parameters
    ----------
    register, requests : pandas.DataFrame
        Records. The request list may be empty.
    attributes : pandas.DataFrame
        What may leave beside the codes as it is written, by position in the register.
    sources : Sources
        What adversaries draw their knowledge from.
    numbers : Space
        Taxpayer numbers that can occur.
    years : range
        Birth years that can occur.
    answers, control : pandas.DataFrame
        For scoring: what the right guess is for each record of the register, and for people
        who are not in it. One column a target.
    persons : pandas.DataFrame
        For scoring attacks about people: whether each person is ``registered``, and what a guess
        about it may name. One column a target, by the person's label.
    people : tuple of int arrays, optional
        For scoring: the person behind each request and each record.
    truth : Truth, optional
        For scoring harm.
    former : pandas.DataFrame, optional
        Addresses of earlier years that the holder has on file: record (position in the register),
        street_number, street_name, zip.
    """

    register: pd.DataFrame
    requests: pd.DataFrame
    attributes: pd.DataFrame
    sources: Sources
    numbers: Space
    years: range
    answers: pd.DataFrame = field(repr=False)
    control: pd.DataFrame = field(repr=False)
    persons: pd.DataFrame = field(repr=False)
    people: tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]] | None = field(repr=False)
    truth: Truth | None = field(repr=False)
    former: pd.DataFrame | None = field(default=None, repr=False)

    def name_dates(self, guesses: int) -> Space:
        """Likeliest names with every birth date; nothing where no names are known."""
        known = self.sources.population
        if not {"given_name", "surname"} <= set(known):
            return Space((), ("",))
        return name_date_space(known["given_name"], known["surname"], self.years, guesses)


def population(exchange: Exchange) -> pd.DataFrame:
    """Give the records of everybody there is, those of the register as it has them, first.

    For scoring only: how many people are alike in what a release tells.
    """
    others = exchange.sources.everyone[~exchange.persons["registered"]]
    shared = [name for name in exchange.register if name in others]
    return pd.concat([exchange.register[shared], others[shared]], ignore_index=True)


def simulated(scenario: Scenario, seed: int, frequencies: Frequencies) -> Exchange:
    """Draw a world and its two files."""
    world = scenario.make_world(seed)
    try:
        requests = world.requests(scenario.requests)
    except ValueError as error:  # more requests than a world of this size has people for
        raise InputError([str(error)]) from error
    asked = world.request_truth(scenario.requests)
    return of_world(world, world.whole(), as_asked(requests), asked, frequencies)


def of_world(
    world: synthetic.World,
    frames: synthetic.Partition,
    requests: pd.DataFrame,
    asked: pd.DataFrame,
    frequencies: Frequencies,
) -> Exchange:
    """Make an exchange of the frames of a world.

    Parameters
    ----------
    world : synthetic.World
    frames : synthetic.Partition
    requests, asked : pandas.DataFrame
        Prepared records of the request list, and who is behind each request.
    frequencies : mapping
        How common names and attributes are, as the adversary knows it.
    """
    persons, register, registered = frames.persons, frames.taxpayers, frames.taxpayer_truth
    homes = persons[["address_id"]].merge(frames.addresses, how="left", on="address_id")
    everyone = _records(persons.join(homes.drop(columns="address_id")).set_index("person_id"))
    filed = registered["person_id"].to_numpy()
    adults = persons["relation"] != "child"
    outside = persons.loc[adults & ~persons["person_id"].isin(filed), "person_id"]
    born = world.reference_date.year
    exchange, attributes = of_frames(frames, requests, asked), _attributes(register)
    return replace(
        exchange,
        attributes=attributes,
        sources=Sources(everyone, frequencies),
        numbers=number_space(synthetic.tin_ranges(world.tins)),
        years=range(born - 90, born - 17),
        answers=right_answers(exchange.register, pd.Series(filed)),
        control=right_answers(everyone.loc[outside], outside),
        persons=facts_of(everyone, attributes.set_axis(filed)),
    )


def of_frames(
    frames: synthetic.Partition,
    requests: pd.DataFrame,
    asked: pd.DataFrame,
    sizes: Mapping[str, int] | None = None,
) -> Exchange:
    """Make an exchange that nobody attacks of the frames of a world, all or what is left of it.

    Parameters
    ----------
    frames, requests, asked : see `of_world`
    sizes : mapping, optional
        Records of the whole register by group, where the frames hold a part of it.
    """
    persons, register, registered = frames.persons, frames.taxpayers, frames.taxpayer_truth
    filed = registered["person_id"].to_numpy()
    records = prepare(_filled(register))
    truth = Truth(
        asked=asked["person_id"].to_numpy(),
        registered=filed,
        homes=Homes(
            filed=registered["address_id"].to_numpy(),
            lived=registered["residence_id"].to_numpy(),
            people=_living(persons),
        ),
        traits=_traits(persons, frames.households),
        requests=_known_of(requests, asked),
        records=_known_of(records, registered).assign(relatives=_relatives(register)),
        group_sizes=sizes,
    )
    return unattacked(records, requests, truth, former=_former_addresses(frames))


def unattacked(
    register: pd.DataFrame,
    requests: pd.DataFrame,
    truth: Truth | None,
    *,
    former: pd.DataFrame | None = None,
) -> Exchange:
    """Make an exchange of which adversaries know nothing.

    Parameters
    ----------
    register, requests, truth, former : see `Exchange`
    """
    nothing = pd.DataFrame()
    return Exchange(
        register=register,
        requests=requests,
        attributes=nothing,
        sources=Sources(nothing, None),
        numbers=number_space([]),
        years=range(0),
        answers=nothing,
        control=nothing,
        persons=nothing,
        people=None if truth is None else (truth.asked, truth.registered),
        truth=truth,
        former=former,
    )


def as_asked(requests: pd.DataFrame) -> pd.DataFrame:
    """Turn a synthetic request list into records."""
    return prepare(_filled(requests))


def _living(persons: pd.DataFrame) -> pd.DataFrame:
    """Where each person lives now, and whether they are a citizen and a child."""
    return pd.DataFrame(
        {
            "address": persons["address_id"].to_numpy(np.int64),
            "citizen": persons["status"].isin(["citizen", "naturalised"]).to_numpy(np.bool_),
            "child": persons["relation"].eq("child").to_numpy(np.bool_),
        },
        index=persons["person_id"].to_numpy(),
    )


def _traits(persons: pd.DataFrame, households: pd.DataFrame) -> pd.DataFrame:
    """What groups people: origin (whose naming customs go with it), status, tenure, household."""
    ids = persons["household_id"]
    homes = households.set_index("household_id")[["tenure"]]
    for relation in RELATIONS:
        homes[relation] = homes.index.isin(ids[persons["relation"] == relation])
    homes["household"] = _household_kind(homes)
    people = persons[["origin", "status"]].astype("category")
    homes = homes[["tenure", "household"]].astype("category").reindex(ids).set_axis(people.index)
    return people.join(homes).set_axis(persons["person_id"].to_numpy())


def _household_kind(homes: pd.DataFrame) -> NDArray[np.object_]:
    """Name households by who is in them, beside the first."""
    return np.select(
        [homes["relative"] | homes["nonrelative"], homes["child"], homes["spouse"]],
        ["with relatives or others", "family with children", "couple"],
        default="alone",
    ).astype(object)


def group_sizes(kinds: pd.DataFrame) -> dict[str, int]:
    """Count filers by group, as harm is told; see `synthetic.World.filers_by_kind`."""
    table = kinds.assign(household=_household_kind(kinds))
    return {
        f"{trait}: {group}": int(count)
        for trait in ("origin", "status", "tenure", "household")
        for group, count in table.groupby(trait)["filers"].sum().items()
    }


def _known_of(records: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """What is true of requests or records, to tell why a wrong answer went out."""
    texts = {
        name: records[name] if name in records else pd.Series(pd.NA, records.index, dtype=TEXT)
        for name in ("tin", "given_name", "street_number", "street_name", "zip")
    }
    whole = texts["street_number"].notna() & texts["street_name"].notna() & texts["zip"].notna()
    address = texts["street_number"] + " " + texts["street_name"] + " " + texts["zip"]
    statuses = [name for name in ("tin_status", "address_status") if name in truth]
    return pd.DataFrame(
        {
            "tin": texts["tin"].array,
            "given_name": texts["given_name"].array,
            "address": address.where(whole, "").array,
            **{name: pd.Categorical(truth[name]) for name in statuses},
            "household_id": truth["household_id"].to_numpy(np.int64),
        }
    )


def _relatives(register: pd.DataFrame) -> NDArray[np.int64]:
    """Count whom each return names beside the filer: dependents, and who files jointly."""
    joint = register["filing_status"].eq("married_joint").to_numpy(np.bool_)
    return np.asarray(register["dependents"].to_numpy(np.int64) + joint, np.int64)


def _former_addresses(frames: synthetic.Partition) -> pd.DataFrame:
    """Where the households of the register lived before the address that their return gives."""
    registered = frames.taxpayer_truth
    homes = frames.residences[["household_id", "address_id"]]
    record = registered[["household_id", "residence_id"]].assign(record=np.arange(len(registered)))
    before = record.merge(homes, on="household_id")
    before = before[before["address_id"] != before["residence_id"]]
    before = before.merge(frames.addresses, on="address_id")
    prepared = prepare(before[["street_number", "street_name", "zip"]])
    return prepared.assign(record=before["record"].to_numpy())


@lru_cache(maxsize=1)
def population_frequencies(scenario: Scenario) -> Frequencies:
    """How common names and attributes are, learned from an unrelated world of the same kind."""
    seed = int(np.random.default_rng([scenario.seed, 3]).integers(2**31))
    world = scenario.make_world(seed)
    known = min(NAMES_KNOWN, synthetic.residents(world.states, world.zips))
    elsewhere = replace(world, people=known)
    attributes = _attributes(elsewhere.taxpayers()) if scenario.attributes else pd.DataFrame()
    counted = {str(name): each.value_counts(normalize=True) for name, each in attributes.items()}
    return {**shares(elsewhere.persons(), JOINT), **counted}


def right_answers(records: pd.DataFrame, person: pd.Series[Any]) -> pd.DataFrame:
    """Right guesses by target."""
    columns: dict[str, Any] = {
        TARGETS.get(entry, entry): joined(records, entry).to_numpy(dtype=object)
        for entry in ("tin", "surname", "given_name", "zip", NAME_AND_BIRTH)
        if set(entry.split(JOIN)) <= set(records.columns)
    }
    columns["person"] = person.to_numpy(dtype=object)
    return pd.DataFrame(columns)


def facts_of(everyone: pd.DataFrame, attributes: pd.DataFrame) -> pd.DataFrame:
    """What is true of each person, for attacks about people; attributes are the registered's."""
    facts = pd.DataFrame(index=everyone.index)
    facts["registered"] = facts.index.isin(attributes.index)
    facts["membership"] = True  # what a claim says; whether it is right, the registered tell
    if "date_of_birth" in everyone:
        facts["date_of_birth"] = everyone["date_of_birth"].astype(object)
    return facts.join(attributes[~attributes.index.duplicated()])


def _attributes(register: pd.DataFrame) -> pd.DataFrame:
    """What may leave beside the codes; incomes coarse, as statistics tell them."""
    told = register[[name for name in ATTRIBUTES if name in register]].astype(object)
    if "income" in told:
        steps = told["income"].astype(float) // INCOME_STEP * INCOME_STEP
        told["income"] = steps.astype("Int64").astype(object)
    return told.reset_index(drop=True)


def _records(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep the record fields of a synthetic file."""
    return frame[[name for name in FIELDS if name in frame.columns]]


def _filled(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep the record fields that hold a value at all; in a short list some may not."""
    return _records(frame).dropna(axis="columns", how="all")
