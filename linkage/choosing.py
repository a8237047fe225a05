"""Which schemes link well enough and give away little enough, and what each gives up."""

from __future__ import annotations

from typing import Any, Final, Protocol

import pandas as pd

from linkage.problems import Problems
from linkage.reporting import wording
from linkage.reporting.charts import tradeoff_data
from linkage.reporting.formatting import percent

COLUMNS: Final = (
    *("scheme", "recall", "recall_low", "recall_high"),
    *("risk", "risk_low", "risk_high", "attack", "target", "knowledge"),
    *("by_interval", "gives_up"),
)


class Chosen(Protocol):
    """What is asked of a `linkage.Result`."""

    @property
    def quality(self) -> pd.DataFrame:
        """How well links were found."""

    @property
    def risk(self) -> pd.DataFrame:
        """What attacks achieved."""


def recommend(
    result: Chosen,
    *,
    min_recall: float = 0.0,
    max_risk: float = 1.0,
    knowledge: str | None = None,
) -> pd.DataFrame:
    """List the schemes that find enough of the true pairs and give away little enough.

    It lists; it does not choose. What holds here holds for the attacks of this run: a scheme that
    hardly any attack was run on is listed too, and ``gives_up`` says so.

    Parameters
    ----------
    result : linkage.Result
    min_recall : float
        Least share of the true pairs that must be linked, in [0, 1].
    max_risk : float
        Largest share of records that the strongest attack of the run may name, in [0, 1].
    knowledge : str, optional
        Of the adversary that counts, as in the risk table; None is the worst of all.

    Returns
    -------
    pandas.DataFrame
        A row a scheme: recall and risk with their intervals, the strongest attack, whether both
        hold for the whole intervals too (``by_interval``), and what the scheme gives up.

    Raises
    ------
    linkage.InputError
        Naming every bad argument.

    Examples
    --------
    >>> import linkage
    >>> small = linkage.Scenario.load("address-sharing").replace(
    ...     people=800, requests=80, replicates=1, schemes=["plain", "hmac"],
    ...     attacks=[{"attack": "frequency", "target": "surname"}],
    ... )
    >>> recommend(linkage.run(small), max_risk=0.5)["scheme"].tolist()
    ['hmac']
    """
    problems = Problems()
    problems.share("min_recall", min_recall)
    problems.share("max_risk", max_risk)
    known = list(dict.fromkeys(result.risk["knowledge"].dropna().astype(str)))
    if knowledge is not None:
        problems.choice("knowledge", knowledge, known)
    if result.risk["rate"].isna().all():
        problems.append("result: got none in which an attack ran; try a scenario with [[attacks]]")
    if not (result.quality["measure"] == "recall").any():
        problems.append("result: got none in which files were linked; a file alone has no recall")
    problems.raise_any()
    recall = result.quality[result.quality["measure"] == "recall"].set_index("scheme")
    worst = tradeoff_data(result.quality, result.risk).dropna(subset=["risk"])
    if knowledge is not None:
        worst = worst[worst["knowledge"] == knowledge]
    worst = worst.sort_values("risk", ascending=False, kind="stable").drop_duplicates("scheme")
    table = worst.drop(columns=["utility", "utility_low", "utility_high", "front", "note"])
    for name, column in (("recall", "value"), ("recall_low", "low"), ("recall_high", "high")):
        table[name] = table["scheme"].map(recall[column])
    enough = (table["recall"] >= min_recall) & (table["risk"] <= max_risk)
    surely = (table["recall_low"] >= min_recall) & (table["risk_high"] <= max_risk)
    best = float(table["recall"].max()), float(table["risk"].min())
    table = table.assign(
        by_interval=surely,
        gives_up=[_gives_up(row, best, result.risk) for _, row in table.iterrows()],
    )[enough]
    order = list(dict.fromkeys(result.quality["scheme"]))
    table = table.sort_values("scheme", key=lambda names: names.map(order.index))
    return table[list(COLUMNS)].reset_index(drop=True)


def _gives_up(row: Any, best: tuple[float, float], risk: pd.DataFrame) -> str:
    """Say what the scheme is worse at than another, and what was not tried on it."""
    parts = []
    if row["recall"] < best[0]:
        parts.append(f"finds {percent(best[0] - row['recall'])} fewer of the pairs than the best")
    if row["risk"] > best[1]:
        parts.append(f"gives {percent(row['risk'] - best[1])} more records away than the least")
    on_it = risk[(risk["scheme"] == row["scheme"]) & risk["rate"].isna()]
    waiting = on_it[on_it["status"] == "not run"] if "status" in on_it else on_it.iloc[:0]
    if len(waiting):
        names = waiting["attack"].astype(str).map(wording.attack_name).unique()
        parts.append(f"not run on it: {', '.join(names).lower()}")
    return "; ".join(parts) or "nothing by these figures"
