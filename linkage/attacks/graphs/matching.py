"""Matching two graphs: a beginning among those who stand out, and from there the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.attacks.graphs.consistency import aligned
from linkage.attacks.graphs.profiles import SAMPLE, Resemblance, likelihood, profiles
from linkage.attacks.graphs.seeds import (
    Best,
    Codes,
    Listed,
    Matrix,
    Positions,
    best_people,
    place_in,
    similarity_rows,
)
from linkage.attacks.graphs.trust import TRIED, Trust
from linkage.linking.similarity_matrix import similarity_matrix
from linkage.schemes import DemoKey, View
from linkage.schemes.base import present_fields

KEYS: Final = 6
"""Keys under which the list is encoded for its similarities. A choice: two fail at lower overlap, and under XOR-folding."""

TRIALS: Final = (2, 12)
"""Releases of one's own making to learn from: at least and at most. A choice."""

TRIAL_RECORDS: Final = 4_000
"""Records in them in all. A choice."""

FIRM: Final = 0.25
"""Share of the records begun with that serve as the first seeds, the most consistent. A choice."""

FEW: Final = 8
"""Records and people below which correlations say nothing. A choice."""

FEWEST: Final = 100
"""Records that serve as first seeds at least, if there are so many. A choice."""

MOST_SEEDS: Final = (500, 2_000)
"""Seeds at most: where they confirm each other, and where similarities are noisy. A choice, for
seconds."""

NOISY: Final = (0.3, 0.95)
"""Agreement of seeds between which more of them help. A choice: under diffusion it begins at .6."""

LIKELIER_THAN_NOT: Final = 0.5

ROUNDS: Final = (4, 8)
"""Times that everybody is looked for, with seeds chosen anew; the second where it is noisy. A
choice."""


def code_rows(view: View) -> Codes | None:
    """Give filters or symbols, a row a record; None where codes are never similar."""
    if view.scheme.linked_by not in ("dice", "field_dice", "jaccard"):
        return None
    return view.symbols if view.bits is None else view.bits


@dataclass(frozen=True, eq=False)
class OwnReleases:
    """The attacker's list, encoded as the release is, under keys of the attacker's own.

    Parameters
    ----------
    view : View
        The release.
    people : pandas.DataFrame
    rng : numpy.random.Generator
        Draws the keys.
    """

    view: View
    people: pd.DataFrame
    rng: np.random.Generator

    def codes(self) -> Codes:
        """Encode the list under a new key."""
        scheme = self.view.scheme.with_secret(DemoKey(self.rng.bytes(32)))
        fields = present_fields(self.view.fields, self.people)
        rows = code_rows(scheme.encode_records(self.people, fields).view())
        assert rows is not None
        return rows


class Seeds(NamedTuple):
    """Records and who they are believed to be, by position."""

    record: Positions
    person: Positions

    @classmethod
    def nobody(cls) -> Seeds:
        """No seeds."""
        return cls(np.zeros(0, np.int64), np.zeros(0, np.int64))


@dataclass(frozen=True, eq=False)
class Found:
    """Who each record is believed to be, and how far to trust it.

    Parameters
    ----------
    person : (records,) int array
        Position on the list.
    probability : (records,) array
        That it is right; 0 where there is no guess.
    agreement : float
        Share of the seeds whom the other seeds find again: the attacker's own score of success.
    seeds : Seeds
    """

    person: Positions
    probability: NDArray[np.float64]
    agreement: float
    seeds: Seeds

    @classmethod
    def none(cls, records: int) -> Found:
        """Nobody found."""
        return cls(np.full(records, -1), np.zeros(records), 0.0, Seeds.nobody())


def begin(
    codes: Codes,
    own: OwnReleases,
    listed: Listed,
    people: int,
    records: int,
    *,
    rng: np.random.Generator,
) -> Seeds:
    """Find first seeds among those who stand out most.

    Parameters
    ----------
    codes : (records, words or columns) array
    own : OwnReleases
    listed : Listed
    people, records : int
        How many of the list and of the release to begin with, at most.
    rng : numpy.random.Generator
    """
    seen, known = _resembling(codes, own, listed, rng)
    pool, near = _outstanding(seen[:, -1], known[:, -1], people)
    if len(near) < FEW:
        return Seeds.nobody()
    chosen = near if len(near) <= records else rng.choice(near, records, replace=False)
    similar = similarity_matrix(codes[chosen], codes[chosen])
    prior = likelihood(seen[chosen], known[pool])
    found = aligned(similar, listed.similarities(pool, pool), prior)
    first = max(int(FIRM * len(chosen)), min(FEWEST, len(chosen)))
    firmest = np.argsort(-found.consistency, kind="stable")[:first]
    return Seeds(chosen[firmest], pool[found.person[firmest]])


def _resembling(
    codes: Codes, own: OwnReleases, listed: Listed, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give records and people places in one space, where a person and its record are near."""
    known = np.mean([profiles(each, rng=rng) for each in listed.codes], axis=0)
    size = max(min(len(codes), len(listed) // 2, SAMPLE), min(len(listed), 2))
    count = int(np.clip(TRIAL_RECORDS // size, *TRIALS))
    releases = [own.codes() for _ in range(TRIALS[0])]
    drawn = [rng.choice(len(listed), size, replace=False) for _ in range(count)]
    others = [
        profiles(releases[trial % len(releases)][people], rng=rng)
        for trial, people in enumerate(drawn)
    ]
    resemblance = Resemblance.learned(known, others, drawn)
    return resemblance.of_records(profiles(codes, rng=rng)), resemblance.of_people(known)


def _outstanding(
    seen: NDArray[np.float64], known: NDArray[np.float64], people: int
) -> tuple[Positions, Positions]:
    """Choose people at the longer end of an axis, and records well within their part of it."""
    if len(known) <= people:
        return np.arange(len(known)), np.arange(len(seen))
    sign = np.sign(((known - known.mean()) ** 3).mean()) or 1.0
    pool = np.argsort(-sign * known, kind="stable")[:people]
    within = sign * seen >= sign * known[pool[-1]] + 1  # noise has variance 1
    return pool, np.flatnonzero(within)


def spread(
    codes: Codes,
    own: OwnReleases,
    listed: Listed,
    seeds: Seeds,
    *,
    rng: np.random.Generator,
) -> Found:
    """Find everybody who is as similar to the seeds as a record is to theirs; choose seeds anew."""
    if not len(seeds.record):
        return Found.none(len(codes))
    trial = own.codes()
    for step in range(ROUNDS[1]):
        records = _rows(similarity_matrix(codes, codes[seeds.record]), seeds.record)
        everybody = np.arange(len(listed))
        people = _rows(listed.similarities(everybody, seeds.person), seeds.person)
        trust = _tried(trial, people, seeds.person, rng)
        best = best_people(records, people)
        agreement = _agreement(codes, listed, seeds)
        probability = np.where(_only(best), trust.probability(best), 0)
        found = Found(best.person, probability, agreement, seeds)
        noisy = NOISY[0] <= agreement < NOISY[1]
        if step + 1 >= ROUNDS[0] and not noisy:
            break
        seeds = _chosen(found, MOST_SEEDS[noisy], rng)
    return found


def _chosen(found: Found, most: int, rng: np.random.Generator) -> Seeds:
    """Choose as seeds who is likelier right than not; where these are few, the likeliest."""
    sure = np.flatnonzero(found.probability >= LIKELIER_THAN_NOT)
    if len(sure) > most:
        sure = rng.choice(sure, most, replace=False)
    if len(sure) < FEWEST:
        sure = np.argsort(-found.probability, kind="stable")[:FEWEST]
    return Seeds(sure, found.person[sure])


def _rows(similar: Matrix, seeds: Positions) -> Matrix:
    return similarity_rows(similar, place_in(seeds, len(similar)))


def _tried(trial: Codes, people: Matrix, seeds: Positions, rng: np.random.Generator) -> Trust:
    """Look for people of the list in a release of one's own making."""
    tried = rng.permutation(len(people))[:TRIED]
    similar = similarity_matrix(trial[tried], trial[seeds])
    records = similarity_rows(similar, place_in(seeds, len(people))[tried])
    return Trust.learned(records, people, tried)


def _only(best: Best) -> NDArray[np.bool_]:
    """Whether a record is the best that its person has."""
    order = np.lexsort((-best.correlation, best.person))
    first = np.unique(best.person[order], return_index=True)[1]
    only = np.zeros(len(order), np.bool_)
    only[order[first]] = True
    return only


def _agreement(codes: Codes, listed: Listed, seeds: Seeds) -> float:
    """Share of the seeds whom the others find again, half by half; of fewer than two, none."""
    if len(seeds.record) < 2:
        return 0.0
    everybody = np.arange(len(listed))
    again = []
    for half in (0, 1):
        record, person = seeds.record[half::2], seeds.person[half::2]
        others, by = seeds.record[1 - half :: 2], seeds.person[1 - half :: 2]
        records = similarity_rows(
            similarity_matrix(codes[record], codes[others]), np.full(len(record), -1)
        )
        people = _rows(listed.similarities(everybody, by), by)
        again.append(best_people(records, people).person == person)
    return float(np.concatenate(again).mean())
