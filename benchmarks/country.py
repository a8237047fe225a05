"""The whole country: how long a request list takes against a register that no memory holds.

`python benchmarks/country.py [PEOPLE ...]`, by default 1, 10 and 25 million; `--requests N` sets the
list (by default one request for 200 people), `--jobs N` the processes. For more than 25 million add
`--full-numbers`, as the numbers never issued do not reach. Both the requests and the register are
drawn within the time told; memory is the peak of all processes together, shared pages counted once.
"""

from __future__ import annotations

import argparse
import math
import threading
import time

import psutil

import linkage
from linkage.scenario import Scenario

REGIMES = ("as_practised", "statute")
PARTITION = 500_000
"""People to a partition; worlds up to four times as large have four partitions."""


class Memory:
    """Peak memory of this process and its children, read every half second."""

    def __init__(self) -> None:
        self.peak, self._stop = 0, threading.Event()
        self._watch = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> Memory:
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._watch.join()

    def _read(self) -> None:
        me = psutil.Process()
        while not self._stop.wait(0.5):
            total = 0
            for process in [me, *me.children(recursive=True)]:
                try:
                    total += process.memory_full_info().pss
                except (psutil.NoSuchProcess, psutil.ZombieProcess):
                    continue
            self.peak = max(self.peak, total)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("people", nargs="*", type=int)
    parser.add_argument("--requests", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument(
        "--schemes", default="plain,hmac_fields", help="linked by the model; or none"
    )
    parser.add_argument("--full-numbers", action="store_true")
    options = parser.parse_args()
    before: tuple[float, float] | None = None
    schemes = [name for name in options.schemes.split(",") if name not in ("", "none")]
    print(
        f"{'people':>12} {'requests':>10} {'s':>7} {'GB':>6} {'exponent':>8}  "
        "released, wrong, missed; by the model: precision, recall, F1"
    )
    for people in options.people or (1_000_000, 10_000_000, 25_000_000):
        world: dict[str, object] = {"partition_people": min(PARTITION, people // 4)}
        world |= {"tins": "full"} if options.full_numbers else {}
        scenario = Scenario(
            name="country",
            people=people,
            requests=options.requests or people // 200,
            streamed=True,
            schemes=tuple(schemes),
            regimes=REGIMES,
            world=world,
        )
        started = time.perf_counter()
        with Memory() as memory:
            result = linkage.run(scenario, jobs=options.jobs, progress=True)
        seconds = time.perf_counter() - started
        exponent = math.log(seconds / before[0], people / before[1]) if before else math.nan
        before = seconds, people
        harm = result.harm.query("unit == 'per 1,000 requests' and regime == 'as_practised'")
        told = harm.set_index("measure")["value"].loc[["released", "wrong_person", "missed"]]
        print(
            f"{people:12,} {scenario.requests:10,} {seconds:7.1f} {memory.peak / 1e9:6.2f} "
            f"{exponent:8.2f}  {', '.join(f'{value:.3f}' for value in told)}; "
            f"{'; '.join(linked(result, scheme) for scheme in schemes)}",
            flush=True,
        )


def linked(result: linkage.Result, scheme: str) -> str:
    """Tell how well records were linked under a scheme."""
    told = result.quality.query(f"scheme == '{scheme}'").set_index("measure")["value"]
    precision, recall = told["precision"], told["recall"]
    f1 = 2 * precision * recall / (precision + recall)
    return f"{scheme} {precision:.4f} {recall:.4f} {f1:.4f}"


if __name__ == "__main__":
    main()
