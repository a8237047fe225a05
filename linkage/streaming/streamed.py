"""An exchange with a register too large to hold: what the requests can reach of it."""

from __future__ import annotations

import tempfile
from contextlib import AbstractContextManager, nullcontext
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

import synthetic
from linkage.exchange import Exchange, as_asked, group_sizes, of_world
from linkage.problems import InputError
from linkage.regimes import REGIMES
from linkage.scenario import Scenario
from linkage.streaming.passes import RegisterPass, RequestPass, carry_out
from linkage.streaming.run_directory import RunDirectory
from linkage.streaming.sieve import Sieve
from synthetic.enforcement import TRUTH_COLUMNS
from synthetic.world import stack

MADE_BY = ("linkage", "numpy", "pandas", "pyarrow")
"""Packages whose versions must be the same for a run to go on."""


def streamed(
    scenario: Scenario,
    seed: int,
    *,
    directory: str | Path | None = None,
    jobs: int = 1,
    progress: bool = False,
) -> Exchange:
    """Draw the requests of a world, then let its register pass by and keep what they can reach.

    What regimes with routes answer is the same as with the whole register: a record that agrees
    with no request on any route's fields is answered under none.

    Parameters
    ----------
    scenario : Scenario
    seed : int
        Of the world.
    directory : str or Path, optional
        Where finished pieces are kept, so that the same call goes on; None keeps none.
    jobs, progress : see `linkage.run`

    Returns
    -------
    Exchange
        Its register, and its people, are those that matter.

    Examples
    --------
    >>> small = Scenario(name="small", people=600, requests=40, regimes=("as_practised",))
    >>> exchange = streamed(small, 1)
    >>> len(exchange.requests), len(exchange.register) < 300
    (40, True)
    """
    world = scenario.make_world(seed)
    with _place(directory) as place:
        kept = RunDirectory.open(place, _about(scenario, seed))
        asked = _requests(world, scenario.requests, kept, jobs=jobs, progress=progress)
        requests = asked.drop(columns=list(TRUTH_COLUMNS))
        sieve = Sieve.of(as_asked(requests), [REGIMES[name] for name in scenario.regimes])
        persons = np.unique(asked["person_id"].to_numpy())
        work = RegisterPass(world, sieve, persons[persons >= 0])
        pieces = list(carry_out(work, kept, jobs=jobs, progress=progress))
    sizes = group_sizes(pd.concat([piece["kinds"] for piece in pieces]))
    truth = asked[["record_id", *TRUTH_COLUMNS]]
    return of_world(world, _together(pieces), requests, truth, {}, sizes)


def _requests(
    world: synthetic.World, count: int, kept: RunDirectory, *, jobs: int, progress: bool
) -> pd.DataFrame:
    work = RequestPass(world, count)
    try:
        pieces = list(carry_out(work, kept, jobs=jobs, progress=progress))
    except ValueError as error:  # more requests than a world of this size has people for
        raise InputError([str(error)]) from error
    return world.request_list([piece["requests"] for piece in pieces], count)


def _together(pieces: list[dict[str, pd.DataFrame]]) -> synthetic.Partition:
    return synthetic.Partition(
        **{
            frame.name: stack([piece[frame.name] for piece in pieces])
            for frame in fields(synthetic.Partition)
        }
    )


def _place(directory: str | Path | None) -> AbstractContextManager[str | Path]:
    if directory is None:
        return tempfile.TemporaryDirectory(prefix="linkage-")
    return nullcontext(directory)


def _about(scenario: Scenario, seed: int) -> dict[str, object]:
    """What pieces follow from: all that is drawn, and by what."""
    settings = scenario.to_mapping()
    drawn = {name: settings.get(name) for name in ("people", "requests", "world", "regimes")}
    return {**drawn, "seed": seed, "versions": {name: version(name) for name in MADE_BY}}
