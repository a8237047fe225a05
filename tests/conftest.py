"""Settings for all tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says nothing of what it finds, and machines are busy.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="module")
def undrawn() -> Iterator[None]:
    """Spare the drawing where a module's tests are not about pictures."""
    from linkage.reporting import calibrated, compared, report
    from linkage.reporting.chosen import Chart
    from linkage.reporting.pages import Picture

    def draw(chart: Chart, folder: Path) -> Picture:
        for kind in ("png", "svg"):
            (folder / f"{chart.name}.{kind}").write_bytes(b"not drawn")
        return Picture(chart.name, chart.alt, "data:,", "data:,", (9, 9), (9, 9))

    with pytest.MonkeyPatch.context() as patch:
        for module in (report, compared, calibrated):
            patch.setattr(module, "drawn", draw)
        yield
