"""A closer look at links: what other thresholds would do, whether probabilities are kept, one pair."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from linkage.linking import Linked
from linkage.linking.fitting import Fitted
from linkage.linking.links import Links
from linkage.measures.calibration import reliability
from linkage.measures.quality import People, count_links
from linkage.reporting.charts import thresholds_data

FEWEST: Final = 11
"""Links that a threshold must leave to be told of own files; see `linkage.reporting.suppression`."""


@dataclass(frozen=True)
class Inspection:
    """What there is to see of links made field by field; each table may be empty.

    Parameters
    ----------
    thresholds, reliability, explained : pandas.DataFrame
        See `linkage.linking.Links.thresholds`, `.calibration` and `.explain`.
    """

    thresholds: pd.DataFrame = field(default_factory=pd.DataFrame)
    reliability: pd.DataFrame = field(default_factory=pd.DataFrame)
    explained: pd.DataFrame = field(default_factory=pd.DataFrame)


def inspect(linked: Linked, people: tuple[People, People] | None, *, real: bool) -> Inspection:
    """Look closer at links.

    Parameters
    ----------
    linked : Linked
    people : pair of arrays, optional
        The person behind each record, if that is known.
    real : bool
        About real people no single pair is shown, and nothing that rests on fewer than 11 links.

    Returns
    -------
    Inspection
        Empty for links of whole codes, and where nothing was linked.
    """
    fitted, decision = linked.fitted, linked.decision
    if not isinstance(fitted, Fitted) or decision is None or not len(decision.chosen):
        return Inspection()
    said, expected = decision.likely_probability, fitted.model.matches
    if real:
        table = thresholds_data(said, expected_matches=expected)
        return Inspection(table[table["links"] >= FEWEST].reset_index(drop=True))
    labels = pd.RangeIndex(len(fitted.evidence.left)), pd.RangeIndex(len(fitted.evidence.right))
    links = Links.of(fitted, decision, labels)
    explained = links.explain(_telling(links))
    if people is None:
        return Inspection(thresholds_data(said, expected_matches=expected), explained=explained)
    pairs = tuple(
        side[decision.likely] for side in (fitted.candidates.left, fitted.candidates.right)
    )
    right = people[0][pairs[0]] == people[1][pairs[1]]
    right &= people[0][pairs[0]] >= 0
    matches = count_links((pairs[0], pairs[1]), (pairs[0], pairs[1]), *people)["matches"]
    return Inspection(
        thresholds_data(said, expected_matches=expected, right=right, matches=matches),
        reliability(said, right),
        explained,
    )


def _telling(links: Links) -> int:
    """Choose a link to explain: of those whose fields do not all agree, the one of middling weight."""
    agreement = links._background.agreement
    mixed = (agreement.notna() & (agreement != "exact")).any(axis=1).to_numpy(np.bool_)
    pool = links["weight"].to_numpy(np.float64)
    if mixed.any():
        pool = np.where(mixed, pool, np.nan)
    return int(np.nanargmin(np.abs(pool - np.nanmedian(pool))))
