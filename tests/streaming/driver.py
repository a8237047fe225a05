"""A streamed run in small pieces, and others that are killed at any moment: for test_faults."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pandas as pd

import linkage
import synthetic
from linkage.engine import engine
from linkage.exchange import Exchange
from linkage.streaming import passes
from linkage.streaming.run_directory import RunDirectory
from linkage.streaming.shipping import dock
from linkage.streaming.streamed import streamed

passes.BATCH = 250  # type: ignore[misc]

SCENARIO = linkage.Scenario(
    name="small",
    people=2_000,
    requests=100,
    seed=3,
    regimes=("as_practised", "statute"),
    streamed=True,
    world={"partition_people": 250},
)


def killed_at_random(folder: Path, times: int) -> None:
    """Kill runs with SIGKILL at random moments, let each go on, and compare."""
    rng = np.random.default_rng(1)
    for number, pieces in enumerate(rng.integers(0, 16, times)):
        place = folder / str(number)
        child = _forked(lambda place=place: streamed(SCENARIO, 3, directory=place))  # type: ignore[misc]
        while len(_pieces(place)) < pieces and os.waitpid(child, os.WNOHANG) == (0, 0):
            time.sleep(0.002)
        time.sleep(rng.uniform(0, 0.05))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    left = [len(_pieces(folder / str(n))) for n in range(times)]
    undisturbed = _read(streamed(SCENARIO, 3).exchange)
    same = [
        _read(streamed(SCENARIO, 3, directory=folder / str(n)).exchange) == undisturbed
        for n in range(times)
    ]
    beside = [entry for n in range(times) for entry in (folder / str(n)).glob("[a-z]*/.*")]
    print(sum(same), sum(0 < pieces < 16 for pieces in left), len(beside))


def _pieces(place: Path) -> list[Path]:
    """The pieces that a run has kept so far."""
    return list(place.glob("[a-z]*-*"))


def _read(exchange: Exchange) -> str:
    """All that follows from an exchange follows from these."""
    frames = exchange.register, exchange.requests, exchange.answers
    return "".join(frame.to_csv() for frame in frames)


def _forked(work: Callable[[], Any]) -> int:
    child = os.fork()
    if not child:
        work()
        os._exit(0)
    return child


@dataclass(frozen=True)
class Deadly:
    """A pass of which one piece ends the process that makes it, once."""

    world: synthetic.World
    marker: Path
    name: str = "deadly"
    unit: str = "people"

    def batches(self) -> list[range]:
        """One partition at a time."""
        return [range(number, number + 1) for number in range(self.world.partitions)]

    def size(self, batch: range) -> int:
        """All alike."""
        return len(batch)

    def piece(self, partitions: range) -> dict[str, pd.DataFrame]:
        """Die at the third piece, or give its partitions."""
        if 2 in partitions and not self.marker.exists():
            self.marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return {"numbers": pd.DataFrame({"partition": list(partitions)})}


def worker_killed(folder: Path) -> None:
    """Lose a worker, and give what comes out nevertheless."""
    work = Deadly(SCENARIO.make_world(1), folder / "marker")
    kept = RunDirectory.open(folder / "run", {"seed": 1})
    with dock(kept.path) as place:
        pieces = passes.carry_out(place.ship(work), kept, jobs=2, progress=False)
        print([int(piece["numbers"]["partition"].iloc[0]) for piece in pieces])


def on_dask(folder: Path) -> None:
    """Run on a cluster of two processes, and compare."""
    from distributed import LocalCluster

    plain = linkage.Scenario.load("address-sharing").replace(
        people=400, requests=40, replicates=1, schemes=["plain", "hmac"]
    )
    plain = plain.replace(attacks=[{"attack": "frequency", "target": "surname"}])
    here = [
        linkage.run(each, jobs=jobs).to_json()
        for each, jobs in ((plain, 1), (plain, 2), (SCENARIO, 1))
    ]
    cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    with cluster, engine("dask", cluster.scheduler_address):
        there = [linkage.run(each, jobs=2).to_json() for each in (plain, SCENARIO)]
    print(here[0] == here[1] == there[0], here[2] == there[1])


def _dask(kind: str) -> list[str]:
    return [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--no-dashboard"]


def _free_address() -> str:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{listening.getsockname()[1]}"


def scheduler_lost(folder: Path) -> None:
    """Kill the scheduler in the middle, and go on without it."""
    place, address = folder / "run", _free_address()
    start = partial(subprocess.Popen, stderr=subprocess.DEVNULL)
    scheduler = start([*_dask("scheduler"), "--host", address])
    workers = [start([*_dask("worker"), address, "--nthreads", "1"]) for _ in range(2)]

    def kill() -> None:
        while len(_pieces(place)) < 10:
            time.sleep(0.01)
        scheduler.kill()

    Thread(target=kill, daemon=True).start()
    try:
        with engine("dask", address):
            streamed(SCENARIO, 3, directory=place, jobs=2)
    except ConnectionError as error:
        print(error)
    finally:
        for process in (scheduler, *workers):
            process.kill()
    print(10 <= len(_pieces(place)) < 16)
    print(
        _read(streamed(SCENARIO, 3, directory=place).exchange)
        == _read(streamed(SCENARIO, 3).exchange)
    )


if __name__ == "__main__":
    {
        "killed": lambda: killed_at_random(Path(sys.argv[2]), int(sys.argv[3])),
        "worker": lambda: worker_killed(Path(sys.argv[2])),
        "dask": lambda: on_dask(Path(sys.argv[2])),
        "scheduler": lambda: scheduler_lost(Path(sys.argv[2])),
    }[sys.argv[1]]()
