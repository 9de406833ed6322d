"""Writing generated files that have changed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def write_changed(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files whose content is another one than theirs, and say which.

    Args:
        folder: Where they are.
        files: Path within the folder to content.
    """
    for name, content in files.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != content:
            path.write_text(content, encoding="utf-8")
            sys.stdout.write(f"{name} written\n")
