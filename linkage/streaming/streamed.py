"""An exchange with a register too large to hold: what the requests can reach of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

import synthetic
from linkage.exchange import Exchange, as_asked, group_sizes, of_frames
from linkage.problems import InputError
from linkage.regimes import REGIMES
from linkage.scenario import Scenario
from linkage.schemes import Scheme
from linkage.streaming.passes import carry_out
from linkage.streaming.run_directory import RunDirectory, directory_for, versions
from linkage.streaming.scheme_search import Gathered, SchemeSearch, Weighed, prepare_all
from linkage.streaming.shipping import Dock, Shipped, dock
from linkage.streaming.sieve import Sieve
from linkage.streaming.world_passes import RegisterPass, RequestPass, as_records
from synthetic.enforcement import TRUTH_COLUMNS
from synthetic.world import stack


@dataclass(frozen=True)
class Streamed:
    """What is left of a world whose register has passed by.

    Parameters
    ----------
    exchange : Exchange
        Its register, and its people, are those that matter.
    weighed : Weighed
        Its links by the model.
    """

    exchange: Exchange
    weighed: Weighed


def streamed(
    scenario: Scenario,
    seed: int,
    *,
    schemes: Mapping[str, Scheme] | None = None,
    directory: str | Path | None = None,
    jobs: int = 1,
    progress: bool = False,
) -> Streamed:
    """Draw the requests of a world, then let its register pass by and keep what they can reach.

    What regimes with routes answer is the same as with the whole register: a record that agrees
    with no request on any route's fields is answered under none.

    Parameters
    ----------
    scenario : Scenario
    seed : int
        Of the world.
    schemes : mapping of str to Scheme, optional
        With secrets: under which the two files are linked by the model.
    directory : str or Path, optional
        Where finished pieces are kept, so that the same call goes on; None keeps none.
    jobs, progress : see `linkage.run`

    Examples
    --------
    >>> small = Scenario(name="small", people=600, requests=40, regimes=("as_practised",))
    >>> exchange = streamed(small, 1).exchange
    >>> len(exchange.requests), len(exchange.register) < 300
    (40, True)
    """
    world = scenario.make_world(seed)
    with directory_for(directory) as path:
        kept = RunDirectory.open(path, _about(scenario, seed, schemes or {}))
        asked = _requests(world, scenario.requests, kept, jobs=jobs, progress=progress)
        requests = as_asked(asked.drop(columns=list(TRUTH_COLUMNS)))
        routes = [REGIMES[name] for name in scenario.regimes if not REGIMES[name].by_model]
        sieve = Sieve.of(requests, routes)
        persons = np.unique(asked["person_id"].to_numpy())
        with dock(kept.path) as place:
            searches = _searches(world, requests, schemes or {}, seed, place, jobs)
            there = place.ship(RegisterPass(world, sieve, persons[persons >= 0], searches))
            del sieve
            gathered = Gathered(searches)
            pieces = list(gathered.take(carry_out(there, kept, jobs=jobs, progress=progress)))
    kinds = pd.concat([piece.pop("kinds") for piece in pieces])
    truth = asked[["record_id", *TRUTH_COLUMNS]]
    frames = _together(pieces)
    exchange = of_frames(frames, requests, truth, group_sizes(kinds))
    ids = pd.Index(frames.taxpayers["record_id"])
    count = int(kinds["filers"].sum())
    return Streamed(exchange, Weighed(gathered, exchange.register, ids, count))


LEAST_SAMPLE: Final = 600_000
ONE_IN: Final = 64
"""People, about, of whom it is learned where to look, in evenly spaced partitions; in larger worlds
one partition in so many."""


def _searches(
    world: synthetic.World,
    requests: pd.DataFrame,
    schemes: Mapping[str, Scheme],
    seed: int,
    place: Dock,
    jobs: int,
) -> dict[str, Shipped[SchemeSearch]]:
    """Prepare a search under each scheme."""
    if not schemes:
        return {}
    people = max(LEAST_SAMPLE, world.people // ONE_IN)
    count = min(world.partitions, -(-people // world.partition_people))
    chosen = np.unique(np.linspace(0, world.partitions - 1, count).astype(int))
    sample = [as_records(batch) for batch in world.taxpayer_batches(chosen.tolist())]
    records = round(sum(map(len, sample)) * world.partitions / len(chosen))
    return prepare_all(
        schemes, requests, sample, records=records, seed=seed, place=place, jobs=jobs
    )


def _requests(
    world: synthetic.World, count: int, kept: RunDirectory, *, jobs: int, progress: bool
) -> pd.DataFrame:
    try:
        with dock(kept.path) as place:
            there = place.ship(RequestPass(world, count))
            pieces = list(carry_out(there, kept, jobs=jobs, progress=progress))
    except ValueError as error:  # more requests than a world of this size has people for
        raise InputError([str(error)]) from error
    return world.request_list([piece["requests"] for piece in pieces], count)


def _together(pieces: list[dict[str, pd.DataFrame]]) -> synthetic.Partition:
    return synthetic.Partition(
        **{
            frame.name: stack([piece.pop(frame.name) for piece in pieces])
            for frame in fields(synthetic.Partition)
        }
    )


def _about(scenario: Scenario, seed: int, schemes: Mapping[str, Scheme]) -> dict[str, object]:
    """What pieces follow from: all that is drawn, and by what."""
    settings = scenario.to_mapping()
    drawn = {name: settings.get(name) for name in ("people", "requests", "world", "regimes")}
    drawn["schemes"] = {name: scheme.fingerprint for name, scheme in schemes.items()}
    return {**drawn, "seed": seed, "versions": versions()}
