"""Rules of HTTP for all that the tap sends: to the platform, to its login and to webhooks.

Connections wait for an answer no longer than the given timeout, and log no address. Nothing is sent
but what a request holds: no cookie of an earlier answer, no password from the user's `.netrc`.
"""

from __future__ import annotations

import io
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPResponse
from http.cookiejar import DefaultCookiePolicy
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

import requests
from requests.adapters import HTTPAdapter
from typing_extensions import override

if TYPE_CHECKING:
    import socket

    from urllib3 import PoolManager


# It logs whole addresses, at WARNING too, and they may hold a secret or a customer's name.
logging.getLogger("urllib3").setLevel(logging.CRITICAL)


CONNECTIONS_KEPT = 64
"""As many as there may be searches in flight."""


TIMEOUTS_AN_ANSWER = 10
"""As many times the timeout of a request an answer may take, if bytes of it keep coming."""


Sign = Callable[[requests.PreparedRequest], requests.PreparedRequest]


def unsigned(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Sign a request with nothing; without any signer requests looks into `.netrc`."""
    return request


class BoundedSession(requests.Session):
    """A session whose timeout bounds the whole head of an answer, not each of its bytes.

    The rest of an answer has `TIMEOUTS_AN_ANSWER`. Redirects are not followed, and so not read.
    """

    def __init__(self) -> None:
        super().__init__()
        self.headers["Accept-Encoding"] = "gzip"
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        self._environments: dict[tuple[str, str], dict[str, Any]] = {}
        for scheme in ("https://", "http://"):
            self.mount(scheme, _BoundedAdapter(pool_maxsize=CONNECTIONS_KEPT))

    def prepared(
        self, method: str, url: str, auth: Sign, json: object = None, form: object = None
    ) -> requests.PreparedRequest:
        """Make a request, with the headers that all have.

        Requests' own way merges settings of the session that none has here, cookies among them,
        and takes as long as half of what it sends.

        Args:
            method: HTTP method, in capitals.
            url: Full address.
            auth: Signs the request.
            json: JSON body.
            form: Form body.

        Raises:
            requests.RequestException: The address is none.
        """
        request = requests.PreparedRequest()
        request.prepare(method, url, headers=self.headers, auth=auth, json=json, data=form)
        return request

    def exchange(
        self, request: requests.PreparedRequest, timeout_seconds: float
    ) -> requests.Response:
        """Send a request once.

        Args:
            request: The request, signed.
            timeout_seconds: For connecting, for the head of the answer, and for each wait for
                bytes of its body.

        Returns:
            The answer with its body unread; it must be closed.

        Raises:
            requests.RequestException: There is no answer.
            OSError: A file of certificates is not there.
        """
        return self.send(
            request,
            timeout=timeout_seconds,
            allow_redirects=False,  # a token must not follow one to another host
            stream=True,
            **self._environment_of(request.url or ""),
        )

    def _environment_of(self, url: str) -> dict[str, Any]:
        """Tell the proxies and certificates for a host; the environment is read once a host."""
        address = urlsplit(url)
        host = address.scheme, address.netloc
        if host not in self._environments:
            found = self.merge_environment_settings(url, {}, None, None, None)
            proxies = {} if _is_this_machine(address) else found["proxies"]
            self._environments[host] = {
                "proxies": proxies,
                "verify": found["verify"],
                "cert": found["cert"],
            }
        return self._environments[host]

    @override
    def get_redirect_target(self, resp: requests.Response) -> None:
        # Where there is one, requests reads all of the body even if it is not to go there.
        return None


def _is_this_machine(address: SplitResult) -> bool:
    """Tell an address that no other machine can be asked to reach."""
    host = address.hostname or ""
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost" or host.endswith(".localhost")


class _BoundedAdapter(HTTPAdapter):
    @override
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _bound(self.poolmanager)

    @override
    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        is_new = proxy not in self.proxy_manager
        manager = super().proxy_manager_for(proxy, **proxy_kwargs)
        if is_new:
            _bound(manager)
        return manager


def _bound(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {
        scheme: _bounded(pool) for scheme, pool in manager.pool_classes_by_scheme.items()
    }


def _bounded(pool: Any) -> type:  # noqa: ANN401 - urllib3 says no more than "a type"
    """Derive a pool, of whatever kind, whose connections read bounded answers."""
    connection = pool.ConnectionCls
    bounded = type(connection.__name__, (connection,), {"response_class": _BoundedResponse})
    return type(pool.__name__, (pool,), {"ConnectionCls": bounded})


class _BoundedResponse(HTTPResponse):
    """An answer, also a proxy's, whose reading ends at a deadline."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self._reads = _BoundedReads(self.fp.detach(), sock)
        self.fp = io.BufferedReader(self._reads)

    @override
    def begin(self) -> None:
        super().begin()
        # One more than whoever reads the body allows, who can say better what took long.
        self._reads.allow(TIMEOUTS_AN_ANSWER + 1)


class _BoundedReads(io.RawIOBase):
    """The bytes of an answer, until a deadline: one timeout from now on at first."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock
        self._timeout = sock.gettimeout()
        self.allow(1)

    def allow(self, timeouts: int) -> None:
        """Set the deadline to as many timeouts from now on."""
        self._until = time.monotonic() + timeouts * (self._timeout or 0)

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Any) -> int | None:
        if self._timeout is not None:
            left = self._until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._sock.settimeout(min(self._timeout, left))
        return self._raw.readinto(buffer)

    @override
    def close(self) -> None:
        try:
            self._raw.close()
        finally:
            super().close()
