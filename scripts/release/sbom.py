"""Write what a distribution needs, as a software bill of materials (CycloneDX).

uv lists the packages of the lock file, with their hashes; the libraries that a wheel bundles are
added here.
"""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

from scripts.clean_environment import installing_environment
from scripts.release.distributions import TAP
from tasks import find_uv

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from scripts.release.distributions import Distribution, Project

BUNDLED = {TAP.name: {"vega": "6.2.0", "vega-embed": "7.0.2", "vega-lite": "6.4.1"}}
"""Project to the npm packages in its wheel, all under the licence that `vega.js` begins with."""

LICENSE = "BSD-3-Clause"


def write_sboms(distributions: Sequence[Distribution], folder: Path) -> None:
    """Write a file for each distribution.

    Args:
        distributions: What was built.
        folder: Is created where it is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for distribution in distributions:
        document = json.dumps(sbom(distribution.project), indent=2)
        (folder / f"{distribution.project.name}.cdx.json").write_text(
            f"{document}\n", encoding="utf-8"
        )


def sbom(project: Project) -> dict[str, Any]:
    """Describe a project: packages of all its extras, and what its wheel bundles."""
    export = [find_uv(), "export", "--quiet", "--frozen", "--no-dev", "--all-extras"]
    exported = subprocess.run(  # noqa: S603
        [*export, "--format=cyclonedx1.5"],
        cwd=project.folder,
        env=installing_environment(),
        stdout=subprocess.PIPE,
        check=True,
    )
    document: dict[str, Any] = json.loads(exported.stdout)
    document["components"] += [
        {
            "type": "library",
            "bom-ref": f"{name}@{version}",
            "name": name,
            "version": version,
            "purl": f"pkg:npm/{name}@{version}",
            "licenses": [{"license": {"id": LICENSE}}],
        }
        for name, version in BUNDLED.get(project.name, {}).items()
    ]
    return document
