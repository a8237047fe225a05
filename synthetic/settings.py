"""What a world and its two files are made of, checked before anything is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from numbers import Integral
from typing import Any

import numpy as np

from synthetic import geography
from synthetic.corruption import share_problems
from synthetic.names import SOURCES
from synthetic.tins import TIN_RANGES, tin_capacity


@dataclass(frozen=True)
class RegisterSettings:
    """Who files taxes, under which number, and how well the register is written.

    All are shares in [0, 1]. "Prior" marks a figure nobody has published: sweep it.

    Parameters
    ----------
    filing_share
        Adults who file, but for unauthorised residents. Prior, near returns and spouses
        per adult (IRS Statistics of Income 2022).
    unauthorised_filing_share
        Unauthorised adults who file; between 0.50 and 0.75 (Congressional Budget Office
        2007).
    itin_share
        Unauthorised filers with an Individual Taxpayer Identification Number. The rest
        file under a Social Security number that is somebody else's. Prior.
    lapsed_share
        Filers whose last return is not of ``tax_year`` but of one of the years before.
        Prior.
    po_box_share
        Filers whose mailing address is a post office box. Prior.
    former_surname_share
        Married people, among those who took their spouse's surname, still registered
        under the one they had. Prior.
    second_surname_dropped_share
        Of double surnames, only the first was filed. Prior.
    nickname_share
        Names filed as people are called. Prior.
    typo_share
        Given names, surnames and streets with one typing error each. Prior.
    birth_digit_share
        Dates of birth with a wrong digit. Prior.
    tin_digit_share
        Numbers with a wrong digit. Prior; 4.1% of Numident records have some
        discrepancy (SSA Office of the Inspector General).
    unit_lost_share
        Addresses with an apartment whose number was left out. Prior.
    error_correlation
        How much the errors of a record go together: 0 independent, 1 as much as can be;
        see `synthetic.corruption.carelessness`. Prior.
    """

    filing_share: float = 0.80
    unauthorised_filing_share: float = 0.62
    itin_share: float = 0.75
    lapsed_share: float = 0.08
    po_box_share: float = 0.05
    former_surname_share: float = 0.02
    second_surname_dropped_share: float = 0.10
    nickname_share: float = 0.02
    typo_share: float = 0.005
    birth_digit_share: float = 0.002
    tin_digit_share: float = 0.001
    unit_lost_share: float = 0.03
    error_correlation: float = 0.5

    def __post_init__(self) -> None:
        errors = ("nickname_share", "typo_share", "birth_digit_share", "tin_digit_share")
        _refuse(
            self,
            _share_problems(self)
            + _error_problems(self, *errors, "second_surname_dropped_share", "unit_lost_share"),
        )


@dataclass(frozen=True)
class RequestSettings:
    """How the requests are chosen and how well they are written.

    Shares are in [0, 1]. "Prior" marks a figure nobody has published: sweep it.

    Parameters
    ----------
    in_register_share
        Requests about somebody in the register. Prior.
    non_filer_share
        Requests about a resident who is not. Prior. What remains are strangers: in no
        file of this world, with names like those of the others.
    lawful_odds, naturalised_odds, citizen_odds
        How likely residents with papers are to be on the list, against 1 for an
        unauthorised resident. Priors. The list runs out of those it looks for first, so
        in a small world it holds more of the others.
    gone_odds
        The same for people of the register who have left the country or died, against
        their status otherwise. Prior.
    tin_share
        Requests that carry a taxpayer identification number. Prior.
    relative_tin_share
        Of those, the number is that of another member of the household (where there is
        one). Prior.
    wrong_tin_share
        Of those, the number is an unrelated person's or has a wrong digit, half and
        half. Prior.
    placeholder_address_share
        "FAILED TO PROVIDE" and the like, often with a ZIP. With blank and office
        addresses 18% (DHS Office of Inspector General, OIG-23-47: missing, invalid or
        not residential).
    office_address_share
        A jail, a court, an office: few addresses that stand in many records (OIG-23-47:
        780 addresses in more than 20 records each). Prior.
    blank_address_share
        No address at all; 5.5% (OIG-23-47).
    former_address_share
        The person has left the address printed. Prior.
    unit_lost_share
        Addresses with an apartment that lack its number. Prior, so chosen that about
        9.5% of all requests do (OIG-23-47).
    typo_share
        Given names, surnames and streets with one typing error each. Prior; with
        nicknames and the rest near the 75-82% and 85-88% of given names and surnames
        that agree exactly among true matches (Winkler, 1988 census).
    misheard_share, misread_share
        Given names and surnames written by ear, or misread by a scanner. Priors.
    nickname_share
        Given names written as people are called, where they have such a name. Prior.
    spelling_share
        Given names and surnames in another usual spelling or transliteration, where
        there is one. Prior.
    diacritics_share
        Names that bear an accent written with it; everywhere else it is lost. Prior.
    middle_initial_missing_share
        Middle initials left out. Prior.
    name_order_share
        Given name and surname changed over. Prior.
    second_surname_dropped_share, surnames_swapped_share, surnames_joined_share
        What becomes of double surnames: only the first written, changed over, or
        written as one word. Priors.
    truncated_share
        Surnames cut off at ten letters. Prior.
    day_month_share, birth_digit_share, birth_year_share, birth_missing_share
        Day and month changed over (where that is a date), one digit wrong, the year
        off by one, no birth date. Priors.
    new_year_birth_share
        Unknown birthdays written as 1 January. Prior.
    sex_missing_share
        Prior.
    street_style_share
        Streets spelt out, or without suffix or direction. Prior.
    error_correlation
        How much the errors of a record go together: 0 independent, 1 as much as can be.
        Prior.

    Examples
    --------
    >>> RequestSettings(tin_share=1.5, in_register_share=0.9, non_filer_share=0.2)
    Traceback (most recent call last):
    ValueError: RequestSettings cannot be made:
      tin_share: got 1.5, allowed is a share in [0, 1]
      in_register_share + non_filer_share: got 1.1 together, allowed is at most 1
    """

    in_register_share: float = 0.55
    non_filer_share: float = 0.15
    lawful_odds: float = 0.02
    naturalised_odds: float = 0.005
    citizen_odds: float = 0.00005
    gone_odds: float = 1.0
    tin_share: float = 0.35
    relative_tin_share: float = 0.02
    wrong_tin_share: float = 0.04
    placeholder_address_share: float = 0.095
    office_address_share: float = 0.03
    blank_address_share: float = 0.055
    former_address_share: float = 0.20
    unit_lost_share: float = 0.40
    typo_share: float = 0.05
    misheard_share: float = 0.02
    misread_share: float = 0.01
    nickname_share: float = 0.05
    spelling_share: float = 0.05
    diacritics_share: float = 0.02
    middle_initial_missing_share: float = 0.25
    name_order_share: float = 0.02
    second_surname_dropped_share: float = 0.30
    surnames_swapped_share: float = 0.03
    surnames_joined_share: float = 0.05
    truncated_share: float = 0.01
    day_month_share: float = 0.02
    birth_digit_share: float = 0.02
    birth_year_share: float = 0.01
    new_year_birth_share: float = 0.01
    birth_missing_share: float = 0.03
    sex_missing_share: float = 0.05
    street_style_share: float = 0.15
    error_correlation: float = 0.5

    def __post_init__(self) -> None:
        errors = [
            entry.name
            for entry in fields(self)
            if entry.name.endswith(_WRITING) and not entry.name.endswith("address_share")
        ]
        _refuse(
            self,
            _share_problems(self)
            + _odds_problems(self)
            + _sum_problems(self, "in_register_share", "non_filer_share")
            + _sum_problems(self, "relative_tin_share", "wrong_tin_share")
            + _sum_problems(
                self,
                "placeholder_address_share",
                "office_address_share",
                "blank_address_share",
                "former_address_share",
            )
            + _error_problems(self, *errors),
        )


_WRITING = (
    "typo_share", "misheard_share", "misread_share", "nickname_share", "spelling_share",
    "name_order_share", "dropped_share", "swapped_share", "joined_share", "truncated_share",
    "month_share", "digit_share", "year_share", "birth_share", "missing_share", "style_share",
)  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """All that a world depends on; ``World`` documents each field."""

    people: int
    seed: int
    states: tuple[str, ...] = ()
    zips: tuple[str, ...] = ()
    names: str = "census"
    tins: str = "never_issued"
    hispanic_share: float | None = None
    hispanic_foreign_born_share: float = 0.32
    api_foreign_born_share: float = 0.66
    other_foreign_born_share: float = 0.05
    hispanic_naturalised_share: float = 0.41
    other_naturalised_share: float = 0.63
    hispanic_unauthorised_share: float = 0.38
    other_unauthorised_share: float = 0.11
    double_surname_share: float = 0.18
    foreign_born_double_surname_share: float = 0.50
    junior_share: float = 0.03
    twin_share: float = 0.031
    middle_name_share: float = 0.80
    mover_share: float = 0.084
    departed_share: float = 0.01
    reference_date: date = date(2025, 8, 7)
    tax_year: int = 2024
    cluster_people: int = 500
    partition_people: int = 10_000
    register: RegisterSettings = field(default_factory=RegisterSettings)
    enforcement: RequestSettings = field(default_factory=RequestSettings)

    def __post_init__(self) -> None:
        for name in ("states", "zips"):
            value = getattr(self, name)
            if isinstance(value, Sequence) and not isinstance(value, str):
                object.__setattr__(self, name, tuple(value))  # a list of a TOML file
        problems = _share_problems(self) + self._number_problems() + self._other_problems()
        _refuse(self, problems or self._size_problems())

    def _number_problems(self) -> list[str]:
        lowest = {
            "people": 1, "seed": 0, "tax_year": 1913, "partition_people": 1, "cluster_people": 1
        }  # fmt: skip
        return [
            f"{name}: got {getattr(self, name)!r}, allowed is a whole number of at least {least}"
            for name, least in lowest.items()
            if not is_whole(getattr(self, name)) or getattr(self, name) < least
        ]

    def _other_problems(self) -> list[str]:
        problems = geography.place_problems(self.states, self.zips)
        if type(self.reference_date) is not date:
            problems.append(f"reference_date: got {self.reference_date!r}, allowed is a date")
        elif not 1950 <= self.reference_date.year <= 2100:
            problems.append(f"reference_date: got {self.reference_date}, allowed is 1950 to 2100")
        elif is_whole(self.tax_year) and self.tax_year > self.reference_date.year:
            problems.append(
                f"tax_year: got {self.tax_year}, allowed is at most the year of reference_date "
                f"({self.reference_date.year})"
            )
        for group in ("hispanic", "other"):
            shares = (f"{group}_naturalised_share", f"{group}_unauthorised_share")
            problems += _sum_problems(self, *shares)
        for name, allowed in (("names", SOURCES), ("tins", TIN_RANGES)):
            if getattr(self, name) not in allowed:
                problems.append(
                    f"{name}: got {getattr(self, name)!r}, allowed is one of {', '.join(allowed)}"
                )
        for name, kind in (("register", RegisterSettings), ("enforcement", RequestSettings)):
            if not isinstance(getattr(self, name), kind):
                problems.append(f"{name}: got {getattr(self, name)!r}, allowed is {kind.__name__}")
        return problems

    def _size_problems(self) -> list[str]:
        limits = {
            geography.residents(self.states, self.zips): "who live in the ZIPs chosen; choose more "
            "states or ZIPs",
            tin_capacity(self.tins): f"for want of numbers of the range tins={self.tins!r}; "
            "try tins='full'",
        }
        most = min(limits)
        if self.people <= most:
            return []
        return [f"people: got {self.people:,}, allowed is at most {most:,}, {limits[most]}"]


def is_whole(value: Any) -> bool:
    """Tell whether a value is an integer; True and False are not."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, (float, np.floating)) or is_whole(value)


def _is_share(value: Any) -> bool:
    return _is_number(value) and bool(0 <= value <= 1)


def _share_problems(settings: Any) -> list[str]:
    """Problems of the shares and of the correlation; None is allowed where it is the default."""
    shares = [
        entry for entry in fields(settings) if entry.name.endswith(("_share", "_correlation"))
    ]
    return [
        f"{entry.name}: got {value!r}, allowed is a share in [0, 1]"
        for entry in shares
        if not _is_share(value := getattr(settings, entry.name))
        and not (value is None and entry.default is None)
    ]


def _odds_problems(settings: Any) -> list[str]:
    names = [entry.name for entry in fields(settings) if entry.name.endswith("_odds")]
    return [
        f"{name}: got {value!r}, allowed is a number of at least 0"
        for name in names
        if not _is_number(value := getattr(settings, name)) or not 0 <= value < np.inf
    ]


def _sum_problems(settings: Any, *names: str) -> list[str]:
    shares = [getattr(settings, name) for name in names]
    if not all(_is_share(share) for share in shares) or sum(shares) <= 1 + 1e-9:
        return []
    return [f"{' + '.join(names)}: got {sum(shares):g} together, allowed is at most 1"]


def _error_problems(settings: Any, *names: str) -> list[str]:
    """Problems of more errors than careless records can hold."""
    shares = {name: getattr(settings, name) for name in names}
    if not all(map(_is_share, [*shares.values(), settings.error_correlation])):
        return []
    return share_problems(shares, settings.error_correlation)


def _refuse(settings: object, problems: list[str]) -> None:
    if problems:
        title = f"{type(settings).__name__} cannot be made:"
        raise ValueError("\n  ".join([title, *problems]))
