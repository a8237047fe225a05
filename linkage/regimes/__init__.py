"""Regimes: who may ask, what a request must carry, how it is matched, what goes out."""

from __future__ import annotations

from linkage.regimes.answering import PLACEHOLDERS, Releases, decide
from linkage.regimes.regime import REGIMES, USUAL_REGIMES, Regime, regimes

__all__ = ["PLACEHOLDERS", "REGIMES", "USUAL_REGIMES", "Regime", "Releases", "decide", "regimes"]
