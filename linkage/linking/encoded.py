"""Link codes the way their scheme allows: by fields, tokens, or the similarity of whole records."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from linkage.linking.blocking import Candidates
from linkage.linking.comparisons import exact_comparisons
from linkage.linking.dice import dice_pairs, jaccard_pairs, nearest, nearest_jaccard
from linkage.linking.filters import filter_columns, filter_comparisons
from linkage.linking.fitting import Fitted, fit_records
from linkage.linking.rules import choose_rules, token_rules
from linkage.linking.scored import Scored
from linkage.linking.scores import ScoreModel
from linkage.problems import InputError
from linkage.schemes import Encoded

LEARNED_FROM: Final = 2_000
"""Records whose nearest two in the other file show what a score says; evenly spaced."""

WORTH_KEEPING: Final = 0.01
"""Probability of a match from which a pair of codes is kept."""

USUAL_DICE: Final = 0.85
"""Threshold where there are too few records to learn one: precision .95, recall .97 on 50,000 voter
records with CLKs (https://github.com/data61/anonlink-entity-service/issues/246)."""


def fit_encoded(left: Encoded, right: Encoded, *, rng: np.random.Generator) -> Fitted | Scored:
    """Compare two encoded files the way their scheme allows, and learn what agreement says.

    Parameters
    ----------
    left, right : Encoded
        Of the same scheme, with the same parameters and secret.
    rng : numpy.random.Generator

    Returns
    -------
    Fitted or Scored
        With match weights a field or column; or, of codes of whole records, with one score each.

    Raises
    ------
    linkage.InputError
        If schemes, parameters, secrets or encoded fields differ, or the scheme tells nothing that
        records could be linked on.
    """
    _check(left, right)
    by = left.scheme.linked_by
    if by == "fields":
        return fit_records(left.tokens, right.tokens, rng=rng)
    if by == "tokens":
        return _fit_tokens(left.tokens, right.tokens, rng)
    if by == "any_token":
        return _score_tokens(left, right, rng)
    if by == "field_dice":
        return _fit_filters(left, right, rng)
    return _score_similar(left, right)


def _check(left: Encoded, right: Encoded) -> None:
    name = left.scheme.name
    if left.fingerprint != right.fingerprint:
        raise InputError(
            [
                f"link: got codes with the fingerprints {left.fingerprint} and {right.fingerprint}, "
                "allowed the same; encode both files with one scheme, parameters and secret"
            ]
        )
    if left.scheme.linked_by == "nothing":
        raise InputError([f"link: {name} cannot be linked: {left.scheme.description.linking}"])
    if (left.bits is not None or left.symbols is not None) and left.fields != right.fields:
        raise InputError(
            [
                f"link: got {name} codes of {', '.join(left.fields)} and of "
                f"{', '.join(right.fields)}, allowed the same fields in the same order"
            ]
        )


def _fit_tokens(left: pd.DataFrame, right: pd.DataFrame, rng: np.random.Generator) -> Fitted:
    columns = [str(column) for column in left if column in right]
    if not columns:
        raise InputError(
            [
                f"link: got codes of {', '.join(map(str, left))} and of "
                f"{', '.join(map(str, right))}, allowed one column in common at least"
            ]
        )
    return fit_records(
        left,
        right,
        comparisons=exact_comparisons(columns),
        rules=choose_rules(left[columns], right[columns], keys=False).rules,
        rng=rng,
    )


def _fit_filters(left: Encoded, right: Encoded, rng: np.random.Generator) -> Fitted:
    """Compare filters field by field."""
    first, second = filter_columns(left), filter_columns(right)
    return fit_records(
        first,
        second,
        comparisons=filter_comparisons(left.fields),
        rules=token_rules(first, second),
        rng=rng,
    )


def _score_tokens(left: Encoded, right: Encoded, rng: np.random.Generator) -> Scored:
    """Score pairs that share a token by the shared token that says most.

    Tokens of one record are made of the same fields, so that two of them say hardly more than the
    better one, and one that differs says little against.
    """
    fitted = _fit_tokens(left.tokens, right.tokens, rng)
    pairs = fitted.candidates
    levels, rare, _ = fitted.evidence.by_field(pairs.left, pairs.right)
    match, _ = fitted.model.field_bits()
    places = range(levels.shape[1])
    bits = rare + np.stack([match[column][levels[:, column]] for column in places], axis=1)
    weight = np.where(levels == 0, bits, -np.inf).max(axis=1)
    shared = np.isfinite(weight)
    prior = fitted.model.prior
    found = Candidates(pairs.left[shared], pairs.right[shared], pairs.table)
    return Scored(
        found,
        weight[shared],
        weight[shared] + np.log2(prior / (1 - prior)),
        (len(left), len(right)),
        None,
        pd.DataFrame(),
    )


def _score_similar(left: Encoded, right: Encoded) -> Scored:
    """Score all pairs of codes by their similarity, and learn what it says from the nearest."""
    by_bits = left.scheme.linked_by == "dice"
    one, other = (left.bits, right.bits) if by_bits else (left.symbols, right.symbols)
    assert one is not None
    assert other is not None
    find, pairs = (nearest, dice_pairs) if by_bits else (nearest_jaccard, jaccard_pairs)
    sample = np.unique(np.linspace(0, max(len(left) - 1, 0), LEARNED_FROM).astype(np.int64))
    least = getattr(left.scheme, "threshold", None)
    best, _, second = find(one, other, rows=sample[: len(left)])
    model = ScoreModel.learn(best, second)
    if model is None and least is None:
        least = USUAL_DICE if by_bits else USUAL_DICE / (2 - USUAL_DICE)
    floor = 1.0 if model is None else model.lowest(WORTH_KEEPING)
    found = pairs(left, right, max(min(floor, 1.0 if least is None else least), 0.01))
    score = found["score"].to_numpy(np.float64)
    return Scored(
        Candidates(
            found["left"].to_numpy(np.int64), found["right"].to_numpy(np.int64), pd.DataFrame()
        ),
        score,
        np.full(len(score), np.nan) if model is None else model.bits(score),
        (len(left), len(right)),
        least,
        pd.DataFrame() if model is None else model.table(best),
    )
