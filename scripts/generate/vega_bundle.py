"""Write the library that draws the report's charts: `python3 -m scripts.generate.vega_bundle`.

The report carries it in each page. vl-convert, which bundles it, takes 84 MB and is not needed to
build a page.
"""

from __future__ import annotations

import sys
from pathlib import Path

import altair as alt
import vl_convert

from scripts.generate.changed_files import write_changed

FOLDER = Path(__file__).resolve().parents[2] / "tap_genesys_search" / "report" / "page"

NAME = "vega.js"

LICENSE = """/*!
Vega, Vega-Lite and Vega-Embed, Copyright (c) University of Washington Interactive Data Lab.

Redistribution and use in source and binary forms, with or without modification, are permitted
provided that the following conditions are met:
1. Redistributions of source code must retain the above copyright notice, this list of conditions
   and the following disclaimer.
2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions
   and the following disclaimer in the documentation and/or other materials provided with the
   distribution.
3. Neither the name of the copyright holder nor the names of its contributors may be used to endorse
   or promote products derived from this software without specific prior written permission.
THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR
IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND
FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR
CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE,
DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER
IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT
OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
*/
"""
"""BSD 3-Clause, as in their repositories (https://github.com/vega)."""


def bundle() -> str:
    """Bundle the library in the version that Altair writes charts for.

    Returns:
        JavaScript that can stand in a page.
    """
    version = ".".join(alt.SCHEMA_VERSION.split(".")[:2])
    # Without a snippet of one's own the bundle is all of Vega, as `vegaEmbed`.
    library: str = vl_convert.javascript_bundle(vl_version=version)  # type: ignore[call-arg]
    return LICENSE + library.replace("</script", "<\\/script")


def main() -> int:
    """Write the file.

    Returns:
        0.
    """
    write_changed(FOLDER, {NAME: bundle()})
    return 0


if __name__ == "__main__":
    sys.exit(main())
