"""The assumptions behind a simulation, each with its source, as the report lists them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pandas as pd

PRIOR: Final = "prior: our assumption, no published figure used"
OIG: Final = "DHS Office of Inspector General, OIG-23-47, as reported"

ASSUMPTIONS: Final[dict[str, tuple[str, str]]] = {
    "auxiliary.overlap": ("People on the adversary's list", PRIOR),
    "auxiliary.errors": ("Wrong given names, and wrong birth dates, on that list", PRIOR),
    "world.hispanic_share": ("People with Hispanic names", "2020 Census"),
    "world.double_surname_share": ("Of these, those with two surnames", PRIOR),
    "world.junior_share": ("Sons with their father's name", PRIOR),
    "world.filing_share": ("Adults who file taxes", PRIOR),
    "world.itin_share": ("Hispanic adults with an ITIN", PRIOR),
    "world.mover_share": ("People who moved since they filed", "CPS 2021: 8.4 % in a year"),
    "world.enforcement.in_register_share": ("Requests about somebody in the register", PRIOR),
    "world.enforcement.non_filer_share": ("Requests about a resident who does not file", PRIOR),
    "world.enforcement.hispanic_share": ("Requests about people with Hispanic names", PRIOR),
    "world.enforcement.tin_share": ("Requests with a taxpayer number", PRIOR),
    "world.enforcement.relative_tin_share": ("Of these, the number of a household member", PRIOR),
    "world.enforcement.wrong_tin_share": ("Of these, a stranger's or mistyped number", PRIOR),
    "world.enforcement.placeholder_address_share": (
        "Requests with words in place of an address",
        f"{OIG}: 18 % missing, invalid or not residential, blank ones included",
    ),
    "world.enforcement.blank_address_share": ("Requests with no address", f"{OIG}: 5.5 %"),
    "world.enforcement.former_address_share": ("Requests with a former address", PRIOR),
    "world.enforcement.unit_lost_share": (
        "Requests with an apartment that lacks its unit",
        f"{OIG}: 9 to 10 %",
    ),
    "world.enforcement.given_name_typo_share": ("Given names with a typing error", PRIOR),
    "world.enforcement.surname_typo_share": ("Surnames with a typing error", PRIOR),
    "world.enforcement.nickname_share": ("Nicknames for given names that have one", PRIOR),
    "world.enforcement.name_order_share": ("Given name and surname changed over", PRIOR),
    "world.enforcement.second_surname_dropped_share": ("Second surnames left out", PRIOR),
    "world.enforcement.day_month_share": ("Birth dates with day and month changed over", PRIOR),
    "world.enforcement.birth_digit_share": ("Birth dates with a wrong digit", PRIOR),
    "world.enforcement.birth_missing_share": ("Requests without a birth date", PRIOR),
    "world.enforcement.sex_missing_share": ("Requests without a sex", PRIOR),
}
"""Setting of a scenario to what it means and where its value comes from."""

COLUMNS: Final = ("assumption", "value", "source", "setting")


def assumed(scenario: Mapping[str, Any]) -> pd.DataFrame:
    """List the assumptions that a scenario states.

    A value other than the sourced one is the scenario's own choice; the source tells what is known.

    Returns
    -------
    pandas.DataFrame
        assumption, value, source, setting.

    Examples
    --------
    >>> assumed({"world": {"mover_share": 0.084}})[["assumption", "value"]].values.tolist()
    [['People who moved since they filed', 0.084]]
    """
    rows = [
        (*ASSUMPTIONS[name][:1], value, ASSUMPTIONS[name][1], name)
        for part in ("world", "auxiliary")
        for name, value in _settings(scenario.get(part, {}), part)
        if name in ASSUMPTIONS
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _settings(content: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    for name, value in content.items():
        if isinstance(value, Mapping):
            yield from _settings(value, f"{path}.{name}")
        else:
            yield f"{path}.{name}", value
