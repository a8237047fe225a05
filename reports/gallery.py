"""Run every shipped scenario and put its report into the gallery: ``make gallery``.

``python reports/gallery.py NAME ...`` does some of them. It takes about half an hour on two cores.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import linkage
from linkage.reporting.readings import READINGS

GALLERY = Path(__file__).parent / "gallery"
FITTED = "-fitted"
"""Ending of the directory of a calibration."""


def main(names: list[str]) -> None:
    """Run the scenarios named, or all, and write the README again."""
    shipped = linkage.scenarios()["name"].tolist()
    fitted = [name + FITTED for name in shipped if linkage.Scenario.load(name).calibration]
    for name in names or [*shipped, *fitted]:
        scenario = linkage.Scenario.load(name.removesuffix(FITTED))
        print(name, flush=True)
        if name.endswith(FITTED):
            linkage.calibrate(scenario, jobs=2, progress=True).report(GALLERY / name)
        else:
            linkage.run(scenario, jobs=2, progress=True).report(GALLERY / name)
    (GALLERY / "README.md").write_text(readme([*shipped, *fitted]), "utf-8")


def readme(names: list[str]) -> str:
    """Give the page that shows the pictures and the command behind each."""
    parts = [
        "# Gallery\n\nReports of the shipped scenarios: everybody in them is simulated. "
        "`make gallery` makes them again, and this page.\n"
    ]
    for name in names:
        title = linkage.Scenario.load(name.removesuffix(FITTED)).title
        verb = "calibrate" if name.endswith(FITTED) else "run"
        command = f"linkage {verb} {name.removesuffix(FITTED)}"
        parts.append(
            f"## {name}\n\n{title}. `{command}` writes "
            f"[this report]({name}/report.html) with its [tables]({name}/tables).\n"
        )
        page = GALLERY / name / "report.html"
        order = re.findall(r'href="charts/(\w+)\.png"', page.read_text("utf-8"))
        for chart in order:
            reading = READINGS[chart]
            picture = f"![{reading.title}]({name}/charts/{chart}.png)"
            parts.append(f"### {reading.title}\n\n{reading.shows}\n\n{picture}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    main(sys.argv[1:])
