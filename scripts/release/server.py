"""A package index and a Meltano Hub on loopback, both of them files in a folder."""

from __future__ import annotations

import hashlib
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from scripts.release.distributions import Distribution

HUB_API = "meltano/api/v1"


@dataclass(frozen=True)
class FileServer:
    """A server of a folder's files.

    Attributes:
        folder: The files, which may be written while it runs.
        url: Where it listens.
        sent: Paths that were answered.
    """

    folder: Path
    url: str
    sent: set[str] = field(default_factory=set)


@contextmanager
def file_server(folder: Path) -> Iterator[FileServer]:
    """Serve a folder, on any free port of loopback."""
    sent: set[str] = set()

    class Handler(SimpleHTTPRequestHandler):
        def __init__(
            self, request: socket.socket, address: tuple[str, int], server: ThreadingHTTPServer
        ) -> None:
            super().__init__(request, address, server, directory=str(folder))

        def log_request(self, code: Any = "-", size: Any = "-") -> None:  # noqa: ANN401, ARG002
            sent.add(self.path)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield FileServer(folder, f"http://127.0.0.1:{server.server_port}", sent)
        finally:
            server.shutdown()


def add_index(server: FileServer, distributions: Sequence[Distribution]) -> str:
    """Write a package index (PEP 503) of distributions.

    Returns:
        Its address.
    """
    for distribution in distributions:
        page = server.folder / "simple" / distribution.project.name
        page.mkdir(parents=True)
        links = []
        for file in (distribution.wheel, distribution.sdist):
            content = file.read_bytes()
            (page / file.name).write_bytes(content)
            digest = hashlib.sha256(content).hexdigest()
            links.append(f'<a href="{file.name}#sha256={digest}">{file.name}</a>')
        page.joinpath("index.html").write_text("<br>".join(links), encoding="utf-8")
    return f"{server.url}/simple/"


def add_hub(server: FileServer, definitions: Mapping[str, Path]) -> str:
    """Write what Meltano Hub answers for plugins.

    Args:
        server: Where to.
        definitions: `extractors` or `loaders` to a definition.

    Returns:
        The address of the Hub's API.
    """
    for plugin_type, path in definitions.items():
        definition = yaml.safe_load(path.read_text(encoding="utf-8"))
        name, variant = definition["name"], definition["variant"]
        plugins = server.folder / HUB_API / "plugins" / plugin_type
        plugins.mkdir(parents=True)
        ref = f"{server.url}/{HUB_API}/plugins/{plugin_type}/{name}--{variant}"
        index = {
            name: {
                "default_variant": variant,
                "variants": {variant: {"ref": ref}},
                "logo_url": definition["logo_url"],
            }
        }
        plugins.joinpath("index").write_text(json.dumps(index), encoding="utf-8")
        plugins.joinpath(f"{name}--{variant}").write_text(json.dumps(definition), encoding="utf-8")
    return f"{server.url}/{HUB_API}"
