"""Whether a run elsewhere gives the same bytes as here: `python benchmarks/clusters.py [BACKEND ...]`.

Backends are dask, ray and spark; each needs its extra (`pip install 'linkage[ray]'`), and Spark a Java
beside it. A small world is streamed and linked under two schemes by one process here, by two here, and
by two on each backend; `results.json` is compared byte by byte, and the seconds are told.
"""

from __future__ import annotations

import argparse
import time

import linkage
from linkage.engine import engine

SCENARIO = linkage.Scenario(
    name="clusters",
    people=24_000,
    requests=600,
    seed=3,
    streamed=True,
    schemes=("plain", "hmac_fields"),
    regimes=("as_practised", "statute", "probabilistic"),
    world={"partition_people": 2_000},
)


def timed(jobs: int) -> tuple[str, float]:
    """Run, and give the figures as they are saved, and the seconds."""
    started = time.perf_counter()
    return linkage.run(SCENARIO, jobs=jobs).to_json(), time.perf_counter() - started


def main() -> None:
    from linkage.streaming import passes

    passes.BATCH = 2_000  # type: ignore[misc]  # a batch for each partition, so that there is work
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("backends", nargs="*", default=["dask", "ray", "spark"])
    options = parser.parse_args()
    here, seconds = timed(1)
    print(f"{'here, 1 process':20} {seconds:6.1f} s  {len(here):,} bytes", flush=True)
    for backend in ("loky", *options.backends):
        with engine(backend):
            there, seconds = timed(2)
        same = "the same bytes" if there == here else "OTHER BYTES"
        print(f"{backend + ', 2 processes':20} {seconds:6.1f} s  {same}", flush=True)


if __name__ == "__main__":
    main()
