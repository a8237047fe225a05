"""Settings for all tests."""

from __future__ import annotations

from hypothesis import settings

# How long an example takes says nothing of what it finds, and machines are busy.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
