"""The assumptions behind a simulation, each with its source, as the report lists them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from linkage.mapping import leaves

PRIOR: Final = "prior: our assumption, no published figure used"
ACS: Final = "near American Community Survey 2022; from memory, medium confidence"
PEW: Final = "near Pew Research Center 2022; from memory, medium confidence"
OIG: Final = "DHS Office of Inspector General, OIG-23-47, as reported"

ASSUMPTIONS: Final[dict[str, tuple[str, str]]] = {
    "auxiliary.overlap": ("People on the adversary's list", PRIOR),
    "auxiliary.errors": ("Wrong given names, and wrong birth dates, on that list", PRIOR),
    "world.hispanic_share": ("People of Hispanic origin", "2020 Census: 19 %"),
    "world.hispanic_foreign_born_share": ("Hispanic people born abroad", ACS),
    "world.api_foreign_born_share": ("Asian and Pacific people born abroad", ACS),
    "world.other_foreign_born_share": ("Other people born abroad", ACS),
    "world.hispanic_naturalised_share": ("Hispanic people born abroad, now citizens", ACS),
    "world.other_naturalised_share": ("Other people born abroad, now citizens", ACS),
    "world.hispanic_unauthorised_share": ("Hispanic people born abroad, without papers", PEW),
    "world.other_unauthorised_share": ("Other people born abroad, without papers", PEW),
    "world.double_surname_share": (
        "Hispanic families with two surnames, born here",
        "US voter files: 13 % with a space, 5 % with a hyphen",
    ),
    "world.foreign_born_double_surname_share": ("The same, head born abroad", PRIOR),
    "world.junior_share": ("Sons with their father's name", PRIOR),
    "world.twin_share": ("Twins among children", "CDC 2022: 3.1 % of births"),
    "world.middle_name_share": ("People with a middle initial", PRIOR),
    "world.mover_share": ("Households that move within a year", "CPS 2021: 8.4 %"),
    "world.departed_share": ("Non-citizens who left within a year", PRIOR),
    "world.register.filing_share": ("Adults who file taxes", PRIOR),
    "world.register.unauthorised_filing_share": (
        "Unauthorised adults who file taxes",
        "CBO 2007: 50 to 75 %",
    ),
    "world.register.itin_share": ("Of these, with an ITIN; the rest use another's number", PRIOR),
    "world.register.lapsed_share": ("Filers whose last return is older", PRIOR),
    "world.register.po_box_share": ("Filers with a post office box", PRIOR),
    "world.register.former_surname_share": ("Married people under their former surname", PRIOR),
    "world.register.second_surname_dropped_share": ("Second surnames not filed", PRIOR),
    "world.register.nickname_share": ("Nicknames filed for given names", PRIOR),
    "world.register.typo_share": ("Typing errors in each name and street filed", PRIOR),
    "world.register.birth_digit_share": ("Birth dates filed with a wrong digit", PRIOR),
    "world.register.tin_digit_share": ("Numbers filed with a wrong digit", PRIOR),
    "world.register.unit_lost_share": ("Apartments filed without number", PRIOR),
    "world.register.error_correlation": ("Errors of a return that go together", PRIOR),
    "world.enforcement.in_register_share": ("Requests about somebody in the register", PRIOR),
    "world.enforcement.non_filer_share": ("Requests about a resident who does not file", PRIOR),
    "world.enforcement.lawful_odds": ("Odds of lawful residents to be on the list", PRIOR),
    "world.enforcement.naturalised_odds": ("Odds of naturalised citizens", PRIOR),
    "world.enforcement.citizen_odds": ("Odds of citizens by birth", PRIOR),
    "world.enforcement.gone_odds": ("Odds of the departed and the dead", PRIOR),
    "world.enforcement.tin_share": ("Requests with a taxpayer number", PRIOR),
    "world.enforcement.relative_tin_share": ("Of these, the number of a household member", PRIOR),
    "world.enforcement.wrong_tin_share": ("Of these, a stranger's or mistyped number", PRIOR),
    "world.enforcement.placeholder_address_share": (
        "Requests with words in place of an address",
        f"{OIG}: 18 % missing, invalid or not residential, with blanks and offices",
    ),
    "world.enforcement.office_address_share": ("Requests with a jail's or office's address", PRIOR),
    "world.enforcement.blank_address_share": ("Requests with no address", f"{OIG}: 5.5 %"),
    "world.enforcement.former_address_share": ("Requests with a former address", PRIOR),
    "world.enforcement.unit_lost_share": (
        "Apartments that lack their number",
        f"{OIG}: 9 to 10 % of all requests",
    ),
    "world.enforcement.typo_share": ("Typing errors in each name and street", PRIOR),
    "world.enforcement.misheard_share": ("Names written by ear", PRIOR),
    "world.enforcement.misread_share": ("Names misread by a scanner", PRIOR),
    "world.enforcement.nickname_share": ("Nicknames for given names that have one", PRIOR),
    "world.enforcement.spelling_share": ("Names in another usual spelling", PRIOR),
    "world.enforcement.diacritics_share": ("Names written with their accents", PRIOR),
    "world.enforcement.middle_initial_missing_share": ("Middle initials left out", PRIOR),
    "world.enforcement.name_order_share": ("Given name and surname changed over", PRIOR),
    "world.enforcement.second_surname_dropped_share": ("Second surnames left out", PRIOR),
    "world.enforcement.surnames_swapped_share": ("Double surnames changed over", PRIOR),
    "world.enforcement.surnames_joined_share": ("Double surnames written as one", PRIOR),
    "world.enforcement.truncated_share": ("Surnames cut off at ten letters", PRIOR),
    "world.enforcement.day_month_share": ("Birth dates with day and month changed over", PRIOR),
    "world.enforcement.birth_digit_share": ("Birth dates with a wrong digit", PRIOR),
    "world.enforcement.birth_year_share": ("Birth dates a year off", PRIOR),
    "world.enforcement.new_year_birth_share": ("Birthdays put on 1 January", PRIOR),
    "world.enforcement.birth_missing_share": ("Requests without a birth date", PRIOR),
    "world.enforcement.sex_missing_share": ("Requests without a sex", PRIOR),
    "world.enforcement.street_style_share": ("Streets spelt out or cut short", PRIOR),
    "world.enforcement.error_correlation": ("Errors of a request that go together", PRIOR),
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
    [['Households that move within a year', 0.084]]
    """
    rows = [
        (*ASSUMPTIONS[name][:1], value, ASSUMPTIONS[name][1], name)
        for part in ("world", "auxiliary")
        for name, value in leaves(scenario.get(part, {}), f"{part}.")
        if name in ASSUMPTIONS
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
