"""The platform's own host names, answered by a simulator.

Foreign programs build their addresses from a region. They keep them: `HTTPS_PROXY` leads their
connections here, where a certificate that they are asked to trust names the hosts of the region.
"""

from __future__ import annotations

import http.client
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import trustme

DOMAIN = "mypurecloud.de"
LOGIN, API = f"login.{DOMAIN}", f"api.{DOMAIN}"
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@dataclass
class PlatformHosts:
    """The hosts of a region, as foreign programs reach them.

    Attributes:
        proxy: The address of the proxy that leads to them.
        authority: The certificate of the authority to trust, a PEM file.
        requests: Host, method and path of each request, in the order they came.
    """

    proxy: str
    authority: Path
    requests: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables that lead a program to them: Python's requests, and node."""
        return {
            "HTTPS_PROXY": self.proxy,
            "NO_PROXY": "",
            "REQUESTS_CA_BUNDLE": str(self.authority),
            "NODE_EXTRA_CA_CERTS": str(self.authority),
        }

    def paths(self, host: str) -> set[str]:
        """List the paths that were asked for on a host."""
        return {path for name, _, path in self.requests if name == host}


@contextmanager
def platform_hosts(
    simulator_url: str, authority: trustme.CA, folder: Path
) -> Iterator[PlatformHosts]:
    """Answer the hosts of a region with a simulator.

    Args:
        simulator_url: Where the simulator is.
        authority: Issues the certificate of the hosts.
        folder: Where to write the authority's own certificate.

    Yields:
        The hosts.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(LOGIN, API).configure_cert(context)
    server = _Proxy(context, urlsplit(simulator_url).netloc)
    hosts = PlatformHosts(f"http://127.0.0.1:{server.server_port}", folder / "authority.pem")
    authority.cert_pem.write_to_path(str(hosts.authority))
    server.requests = hosts.requests
    thread = threading.Thread(target=server.serve_forever, name="platform hosts", daemon=True)
    thread.start()
    try:
        yield hosts
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Proxy(ThreadingHTTPServer):
    """A proxy that takes the place of each host it is asked to connect to."""

    daemon_threads = False  # the last connection is closed before the server is

    def __init__(self, context: ssl.SSLContext, simulator: str) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.context = context
        self.simulator = simulator
        self.requests: list[tuple[str, str, str]] = []


class _Connection(BaseHTTPRequestHandler):
    """One connection: first to the proxy, and then, encrypted, to the host behind it."""

    protocol_version = "HTTP/1.1"
    server: _Proxy
    host = ""

    def do_CONNECT(self) -> None:
        self.host = self.path.rpartition(":")[0]
        self.send_response(200, "Connection established")
        self.end_headers()
        self.wfile.flush()
        self.rfile.close()
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb")
        self.close_connection = False

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def do_GET(self) -> None:
        self.forward()

    def do_POST(self) -> None:
        self.forward()

    def forward(self) -> None:
        """Hand a request to the simulator and its answer back, both as they are."""
        self.server.requests.append((self.host, self.command, urlsplit(self.path).path))
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        simulator = http.client.HTTPConnection(self.server.simulator, timeout=60)
        simulator.request(self.command, self.path, body or None, dict(self.headers))
        answer = simulator.getresponse()
        content = answer.read()
        simulator.close()
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing: tests look at what came."""
