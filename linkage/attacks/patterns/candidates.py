"""What filters may hold: values with their q-grams and shares, and the filters to be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from linkage.attacks.base import Knowledge
from linkage.schemes import View
from linkage.schemes.base import present_fields
from linkage.schemes.filters.gram_sets import GramSets, gram_sets

PERSON: Final = "person"


@dataclass(frozen=True, eq=False)
class Candidates:
    """Values, or people on a list, that a filter may stand for.

    Parameters
    ----------
    labels : pandas.Index
        What a guess names: a value, or a label of the auxiliary file.
    grams : (candidates, q-grams) sparse matrix of 0 and 1
        Which q-grams each has.
    texts : list of (field, q-gram)
        The q-grams.
    shares : (candidates,) array
        Share of the population; one n-th each of n people on a list.
    """

    labels: pd.Index[Any]
    grams: sparse.csr_array
    texts: list[tuple[str, str]]
    shares: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.labels)

    def gram_shares(self) -> NDArray[np.float64]:
        """Share of the population that has each q-gram."""
        return np.asarray(self.shares @ self.grams, np.float64)

    def together(self) -> NDArray[np.float64]:
        """Share of the population that has both of two q-grams; (q-grams, q-grams)."""
        weighted = self.grams.multiply(self.shares[:, None]).tocsr()
        return np.asarray((self.grams.T @ weighted).todense(), np.float64)


def incidence(sets: GramSets) -> sparse.csr_array:
    """Write the q-grams of records as a matrix of 0 and 1; (records, q-grams).

    Examples
    --------
    >>> names = pd.DataFrame({"surname": ["NG", "NGO"]})
    >>> incidence(gram_sets(names, ("surname",), 2)).toarray().astype(int).tolist()
    [[1, 1, 1, 0, 0], [1, 1, 0, 1, 1]]
    """
    of_values = sparse.csr_array(
        (np.ones(len(sets.grams), np.float32), sets.grams, sets.starts),
        shape=(len(sets.starts) - 1, len(sets.texts)),
    )
    rows, fields = np.nonzero(sets.values >= 0)
    chosen = sparse.csr_array(
        (np.ones(len(rows), np.float32), (rows, sets.values[rows, fields])),
        shape=(len(sets.values), len(sets.starts) - 1),
    )
    return sparse.csr_array(chosen @ of_values)


def candidates_of(view: View, knowledge: Knowledge, target: str) -> Candidates:
    """Give what the filters may stand for.

    Parameters
    ----------
    view : View
    knowledge : Knowledge
    target : str
        "person": people of the auxiliary file, by all fields that the release encodes and the
        file has. A field: its values, as common as `Knowledge.frequencies` says.
    """
    q = int(getattr(view.scheme, "q", 2))
    if target == PERSON:
        assert knowledge.auxiliary is not None
        people = knowledge.auxiliary
        sets = gram_sets(people, present_fields(view.fields, people), q)
        shares = np.full(len(people), 1 / max(len(people), 1))
        return Candidates(people.index, incidence(sets), sets.texts, shares)
    assert knowledge.frequencies is not None
    known = knowledge.frequencies[target]
    parts = pd.DataFrame({target: known.index.astype(str)})
    sets = gram_sets(parts, (target,), q)
    weights = np.asarray(known, np.float64)
    return Candidates(known.index, incidence(sets), sets.texts, weights / weights.sum())


def filters_of(view: View, target: str) -> NDArray[np.bool_] | None:
    """Give the filters that hold the target, one bit a cell; None if no filter holds it alone.

    For people, whole records; for a field, its own filter, or that of a record with this one field.
    """
    if view.bits is None:
        return None
    bits = view.bits
    if target != PERSON and view.fields != (target,):
        if view.scheme.linked_by != "field_dice" or target not in view.fields:
            return None
        bits = np.split(bits, len(view.fields), axis=1)[view.fields.index(target)]
    rows = np.ascontiguousarray(bits).view(np.uint8)
    return np.unpackbits(rows, axis=1, bitorder="little").astype(np.bool_)
