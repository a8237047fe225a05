"""Let the site show the gallery's pictures, and name the files, that stand outside its folder."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

GALLERY = Path(__file__).parents[1] / "reports" / "gallery"


def on_files(files: Files, config: Any) -> Files:
    """Add the pictures to the files of the site."""
    for picture in sorted(GALLERY.glob("*/charts/*.png")):
        where = f"gallery/{picture.relative_to(GALLERY).as_posix()}"
        files.append(File.generated(config, where, abs_src_path=str(picture)))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Point to pictures where they are within the site, and name other files of the project."""
    markdown = markdown.replace("](../reports/gallery/", "](gallery/")
    return re.sub(r"\[([^\]]+)\]\(\.\./([^)]+)\)", r"\1 (`\2`)", markdown)
