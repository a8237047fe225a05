"""What an attack costs: seconds and tries in money.

Prices are stated, not found: a reader who pays others passes `Prices`. The speed of a graphics
processor is a published one, not measured here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Final

from linkage.problems import InputError, Problems, is_number

HOUR: Final = 3600.0
"""Seconds."""


@dataclass(frozen=True)
class Prices:
    """What computing costs, and how fast it is where it was not measured.

    Parameters
    ----------
    core_hour : float
        US dollars for an hour of one processor core; a stated price, not a fact.
    gpu_hour : float
        US dollars for an hour of one graphics processor; a stated price, not a fact.
    gpu_blocks : float
        SHA-256 blocks a second of that graphics processor. The default is that of hashcat 6.2.6 on
        one RTX 4090, 21,975.5 MH/s in mode 1400, as published by Chick3nman
        (https://gist.github.com/Chick3nman/32e662a5bb63bc4f51b847bb422222fd): from outside, not
        measured here.

    Raises
    ------
    linkage.InputError
        For prices below 0, and a speed that is not above 0.

    Examples
    --------
    >>> Prices(core_hour=-1)
    Traceback (most recent call last):
    linkage.problems.InputError: 1 problem:
      - core_hour: got -1, allowed 0 or more
    """

    core_hour: float = 0.05
    gpu_hour: float = 0.50
    gpu_blocks: float = 21_975.5e6

    def __post_init__(self) -> None:
        problems = Problems()
        for each in fields(self):
            got = getattr(self, each.name)
            least = "more than 0" if each.name == "gpu_blocks" else "0 or more"
            if not is_number(got) or not 0 <= got < math.inf or (got == 0 and least[0] == "m"):
                problems.append(f"{each.name}: got {got!r}, allowed {least}")
        problems.raise_any()


STATED: Final = Prices()


def dollars(core_seconds: float, prices: Prices = STATED) -> float:
    """Give the price of the seconds that processor cores were busy, in US dollars.

    Parameters
    ----------
    core_seconds : float
        0 or more, of all cores together; NaN, not measured, stays NaN.
    prices : Prices

    Examples
    --------
    >>> dollars(7200)
    0.1
    """
    return _not_negative("core_seconds", core_seconds) / HOUR * prices.core_hour


def gpu_seconds(tries: float, blocks: int = 1, prices: Prices = STATED) -> float:
    """Give the time that one graphics processor would take to try values, in seconds.

    Parameters
    ----------
    tries : float
        Values tried, 0 or more; NaN stays NaN.
    blocks : int
        SHA-256 blocks that one try takes, 1 or more: 1 for up to 55 bytes hashed once, 4 for HMAC of
        as much under a key that is being guessed, 2 under one that is known (FIPS 180-4; RFC 2104).
    prices : Prices
        Its speed is used.

    Examples
    --------
    All nine-digit numbers:

    >>> round(gpu_seconds(1e9), 3)
    0.046
    """
    if blocks < 1:
        raise InputError([f"blocks: got {blocks}, allowed 1 or more"])
    return _not_negative("tries", tries) * blocks / prices.gpu_blocks


def gpu_dollars(tries: float, blocks: int = 1, prices: Prices = STATED) -> float:
    """Give the price of trying values on graphics processors, in US dollars.

    Parameters
    ----------
    tries, blocks, prices : see `gpu_seconds`

    Examples
    --------
    >>> round(gpu_dollars(1e18), 2)
    6320.17
    """
    return gpu_seconds(tries, blocks, prices) / HOUR * prices.gpu_hour


def _not_negative(name: str, got: float) -> float:
    if got < 0:
        raise InputError([f"{name}: got {got}, allowed 0 or more"])
    return float(got)
