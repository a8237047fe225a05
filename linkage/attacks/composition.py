"""Composition: several coarse releases of one register, intersected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.attacks.base import Attack, Knowledge
from linkage.attacks.collusion import Codes, Column, Positions, attribute_rows, numbered
from linkage.schemes import KAnonymous, View
from linkage.schemes.reduced.generalised import number_rows
from linkage.schemes.reduced.hierarchies import coarsen

TOO_MANY: Final = 2_000_000
"""Pairs of record and person that are looked at in one go, so that memory stays small."""


@dataclass(frozen=True)
class Composition(Attack):
    """Intersect the people that several releases of coarse records leave open.

    A record of one release is found again in another by what stands beside it in both, such as an
    exact income. Each release leaves its class open, so that the record is of somebody on the list who
    fits all of them. The more releases, the fewer are left, though each is k-anonymous. With several
    records of the same attributes in a release, any of their classes will do. A release that says
    nothing of the record, where it is suppressed or absent, rules nobody out.

    Guessed is one of those who are left, where they are few. The person may be missing from the list:
    the share that is on it, and how many others fit by chance, are estimated from how many people are
    left for all records (see `right_by_candidates`).

    Parameters
    ----------
    most : int
        Most people left, for a guess.

    Examples
    --------
    >>> from dataclasses import replace
    >>> people = pd.DataFrame({"sex": ["F", "F", "M", "M"], "zip": ["02139", "10001"] * 2})
    >>> income = pd.DataFrame({"income": [10, 20, 30, 40]})
    >>> by_sex = KAnonymous(k=2, levels=(("sex", "sex"), ("zip", "*"))).encode(people).view()
    >>> by_zip = KAnonymous(k=2, levels=(("sex", "*"), ("zip", "5 digits"))).encode(people).view()
    >>> one, other = (replace(view, attributes=income) for view in (by_sex, by_zip))
    >>> known = Knowledge(auxiliary=people.set_axis(list("abcd")), releases=(other,))
    >>> Composition().run(one, known)["guess"].tolist()
    ['a', 'b', 'c', 'd']
    """

    most: int = 2

    name: ClassVar[str] = "composition"
    needs: ClassVar[tuple[str, ...]] = ("auxiliary", "releases")
    uses: ClassVar[tuple[str, ...]] = ("auxiliary", "releases")
    method: ClassVar[str] = (
        "finds a record again in other releases by what stands beside it, and keeps those people of "
        "the list who fit its class in each"
    )
    source: ClassVar[str] = (
        "Ganta, Kasiviswanathan & Smith 2008, doi:10.1145/1401890.1401926 (intersection attack)"
    )

    @property
    def target(self) -> str:
        """A person on the adversary's list."""
        return "person"

    def inapplicable(self, view: View) -> str:
        """Needs coarse records with attributes."""
        if not isinstance(view.scheme, KAnonymous):
            return "the records are not told in classes"
        return "" if view.attributes is not None else "nothing stands beside the classes"

    def lacking(self, view: View, knowledge: Knowledge) -> str:
        """Needs releases with attributes to join them by, and a list that has what classes tell."""
        missing = super().lacking(view, knowledge)
        if missing or knowledge.auxiliary is None:
            return missing
        if not _joined_by(view, knowledge.releases):
            return "nothing stands beside the records of all releases to join them by"
        absent = [name for name in view.tokens if name not in knowledge.auxiliary]
        return f"the list of people has no {', '.join(map(str, absent))}" if absent else ""

    def tries(self, view: View, knowledge: Knowledge) -> int:
        """Everybody on the list."""
        return 0 if knowledge.auxiliary is None else len(knowledge.auxiliary)

    def candidates(self, view: View, knowledge: Knowledge) -> int:
        """People on the list."""
        return self.tries(view, knowledge)

    def guess(self, view: View, knowledge: Knowledge, *, rng: np.random.Generator) -> pd.DataFrame:
        """Intersect the candidates of each record."""
        assert knowledge.auxiliary is not None
        people = knowledge.auxiliary
        record, person = _people_left(view, knowledge.releases, people)
        counts = np.bincount(record, minlength=len(view))
        order = rng.permutation(len(record))
        order = order[counts[record[order]] <= self.most]
        records, first = np.unique(record[order], return_index=True)
        told = view.tokens.notna().any(axis=1).to_numpy()
        return pd.DataFrame(
            {
                "record": records,
                "guess": people.index[person[order][first]].to_numpy(object),
                "confidence": right_by_candidates(counts[told], counts[records]),
            }
        )

    def guess_blindly(
        self, count: int, knowledge: Knowledge, *, rng: np.random.Generator
    ) -> pd.DataFrame:
        """Draw people from the list."""
        assert knowledge.auxiliary is not None
        labels = knowledge.auxiliary.index
        drawn = labels[rng.integers(len(labels), size=count)]
        return pd.DataFrame(
            {"record": np.arange(count), "guess": drawn, "confidence": 1 / len(labels)}
        )


def _joined_by(view: View, releases: tuple[View, ...]) -> list[Any]:
    """Attributes that all releases tell."""
    told = [set() if each.attributes is None else set(each.attributes) for each in releases]
    return [name for name in view.attributes if all(name in names for names in told)]  # type: ignore[union-attr]


@dataclass(frozen=True)
class _Further:
    """What a further release lets the records of the first be.

    Parameters
    ----------
    attributes : int array
        Of each record of the first release, by number; -1 if unknown.
    open : bool array
        By number of attributes: whether it rules nobody out.
    allowed : int array
        Sorted: attributes times `width` plus a class that a record with them has.
    width : int
    classes : int array
        Of the people on the list.
    """

    attributes: Codes
    open: NDArray[np.bool_]
    allowed: Codes
    width: int
    classes: Codes

    @classmethod
    def of(cls, view: View, release: View, people: pd.DataFrame, names: list[Any]) -> _Further:
        classes, listed = _classes(release, people)
        mine, theirs = numbered(attribute_rows(view, names), attribute_rows(release, names))
        told = (theirs >= 0) & (classes >= 0)
        rules_out = np.zeros(max(mine.max(initial=-1), theirs.max(initial=-1)) + 2, np.bool_)
        rules_out[theirs[told]] = True
        rules_out[theirs[~told]] = False  # one of those may be the record; -1 is the last
        rules_out[-1] = False
        width = int(max(classes.max(initial=-1), listed.max(initial=-1))) + 1
        allowed = np.unique(theirs[told] * width + classes[told])
        return cls(mine, ~rules_out, allowed, width, listed)

    def fits(self, record: Positions, person: Positions) -> NDArray[np.bool_]:
        """Whether a record may be a person's."""
        attributes = self.attributes[record]
        wanted = attributes * self.width + self.classes[person]
        place = np.searchsorted(self.allowed, wanted)
        here = np.append(self.allowed, -1)[place] == wanted
        return np.asarray(here | self.open[attributes])


def _classes(view: View, people: pd.DataFrame) -> Column:
    """Number the classes of records, -1 if suppressed, and of people at the same levels."""
    scheme = view.scheme
    assert isinstance(scheme, KAnonymous)
    levels = tuple(pair for pair in scheme.levels if pair[0] in view.tokens)
    listed = coarsen(people, levels, scheme.in_year - scheme.top_code)
    names = [name for name, _ in levels]
    parts = [numbered(view.tokens[name], listed[name]) for name in names]
    numbers = number_rows(np.stack([np.concatenate(part) + 1 for part in parts], axis=1))
    suppressed = view.tokens.isna().all(axis=1).to_numpy()
    return np.where(suppressed, -1, numbers[: len(view)]), numbers[len(view) :]


def _people_left(
    view: View, releases: tuple[View, ...], people: pd.DataFrame
) -> tuple[Positions, Positions]:
    """Pairs of a record and a person that all releases leave open."""
    names = _joined_by(view, releases)
    further = [_Further.of(view, release, people, names) for release in releases]
    classes, listed = _classes(view, people)
    order = np.argsort(listed, kind="stable")
    start = np.searchsorted(listed[order], classes)
    sizes = np.where(classes < 0, 0, np.searchsorted(listed[order], classes, "right") - start)
    parts = np.cumsum(sizes) // TOO_MANY
    found: list[tuple[Positions, Positions]] = []
    for part in np.unique(parts):
        rows = np.flatnonzero(parts == part)
        record = np.repeat(rows, sizes[rows])
        within = np.arange(len(record)) - np.repeat(
            np.cumsum(sizes[rows]) - sizes[rows], sizes[rows]
        )
        person = order[start[record] + within]
        for release in further:
            fits = release.fits(record, person)
            record, person = record[fits], person[fits]
        found.append((record, person))
    nothing = np.empty(0, np.int64)
    records, persons = zip((nothing, nothing), *found, strict=True)
    return np.concatenate(records), np.concatenate(persons)


def right_by_candidates(counts: Positions, guessed: Positions) -> NDArray[np.float64]:
    """Estimate how often one of the people who are left is the right one.

    A record's person is on the list with probability c and then left; of others so many are left as
    a Poisson variable of mean f says. One of n who are left is right with probability
    ``c / (c * n + (1 - c) * f)``, which is 1 / n where everybody is listed. For c stands the share of
    records for which somebody is left, for f the number of records with two left over that with one;
    both are rough, and where much of the list is strangers the estimate is too high.

    Parameters
    ----------
    counts : int array
        People left for each record that a class is told of.
    guessed : int array
        People left, 1 or more, for records guessed at.

    Examples
    --------
    >>> right_by_candidates(np.array([1, 1, 2]), np.array([1, 2])).tolist()
    [1.0, 0.5]
    >>> right_by_candidates(np.array([0, 0, 1, 2]), np.array([1, 2])).round(2).tolist()
    [0.5, 0.33]
    """
    one, two = (np.count_nonzero(counts == number) for number in (1, 2))
    listed = np.count_nonzero(counts) / max(len(counts), 1)
    others = two / one if one else 1.0
    return np.asarray(listed / (listed * guessed + (1 - listed) * others))
