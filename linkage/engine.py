"""Where the work is done: on this machine, or on a cluster that somebody has."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from joblib import parallel, parallel_config

from linkage.problems import InputError, Problems

BACKENDS: Final = {"loky": "joblib", "dask": "distributed", "ray": "ray", "spark": "joblibspark"}
"""Backends of joblib, and the package that each needs beside it."""


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

    try:
        client = Client(scheduler, timeout=30)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise InputError(
            [f"scheduler: got {scheduler!r}, which does not answer ({error})"]
        ) from error
    with client, parallel_config("dask"):
        yield


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

    register_spark()
    with parallel_config("spark"):
        yield


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
