"""Where work is done, and what is left of it."""

from __future__ import annotations

import os

import psutil
import pytest
from joblib import Parallel

from linkage import engine


def test_idle_processes_are_let_go_if_they_hold_much(monkeypatch: pytest.MonkeyPatch) -> None:
    workers = set(Parallel(n_jobs=2)([engine.task(os.getpid) for _ in range(4)]))
    monkeypatch.setattr(engine, "WORTH_FREEING", 1 << 50)
    engine.let_go()
    assert all(map(psutil.pid_exists, workers))
    monkeypatch.setattr(engine, "WORTH_FREEING", 0)
    engine.let_go()
    assert not any(map(psutil.pid_exists, workers))
    assert Parallel(n_jobs=2)([engine.task(abs, -1)]) == [1]
