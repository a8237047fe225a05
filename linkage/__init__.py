"""A privacy-preserving record-linkage simulator.

What does a data exchange yield, whom does it expose by right and by mistake, and what can an
adversary undo? `run` answers for a scenario, `assess` for one's own file, `link` links two files,
`calibrate` fits what nobody has published to what somebody has, `recommend` lists the schemes of a
result that satisfy two limits.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from linkage.calibration.calibrate import calibrate
    from linkage.choosing import recommend
    from linkage.linking import link
    from linkage.problems import InputError
    from linkage.result import Result
    from linkage.scenario import Scenario, scenarios
    from linkage.simulate import assess, run

__all__ = [
    "InputError",
    "Result",
    "Scenario",
    "assess",
    "calibrate",
    "link",
    "recommend",
    "run",
    "scenarios",
]
__version__ = "0.1.0"

_HOME = {
    "InputError": "linkage.problems",
    "Result": "linkage.result",
    "Scenario": "linkage.scenario",
    "assess": "linkage.simulate",
    "calibrate": "linkage.calibration.calibrate",
    "link": "linkage.linking",
    "recommend": "linkage.choosing",
    "run": "linkage.simulate",
    "scenarios": "linkage.scenario",
}
_PARTS = ("attacks", "linking", "schemes")


def __getattr__(name: str) -> Any:
    """Load parts when they are first used, so that `import linkage` is quick."""
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    if name in _PARTS:
        return importlib.import_module(f"linkage.{name}")
    raise AttributeError(f"module 'linkage' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *_PARTS, "__version__"])
