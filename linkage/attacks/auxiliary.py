"""Linking the release with a list of people, by the project's own linker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.attacks.base import Attack, Knowledge
from linkage.linking.encoded import fit_encoded
from linkage.linking.fitting import Fitted
from linkage.linking.scored import Scored
from linkage.schemes import Encoded, View
from linkage.schemes.base import JOIN, joined, present_fields
from linkage.schemes.digests import SALT, RecordSalted
from linkage.schemes.reduced.generalised import KAnonymous
from linkage.schemes.sha256 import digests, in_arrow

LIKELIER_THAN_NOT: Final = 0.5


@dataclass(frozen=True)
class Auxiliary(Attack):
    """Encode a list of known people as the scheme does, and link it with the release.

    A right guess names the person. Errors on either side do not protect where codes of similar
    values are similar. The linker is the project's own: it learns what agreement says from the two
    files, without a known match.

    Of records that were made alike on purpose, one of a class is guessed at, as abstaining would
    hide a risk of one in k. Elsewhere the attack abstains on what is not likelier than `least`.

    Parameters
    ----------
    least : float
        Least probability of a guess.
    most_tries : int
        Most hashes where each record has a salt of its own: as many records, evenly spaced, are
        tried with everybody on the list as that allows.

    Examples
    --------
    >>> from linkage.schemes import Sha256
    >>> names = [("ANA", "NG"), ("BEN", "RUIZ"), ("EVA", "LEE"), ("IAN", "DIAZ"), ("ZOE", "KIM")]
    >>> people = pd.DataFrame(names, columns=["given_name", "surname"])
    >>> people["date_of_birth"] = "1980-02-03"
    >>> listed = people.iloc[::-1].set_axis(list("zidba"))
    >>> Auxiliary().run(Sha256().encode(people).view(), Knowledge(auxiliary=listed))["guess"].tolist()
    ['a', 'b', 'd', 'i', 'z']
    """

    least: float = LIKELIER_THAN_NOT
    most_tries: int = 20_000_000

    name: ClassVar[str] = "auxiliary"
    needs: ClassVar[tuple[str, ...]] = ("auxiliary", "function")
    uses: ClassVar[tuple[str, ...]] = ("auxiliary", "function", "key")
    method: ClassVar[str] = (
        "encodes a list of people with names as the scheme does and links it with the release"
    )
    source: ClassVar[str] = "Sweeney 2002, doi:10.1142/S0218488502001648; Fellegi & Sunter 1969"

    @property
    def target(self) -> str:
        """A person on the adversary's list."""
        return "person"

    def inapplicable(self, view: View) -> str:
        """Needs codes that records can be linked on, or tried with."""
        tried = isinstance(view.scheme, RecordSalted)
        unlinkable = view.scheme.linked_by == "nothing" and not tried
        return view.scheme.description.linking if unlinkable else ""

    def lacking(self, view: View, knowledge: Knowledge) -> str:
        """Needs a list with fields that the release encodes."""
        missing = super().lacking(view, knowledge)
        if missing or knowledge.auxiliary is None:
            return missing
        if _own_fields(view, knowledge.auxiliary):
            return ""
        parts = dict.fromkeys(part for entry in view.fields for part in entry.split(JOIN))
        absent = ", ".join(part for part in parts if part not in knowledge.auxiliary)
        return f"the list of people has no {absent}"

    def tries(self, view: View, knowledge: Knowledge) -> int:
        """One try a person on the list; for each record where each has a salt of its own."""
        listed = 0 if knowledge.auxiliary is None else len(knowledge.auxiliary)
        records = len(self.targets(view, knowledge)) if _salted(view) else 1
        return listed * records

    def candidates(self, view: View, knowledge: Knowledge) -> int:
        """People on the list."""
        return 0 if knowledge.auxiliary is None else len(knowledge.auxiliary)

    def targets(self, view: View, knowledge: Knowledge) -> pd.Index[Any]:
        """All records; of records with salts of their own, as many as can be tried."""
        if not _salted(view):
            return pd.RangeIndex(len(view))
        listed = 1 if knowledge.auxiliary is None else max(len(knowledge.auxiliary), 1)
        count = min(len(view), max(1, self.most_tries // listed))
        return pd.Index(np.linspace(0, len(view) - 1, count).astype(np.int64))

    def guess(self, view: View, knowledge: Knowledge, *, rng: np.random.Generator) -> pd.DataFrame:
        """Encode the list and link it."""
        assert knowledge.auxiliary is not None
        if _salted(view):
            return self._try_each_record(view, knowledge.auxiliary, rng)
        labels = knowledge.auxiliary.index
        if isinstance(view.scheme, KAnonymous):
            return _named(likeliest(class_pairs(view, knowledge), rng=rng), labels)
        fitted = link_list(view, knowledge, rng=rng)
        return _named(pairs_of(fitted, one_to_one=True, least=self.least), labels)

    def _try_each_record(
        self, view: View, listed: pd.DataFrame, rng: np.random.Generator
    ) -> pd.DataFrame:
        """Hash everybody on the list with the salt of one record after the other."""
        column = _own_fields(view, listed)[0]
        values = joined(listed, column).dropna()
        messages = in_arrow(values)
        found = []
        for record in self.targets(view, Knowledge(auxiliary=listed)):
            salt, code = view.tokens.loc[record, [SALT, column]]
            if pd.isna(code):
                continue
            salted = digests(messages, prefix=bytes.fromhex(salt)).view(">u8")
            wanted = np.frombuffer(bytes.fromhex(code), ">u8")
            fit = values.index[(salted == wanted).all(axis=1)]
            if len(fit):
                found.append((record, fit[rng.integers(len(fit))], 1 / len(fit)))
        return pd.DataFrame(found, columns=["record", "guess", "confidence"])

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


def _salted(view: View) -> bool:
    return isinstance(view.scheme, RecordSalted)


def _own_fields(view: View, listed: pd.DataFrame) -> tuple[str, ...]:
    """What the list can be encoded on, what tells most apart first.

    Schemes that make codes of several fields at once take those that the list has.
    """
    parts = [part for entry in view.fields for part in entry.split(JOIN) if part in listed]
    fields = present_fields(view.fields, listed)
    if _salted(view):
        return tuple(sorted(fields, key=lambda entry: -entry.count(JOIN)))
    return fields or tuple(dict.fromkeys(parts))


def link_list(view: View, knowledge: Knowledge, *, rng: np.random.Generator) -> Fitted | Scored:
    """Link the release with the list, encoded as a requester would: left the release."""
    assert knowledge.auxiliary is not None
    scheme = view.scheme.with_secret(knowledge.key).asking()
    own = scheme.encode_records(knowledge.auxiliary, _own_fields(view, knowledge.auxiliary))
    bits = view.bits
    if bits is not None and view.scheme.linked_by == "field_dice":
        parts = dict(zip(view.fields, np.split(bits, len(view.fields), axis=1), strict=True))
        bits = np.concatenate([parts[name] for name in own.fields], axis=1)
    labels = pd.RangeIndex(len(view))
    release = Encoded(own.scheme, labels, view.tokens, bits, view.symbols, own.fields)
    return fit_encoded(release, own, rng=rng)


@dataclass(frozen=True)
class Pairs:
    """Records and the people on the list whose they may be.

    Parameters
    ----------
    record, person : (pairs,) arrays
        Positions in the release and on the list.
    probability : (pairs,) array
        That the record is the person's.
    """

    record: NDArray[np.int64]
    person: NDArray[np.int64]
    probability: NDArray[np.float64]


def pairs_of(fitted: Fitted | Scored, *, one_to_one: bool, least: float) -> Pairs:
    """Take the pairs that are likely enough."""
    found = fitted.decide(one_to_one=one_to_one, threshold=least)
    sides = fitted.candidates.left[found.chosen], fitted.candidates.right[found.chosen]
    return Pairs(*sides, found.probability)


def class_pairs(view: View, knowledge: Knowledge) -> Pairs:
    """Pair each record with everybody on the list who is in its class, all equally likely.

    The list has everybody in a class, as far as the adversary knows: of F people one in F.
    """
    assert knowledge.auxiliary is not None
    scheme = view.scheme.asking()
    own = scheme.encode_records(knowledge.auxiliary, _own_fields(view, knowledge.auxiliary))
    columns = list(own.tokens)
    released, listed = (
        tokens[columns].reset_index(drop=True).dropna(how="all")
        for tokens in (view.tokens, own.tokens)
    )
    both = pd.concat([released, listed])
    group = both.groupby(columns, dropna=False, sort=False).ngroup().to_numpy()
    sides = (
        pd.DataFrame({"group": group[: len(released)], "record": released.index}),
        pd.DataFrame({"group": group[len(released) :], "person": listed.index}),
    )
    size = np.bincount(group[len(released) :], minlength=len(both))
    joined_on = sides[0].merge(sides[1], on="group")
    return Pairs(
        joined_on["record"].to_numpy(np.int64),
        joined_on["person"].to_numpy(np.int64),
        1 / size[joined_on["group"]],
    )


def likeliest(pairs: Pairs, *, rng: np.random.Generator) -> Pairs:
    """Keep the likeliest person of each record, at random among equals."""
    order = np.lexsort((rng.random(len(pairs.record)), -pairs.probability, pairs.record))
    first = order[np.unique(pairs.record[order], return_index=True)[1]]
    return Pairs(pairs.record[first], pairs.person[first], pairs.probability[first])


def _named(pairs: Pairs, labels: pd.Index[Any]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "record": pairs.record,
            "guess": labels[pairs.person].to_numpy(object),
            "confidence": pairs.probability,
        }
    ).sort_values("record", ignore_index=True)
