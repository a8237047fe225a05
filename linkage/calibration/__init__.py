"""Fit what nobody has published to what somebody has: priors, pooled worlds, posterior, answer."""

from __future__ import annotations

from linkage.calibration.calibrate import calibrate
from linkage.calibration.fitted import Calibration
from linkage.unknowns import Prior, Published, Unknowns

__all__ = ["Calibration", "Prior", "Published", "Unknowns", "calibrate"]
