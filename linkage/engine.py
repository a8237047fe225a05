"""Where the work is done: on this machine, or on a cluster that somebody has."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import psutil
from joblib import delayed, parallel, parallel_config
from joblib.externals.loky import get_reusable_executor, process_executor

from linkage.problems import InputError, Problems

BACKENDS: Final = {"loky": "joblib", "dask": "distributed", "ray": "ray", "spark": "joblibspark"}
"""Backends of joblib, and the package that each needs beside it."""


WORTH_FREEING: Final = 2 << 30
"""Bytes that idle processes may hold; to start others takes some seconds."""


@contextmanager
def engine(backend: str = "loky", scheduler: str | None = None) -> Iterator[None]:
    """Have `joblib.Parallel` do its work elsewhere.

    The figures are the same wherever it is done.

    Parameters
    ----------
    backend : {"loky", "dask", "ray", "spark"}
        loky is processes on this machine.
    scheduler : str, optional
        Where the cluster is, as ``tcp://host:8786`` for Dask; None starts one on this machine, or
        takes the one that the environment names.

    Raises
    ------
    linkage.InputError
        For an unknown backend, one that is not installed, or a scheduler that does not answer.
    ConnectionError
        If a scheduler of Dask is lost meanwhile. What is finished is kept, where a run has a
        directory.

    Examples
    --------
    >>> with engine("loky"):
    ...     parallel.effective_n_jobs(1)
    1
    """
    problems = Problems()
    problems.choice("backend", backend, BACKENDS)
    if scheduler is not None and backend in ("loky", "spark"):
        problems.append(f"scheduler: got {scheduler!r}, allowed for dask and ray only")
    problems.raise_any()
    try:
        importlib.import_module(BACKENDS[backend])
    except ImportError as error:
        raise InputError(
            [f"backend {backend}: it is not installed; try pip install 'linkage[{backend}]'"]
        ) from error
    begin = {"loky": _loky, "dask": _dask, "ray": _ray, "spark": _spark}[backend]
    with begin(scheduler):
        yield


@contextmanager
def _loky(_: str | None) -> Iterator[None]:
    yield


@contextmanager
def _dask(scheduler: str | None) -> Iterator[None]:
    from distributed import Client
    from distributed.client import FutureCancelledError
    from distributed.comm.core import CommClosedError

    try:
        client = Client(scheduler, timeout=30)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise InputError(
            [f"scheduler: got {scheduler!r}, which does not answer ({error})"]
        ) from error
    try:
        with client, parallel_config("dask"):
            yield
    except (FutureCancelledError, CommClosedError) as error:
        raise ConnectionError("the scheduler of the cluster was lost") from error


@contextmanager
def _ray(scheduler: str | None) -> Iterator[None]:
    import ray
    from ray.util.joblib import register_ray

    ray.init(address=scheduler, ignore_reinit_error=True)
    register_ray()
    with parallel_config("ray"):
        yield
    ray.shutdown()


@contextmanager
def _spark(_: str | None) -> Iterator[None]:
    from joblibspark import register_spark

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # else whichever python3 comes first
    register_spark()
    with parallel_config("spark"):
        yield


def task(work: Callable[..., Any], *given: Any) -> Any:
    """Make a task for `joblib.Parallel`, in a process that may keep what it has read.

    Examples
    --------
    >>> from joblib import Parallel
    >>> Parallel(n_jobs=1)([task(max, 1, 2), task(max, 4, 3)])
    [2, 4]
    """
    return delayed(_lasting)(work, *given)


def _lasting(work: Callable[..., Any], *given: Any) -> Any:
    # Else loky ends a process that has grown by 300 MB, as worlds and request lists make it do.
    process_executor._MAX_MEMORY_LEAK_SIZE = sys.maxsize
    return work(*given)


def let_go() -> None:
    """End idle processes of this machine if they hold much memory; others start when needed."""
    held = 0
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # it has ended meanwhile
            held += process.memory_info().rss
    if held > WORTH_FREEING:
        get_reusable_executor().shutdown()


@contextmanager
def uncollected() -> Iterator[None]:
    """Work without Python's search for cycles, which grows with all that a process holds.

    Examples
    --------
    >>> with uncollected():
    ...     gc.isenabled()
    False
    """
    searches = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searches:
            gc.enable()


def as_finished(ordered: bool = False) -> dict[str, str]:
    """Have tasks told one by one where the backend can: settings for `joblib.Parallel`.

    Parameters
    ----------
    ordered : bool
        In the order of the tasks, or as they are finished.
    """
    backend, _ = parallel.get_active_backend()
    if not getattr(backend, "supports_return_generator", False):
        return {}
    return {"return_as": "generator" if ordered else "generator_unordered"}
