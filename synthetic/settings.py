"""What a world and its request list are made of, checked before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date
from numbers import Integral
from typing import Any

import numpy as np

from synthetic.tax import tin_capacity


@dataclass(frozen=True)
class RequestSettings:
    """How the requests are chosen and how well they are written.

    All are shares in [0, 1]. "Prior" marks a figure nobody has published: sweep it.

    Parameters
    ----------
    in_register_share
        Requests whose person files taxes in this world. Prior.
    non_filer_share
        Requests whose person lives in this world and does not file. Prior. What remains
        are strangers: in no file of this world, with names like anybody's.
    hispanic_share
        Requests for people with Hispanic names, as far as the world has them. Prior.
    tin_share
        Requests that carry a taxpayer identification number. Prior.
    relative_tin_share
        Of those, the number is that of another member of the household (where there is
        one). Prior.
    wrong_tin_share
        Of those, the number is an unrelated person's or has a wrong digit, half and
        half. Prior.
    placeholder_address_share
        "FAILED TO PROVIDE" and the like, often with a ZIP. Together with blank ones 18%
        (DHS Office of Inspector General, OIG-23-47: missing, invalid or non-residential).
    blank_address_share
        No address at all; 5.5% (OIG-23-47).
    former_address_share
        The person has left the address printed. Prior.
    unit_lost_share
        Share of all requests whose apartment lacks its unit; 9.5% (OIG-23-47). Reached
        only as far as that many requests have an apartment.
    given_name_typo_share, surname_typo_share, nickname_share, name_order_share
        One typing error, a nickname for a given name that has one, given name and
        surname changed over. Priors, near the 75-82% and 85-88% of given names and
        surnames that agree exactly among true matches (Winkler, 1988 census).
    second_surname_dropped_share
        Of double surnames, only the first is written. Prior.
    day_month_share, birth_digit_share, birth_missing_share
        Day and month changed over (where that is a date), one digit wrong, no birth
        date. Priors.
    sex_missing_share
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
    hispanic_share: float = 0.85
    tin_share: float = 0.35
    relative_tin_share: float = 0.02
    wrong_tin_share: float = 0.04
    placeholder_address_share: float = 0.125
    blank_address_share: float = 0.055
    former_address_share: float = 0.20
    unit_lost_share: float = 0.095
    given_name_typo_share: float = 0.06
    surname_typo_share: float = 0.06
    nickname_share: float = 0.15
    name_order_share: float = 0.02
    second_surname_dropped_share: float = 0.30
    day_month_share: float = 0.02
    birth_digit_share: float = 0.03
    birth_missing_share: float = 0.03
    sex_missing_share: float = 0.05

    def __post_init__(self) -> None:
        _refuse(
            self,
            _share_problems(self)
            + _sum_problems(self, "in_register_share", "non_filer_share")
            + _sum_problems(self, "relative_tin_share", "wrong_tin_share")
            + _sum_problems(
                self, "placeholder_address_share", "blank_address_share", "former_address_share"
            ),
        )


@dataclass(frozen=True)
class Settings:
    """All that a world depends on; ``World`` documents each field."""

    people: int
    seed: int
    hispanic_share: float = 0.19
    double_surname_share: float = 0.35
    junior_share: float = 0.03
    filing_share: float = 0.80
    itin_share: float = 0.10
    mover_share: float = 0.084
    reference_date: date = date(2025, 8, 7)
    tax_year: int = 2024
    partition_people: int = 10_000
    enforcement: RequestSettings = field(default_factory=RequestSettings)

    def __post_init__(self) -> None:
        _refuse(self, _share_problems(self) + self._number_problems() + self._other_problems())

    def _number_problems(self) -> list[str]:
        lowest = {"people": 1, "seed": 0, "tax_year": 1913, "partition_people": 1}
        return [
            f"{name}: got {getattr(self, name)!r}, allowed is a whole number of at least {least}"
            for name, least in lowest.items()
            if not is_whole(getattr(self, name)) or getattr(self, name) < least
        ]

    def _other_problems(self) -> list[str]:
        problems = []
        if type(self.reference_date) is not date:
            problems.append(f"reference_date: got {self.reference_date!r}, allowed is a date")
        elif is_whole(self.tax_year) and self.tax_year > self.reference_date.year:
            problems.append(
                f"tax_year: got {self.tax_year}, allowed is at most the year of reference_date "
                f"({self.reference_date.year})"
            )
        capacity = tin_capacity(itins=bool(self.itin_share))
        if is_whole(self.people) and self.people > capacity:
            problems.append(
                f"people: got {self.people:,}, allowed is at most {capacity:,}, for want of numbers "
                f"never issued (25,000,000 with itin_share=0)"
            )
        enforcement: object = self.enforcement
        if not isinstance(enforcement, RequestSettings):
            problems.append(f"enforcement: got {self.enforcement!r}, allowed is RequestSettings")
        return problems


def is_whole(value: Any) -> bool:
    """Tell whether a value is an integer; True and False are not."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def _is_share(value: Any) -> bool:
    number = isinstance(value, (float, np.floating)) or is_whole(value)
    return number and bool(0 <= value <= 1)


def _share_problems(settings: Any) -> list[str]:
    names = [entry.name for entry in fields(settings) if entry.name.endswith("_share")]
    return [
        f"{name}: got {getattr(settings, name)!r}, allowed is a share in [0, 1]"
        for name in names
        if not _is_share(getattr(settings, name))
    ]


def _sum_problems(settings: Any, *names: str) -> list[str]:
    shares = [getattr(settings, name) for name in names]
    if not all(_is_share(share) for share in shares) or sum(shares) <= 1 + 1e-9:
        return []
    return [f"{' + '.join(names)}: got {sum(shares):g} together, allowed is at most 1"]


def _refuse(settings: object, problems: list[str]) -> None:
    if problems:
        title = f"{type(settings).__name__} cannot be made:"
        raise ValueError("\n  ".join([title, *problems]))
