"""Drivers and workers are killed; what comes out is what would have come out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from linkage import InputError
from linkage.__main__ import main
from linkage.engine import engine

DRIVER = Path(__file__).with_name("driver.py")


def _told(*arguments: object) -> str:
    command = [sys.executable, "-W", "ignore", str(DRIVER), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


def test_a_driver_killed_at_twenty_random_moments_goes_on(tmp_path: Path) -> None:
    same, in_the_middle, rests = map(int, _told("killed", tmp_path, 20).split())
    assert same == 20
    assert in_the_middle >= 3  # kills that hit a run between its first and its last piece
    assert rests == 0


def test_a_worker_that_is_killed_is_got_over(tmp_path: Path) -> None:
    assert _told("worker", tmp_path) == "[0, 1, 2, 3, 4, 5, 6, 7]"


def test_a_dask_cluster_gives_the_same_bytes(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    assert _told("dask", tmp_path) == "True True"


def test_a_scheduler_that_is_lost_loses_nothing(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    told = _told("scheduler", tmp_path).splitlines()
    assert told == ["the scheduler of the cluster was lost", "True", "True"]


def test_what_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InputError, match="allowed 'loky', 'dask', 'ray', 'spark'"), engine("cray"):
        pass
    assert main(["run", "address-sharing", "--backend", "spark", "--scheduler", "tcp://x:1"]) == 2
    assert "allowed for dask and ray only" in capsys.readouterr().err
