"""A platform that answers what a test has written down, and the clock it runs on."""

from __future__ import annotations

import json
import re
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from werkzeug import Request, Response

from tap_genesys_search.clock import Clock
from tap_genesys_search.platform.client import PlatformClient
from tap_genesys_search.settings.parse import Settings, read_settings
from tap_genesys_search.tap import CONFIG_JSONSCHEMA
from tests.support.singer_run import SingerRun, run_tap

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_httpserver import HTTPServer

CLIENT_ID = "scripted-client"
CLIENT_SECRET = "scripted-secret"
TOKEN_PATH = "/oauth/token"
QUERY_PATH = "/api/v2/analytics/conversations/details/query"


class FakeClock(Clock):
    """Who waits finds the clock moved on."""

    def __init__(self) -> None:
        self.now = 5000.0
        self.slept: list[float] = []
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        if not seconds >= 0:
            raise ValueError(seconds)
        with self._lock:
            self.slept.append(seconds)
            self.now += seconds

    def wait(self, event: threading.Event, seconds: float) -> bool:
        self.sleep(seconds)
        return event.is_set()


@dataclass(frozen=True)
class Answer:
    """One answer; a body that is neither text nor bytes is sent as JSON."""

    body: object = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        if isinstance(self.body, str | bytes):
            return Response(self.body, self.status, self.headers)
        return Response(
            json.dumps(self.body), self.status, self.headers, content_type="application/json"
        )


@dataclass(frozen=True)
class Received:
    """One request as it came in, and when by the platform's clock."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    text: str
    time: float

    @property
    def authorization(self) -> str:
        return self.headers["Authorization"]

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.text, keep_blank_values=True, strict_parsing=True))


class ScriptedPlatform:
    """Answers token requests and all others each from its script; the last answer stays."""

    def __init__(self, server: HTTPServer, clock: FakeClock | None = None) -> None:
        self.url = f"http://{server.host}:{server.port}"
        self.requests: list[Received] = []
        self.clock = clock or FakeClock()
        self._token_answers = deque([token_answer()])
        self._answers = deque([Answer()])
        self._handler: Callable[[Request], Response] | None = None
        server.expect_request(re.compile(".*")).respond_with_handler(self._handle)

    def script_tokens(self, *answers: Answer) -> None:
        self._token_answers = deque(answers)

    def script(self, *answers: Answer) -> None:
        self._answers = deque(answers)

    def answer_by(self, handler: Callable[[Request], Response]) -> None:
        """Let a function answer what is no token request."""
        self._handler = handler

    @property
    def token_requests(self) -> list[Received]:
        return [request for request in self.requests if request.path == TOKEN_PATH]

    @property
    def api_requests(self) -> list[Received]:
        return [request for request in self.requests if request.path != TOKEN_PATH]

    def settings(self, **changes: object) -> Settings:
        return make_settings(auth_url=self.url, api_url=self.url, **changes)

    def client(self, **changes: object) -> PlatformClient:
        return PlatformClient(self.settings(**changes), self.clock)

    def run_tap(self, config: dict[str, Any], **options: Any) -> SingerRun:
        """Run the tap by the platform's clock."""
        return run_tap(config, clock=self.clock, **options)

    def _handle(self, request: Request) -> Response:
        self.requests.append(
            Received(
                request.method,
                request.path,
                request.query_string.decode(),
                dict(request.headers),
                request.get_data(as_text=True),
                self.clock.now,
            )
        )
        if self._handler and request.path != TOKEN_PATH:
            return self._handler(request)
        answers = self._token_answers if request.path == TOKEN_PATH else self._answers
        return (answers.popleft() if len(answers) > 1 else answers[0]).response()


def token_answer(token: object = "token-1", **changes: object) -> Answer:  # noqa: S107
    return Answer(
        {"access_token": token, "token_type": "bearer", "expires_in": 86_400} | changes,
    )


def refusal(
    status: int, message: str = "", headers: Mapping[str, str] | None = None, **more: object
) -> Answer:
    """Refuse with the platform's error body."""
    return Answer({"message": message, "status": status} | more, status, headers or {})


DEFAULTS = {
    name: schema["default"]
    for name, schema in CONFIG_JSONSCHEMA["properties"].items()
    if "default" in schema
}


def make_settings(**changes: object) -> Settings:
    return read_settings(
        DEFAULTS
        | {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "start_date": "2026-01-05",
            "end_date": "2026-01-06",
            "requests_per_minute": 100_000,
            "conversation_matching": "started",
        }
        | changes
    )
