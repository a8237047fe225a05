"""Link two files: candidates, comparison, weights, decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import recordlinkage
from numpy.typing import NDArray

from linkage.linking.assignment import assign_one_to_one
from linkage.linking.blocking import AnyAgreement, Rules, position_pairs, token_rules, usable_rules
from linkage.linking.codes import share_codes
from linkage.linking.compare import Comparison, default_comparisons, exact_comparisons
from linkage.linking.dice import dice_pairs
from linkage.linking.weights import FellegiSunter, probability_of
from linkage.problems import InputError, Problems
from linkage.records import Source, prepare
from linkage.schemes import Clk, Encoded, Plain

FieldMap = Mapping[str, str | tuple[str, str]]

RANDOM_PAIRS = 400_000
"""Pairs drawn to learn how often strangers agree; more change the weights in the second decimal."""


@dataclass(frozen=True)
class Linked:
    """Links between two files, by position, and how they came about.

    Parameters
    ----------
    left, right : (links,) int arrays
        Record positions.
    weight : (links,) array
        Match weight in bits, or Dice similarity for Bloom filters.
    probability : (links,) array
        Of being the same person, by the model; NaN where there is none.
    candidates_left, candidates_right : (candidates,) int arrays
        The pairs that were compared.
    weights : pandas.DataFrame
        The model's match weights, empty where there are none.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    weight: NDArray[np.float64]
    probability: NDArray[np.float64]
    candidates_left: NDArray[np.int64]
    candidates_right: NDArray[np.int64]
    weights: pd.DataFrame


def link(
    left: Source,
    right: Source,
    *,
    fields: FieldMap | None = None,
    one_to_one: bool = True,
    threshold: float | None = None,
    truth: pd.Series[Any] | pd.MultiIndex | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Link the records of two files that belong to the same person.

    Parameters
    ----------
    left, right : pandas, Polars or Arrow frame, or path to CSV or Parquet
        For paths, labels are row numbers.
    fields : mapping, optional
        Our field name to a column name, or to (left column, right column). None guesses from
        the column names; see `linkage.records.FIELDS` for our names.
    one_to_one : bool
        Link each record at most once, so that the total weight is largest.
    threshold : float, optional
        Least probability of a link, in [0, 1]. None is the model's own choice: 0.5, more likely
        a match than not.
    truth : pandas.MultiIndex or Series, optional
        Known matches (left label, right label); then the weights are counted from them instead
        of being learned unsupervised. A Series maps left labels to right labels.
    seed : int
        Draws the random pairs from which chance agreement is learned.

    Returns
    -------
    pandas.DataFrame
        Columns left, right (index labels), weight (bits), probability.

    Raises
    ------
    linkage.InputError
        Naming every problem of the arguments and both files.

    Examples
    --------
    >>> left = pd.DataFrame({"surname": ["Ng", "Ruiz"], "dob": ["1980-02-03", "1991-07-30"]})
    >>> right = pd.DataFrame({"last": ["RUIZ"], "dob": ["7/30/1991"]}, index=["x"])
    >>> link(left, right, fields={"surname": ("surname", "last"), "date_of_birth": "dob"})[
    ...     ["left", "right"]
    ... ].values.tolist()
    [[1, 'x']]
    """
    problems = Problems()
    if threshold is not None:
        problems.share("threshold", threshold)
    problems.whole_number("seed", seed, 0)
    prepared = []
    for side, source in enumerate((left, right)):
        try:
            what = ("left", "right")[side]
            prepared.append(prepare(source, _one_side(fields, side), what=what))
        except ValueError as error:
            problems.extend(getattr(error, "problems", [str(error)]))
    if len(prepared) == 2 and not set(prepared[0].columns) & set(prepared[1].columns):
        problems.append("fields: the two files have no field in common; pass fields={...}")
    problems.raise_any()
    labels = [frame.index for frame in prepared]
    linked = link_records(
        *prepared,
        one_to_one=one_to_one,
        threshold=0.5 if threshold is None else threshold,
        matches=_match_positions(truth, *labels),
        rng=np.random.default_rng(seed),
    )
    return pd.DataFrame(
        {
            "left": labels[0][linked.left],
            "right": labels[1][linked.right],
            "weight": linked.weight,
            "probability": linked.probability,
        }
    )


def _one_side(fields: FieldMap | None, side: int) -> dict[str, str] | None:
    if fields is None:
        return None
    return {name: col if isinstance(col, str) else col[side] for name, col in fields.items()}


def _match_positions(
    truth: pd.Series[Any] | pd.MultiIndex | None, left: pd.Index[Any], right: pd.Index[Any]
) -> pd.MultiIndex | None:
    if truth is None:
        return None
    if isinstance(truth, pd.Series):
        truth = pd.MultiIndex.from_arrays([truth.index, truth.to_numpy()])
    positions = [
        side.get_indexer(truth.get_level_values(level)) for level, side in enumerate((left, right))
    ]
    known = (positions[0] >= 0) & (positions[1] >= 0)
    return pd.MultiIndex.from_arrays([positions[0][known], positions[1][known]])


def link_records(
    left: pd.DataFrame,
    right: pd.DataFrame,
    *,
    comparisons: list[Comparison] | None = None,
    rules: Rules | None = None,
    one_to_one: bool = True,
    threshold: float = 0.5,
    matches: pd.MultiIndex | None = None,
    rng: np.random.Generator,
) -> Linked:
    """Link prepared records by position, through recordlinkage's Index, Compare and a classifier.

    Parameters
    ----------
    left, right : pandas.DataFrame
        Records as `linkage.records.prepare` gives them, or columns of tokens.
    comparisons, rules : optional
        How to compare and where to look; chosen from the common columns when None.
    one_to_one, threshold : see `link`
    matches : pandas.MultiIndex, optional
        Known matches by position.
    rng : numpy.random.Generator

    Returns
    -------
    Linked
    """
    left, right = share_codes(left, right)
    columns = list(left.columns)
    comparisons = default_comparisons(columns) if comparisons is None else comparisons
    index = recordlinkage.Index(
        [AnyAgreement(usable_rules(left.columns) if rules is None else rules)]
    )
    candidates = index.index(left, right)
    compare = recordlinkage.Compare(
        [comparison.feature for comparison in comparisons], indexing_type="position"
    )
    model = FellegiSunter(
        comparisons,
        compare.compute(_random_pairs(len(left), len(right), rng), left, right),
        all_pairs=len(left) * len(right),
        most_matches=min(len(left), len(right)),
    )
    first, second = (np.asarray(codes, dtype=np.int64) for codes in candidates.codes)
    if len(candidates):
        vectors = compare.compute(candidates, left, right)
        model.fit(vectors, matches)
        weight = model.match_weights(vectors.to_numpy(np.float64))
    else:
        weight = np.empty(0)
    probability = probability_of(weight, model.prior)
    kept = np.flatnonzero(probability >= threshold)
    if one_to_one:
        above_all = weight[kept] - weight[kept].min(initial=0) + 1
        kept = kept[assign_one_to_one(first[kept], second[kept], above_all)]
    return Linked(
        first[kept], second[kept], weight[kept], probability[kept], first, second, model.table()
    )


def link_encoded(left: Encoded, right: Encoded, *, rng: np.random.Generator) -> Linked:
    """Link two encoded files the way their scheme allows.

    Plain records are compared field by field, tokens by equality, both with learned match
    weights; Bloom filters link from the scheme's Dice threshold, so they have no probability.

    Parameters
    ----------
    left, right : Encoded
        Of the same scheme, with the same secret.
    rng : numpy.random.Generator

    Returns
    -------
    Linked

    Raises
    ------
    linkage.InputError
        If schemes, parameters or secrets differ.
    """
    if (left.scheme.public(), left.scheme.secret) != (right.scheme.public(), right.scheme.secret):
        raise InputError(
            [
                f"link: got codes of {left.scheme} and {right.scheme} or of two keys; "
                "encode both files with one scheme and secret"
            ]
        )
    if isinstance(left.scheme, Plain):
        return link_records(left.tokens, right.tokens, rng=rng)
    if left.bits is None:
        columns = [str(column) for column in left.tokens if column in right.tokens]
        return link_records(
            left.tokens,
            right.tokens,
            comparisons=exact_comparisons(columns),
            rules=token_rules(left.tokens[columns], right.tokens[columns]),
            rng=rng,
        )
    return _link_filters(left, right)


def _link_filters(left: Encoded, right: Encoded) -> Linked:
    assert isinstance(left.scheme, Clk)
    pairs = dice_pairs(left, right, left.scheme.threshold)
    first, second = pairs["left"].to_numpy(np.int64), pairs["right"].to_numpy(np.int64)
    score = pairs["score"].to_numpy(np.float64)
    kept = assign_one_to_one(first, second, score)
    nothing = np.full(len(kept), np.nan)
    return Linked(first[kept], second[kept], score[kept], nothing, first, second, pd.DataFrame())


def _random_pairs(left: int, right: int, rng: np.random.Generator) -> pd.MultiIndex:
    """Draw pairs of positions, all of them where they are few."""
    total = left * right
    drawn = (
        np.arange(total)
        if total <= RANDOM_PAIRS
        else rng.integers(0, total, RANDOM_PAIRS, dtype=np.int64)
    )
    return position_pairs(*np.divmod(drawn, right), pd.RangeIndex(left), pd.RangeIndex(right))
