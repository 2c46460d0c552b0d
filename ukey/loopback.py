"""The agent's door (本机接口): HTTP on the loopback address, for the hall's own pages only.

Guards, in this order: Host (DNS rebinding), Origin (other sites, curl, sandboxed frames), a header
and a content type that force a preflight, body size, rate. No access log: a body may hold a PIN.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import deque
from collections.abc import Collection, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from ukey.calls import Body, Call
from ukey.faults import KeyFault

ADDRESS = "127.0.0.1"
_LONGEST_BODY = 65_536
_CALLS, _SECONDS = 60, 10.0
_STATUSES = {
    "bad_request": HTTPStatus.BAD_REQUEST,
    "host_denied": HTTPStatus.FORBIDDEN,
    "origin_denied": HTTPStatus.FORBIDDEN,
    "rate_limited": HTTPStatus.TOO_MANY_REQUESTS,
    "pin_required": HTTPStatus.UNAUTHORIZED,
    "pin_incorrect": HTTPStatus.UNAUTHORIZED,
    "pin_length": HTTPStatus.UNAUTHORIZED,
    "pin_locked": HTTPStatus.UNAUTHORIZED,
    "busy": HTTPStatus.SERVICE_UNAVAILABLE,
    "module_error": HTTPStatus.SERVICE_UNAVAILABLE,
    "key_error": HTTPStatus.INTERNAL_SERVER_ERROR,
}


class Refused(KeyFault):
    """A bad request with a status of its own."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__("bad_request")
        self.status = status


class Server(ThreadingHTTPServer):
    """Listens on 127.0.0.1 only; port 0 takes a free one."""

    daemon_threads = True
    request_queue_size = 64
    allow_reuse_address = (
        sys.platform != "win32"
    )  # there it would let another program share the port

    def __init__(self, port: int, origins: Collection[str], calls: Mapping[str, Call]) -> None:
        super().__init__((ADDRESS, port), _Handler)
        self.origins = frozenset(origins)
        self.hosts = frozenset(f"{host}:{self.server_port}" for host in (ADDRESS, "localhost"))
        self.calls = calls
        self._recent: deque[float] = deque()
        self._lock = threading.Lock()

    def count_call(self) -> None:
        """Allow 60 calls in 10 seconds. Raises KeyFault."""
        now = time.monotonic()
        with self._lock:
            while self._recent and now - self._recent[0] >= _SECONDS:
                self._recent.popleft()
            if len(self._recent) >= _CALLS:
                raise KeyFault("rate_limited", retry_after=int(_SECONDS))
            self._recent.append(now)


class _Handler(BaseHTTPRequestHandler):
    server: Server
    server_version = "ukey-agent"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = 15

    def log_message(self, *_: object) -> None:
        """Write nothing."""

    def do_OPTIONS(self) -> None:
        try:
            origin = self._gate()
        except KeyFault as fault:
            self._refuse(fault, None)
            return
        self.send_response(HTTPStatus.NO_CONTENT)
        self._allow(origin)
        self.send_header("Access-Control-Allow-Methods", "POST")
        self.send_header("Access-Control-Allow-Headers", "content-type, x-ukey-client")
        self.send_header("Access-Control-Max-Age", "600")
        if self.headers.get("Access-Control-Request-Private-Network") == "true":
            self.send_header("Access-Control-Allow-Private-Network", "true")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        origin = None
        try:
            origin = self._gate()
            body = self._body()
            self.server.count_call()
            call = self.server.calls.get(self.path)
            if call is None:
                raise Refused(HTTPStatus.NOT_FOUND)  # noqa: TRY301
            self._answer(HTTPStatus.OK, call(origin, body), origin)
        except KeyFault as fault:
            self._refuse(fault, origin)
        except (ConnectionError, TimeoutError):
            self.close_connection = True
        except Exception as error:  # noqa: BLE001  # the page must hear of it; a trace could hold a PIN
            sys.stderr.write(f"ukey agent: {type(error).__name__} in {self.path[:40]}\n")
            self._refuse(KeyFault("key_error"), origin)

    def _refuse_method(self) -> None:
        try:
            origin = self._gate()
        except KeyFault as fault:
            self._refuse(fault, None)
            return
        self._refuse(Refused(HTTPStatus.METHOD_NOT_ALLOWED), origin)

    do_GET = do_HEAD = do_PUT = do_DELETE = do_PATCH = _refuse_method  # noqa: N815

    def _gate(self) -> str:
        """Answer the caller's origin. Raises KeyFault for a wrong Host or Origin."""
        hosts, origins = self.headers.get_all("Host", []), self.headers.get_all("Origin", [])
        if len(hosts) != 1 or hosts[0] not in self.server.hosts:
            raise KeyFault("host_denied")
        if len(origins) != 1 or origins[0] not in self.server.origins:
            raise KeyFault("origin_denied")
        return str(origins[0])

    def _body(self) -> Body:
        kind = (self.headers.get("Content-Type") or "").split(";")[0].strip().lower()
        if kind != "application/json" or self.headers.get("X-UKey-Client") != "1":
            raise Refused(HTTPStatus.BAD_REQUEST)
        lengths = self.headers.get_all("Content-Length", [])
        if self.headers.get("Transfer-Encoding") or len(lengths) != 1 or not _is_count(lengths[0]):
            raise Refused(HTTPStatus.BAD_REQUEST)
        length = int(lengths[0])
        if length > _LONGEST_BODY:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        try:
            body = json.loads(self.rfile.read(length) or b"{}")
        except (ValueError, RecursionError) as error:
            raise Refused(HTTPStatus.BAD_REQUEST) from error
        if not isinstance(body, dict):
            raise Refused(HTTPStatus.BAD_REQUEST)
        return body

    def _refuse(self, fault: KeyFault, origin: str | None) -> None:
        """Answer a fault, and close: what follows on the line may be the rest of a body."""
        status = _STATUSES.get(fault.code, HTTPStatus.CONFLICT)
        if isinstance(fault, Refused):
            status = fault.status
        self.close_connection = True
        self._answer(status, {**fault.details, "code": fault.code, "text": fault.text}, origin)

    def _answer(self, status: HTTPStatus, answer: Mapping[str, object], origin: str | None) -> None:
        data = json.dumps(answer, ensure_ascii=False).encode("utf-8")
        self.send_response(status)
        self._allow(origin)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _allow(self, origin: str | None) -> None:
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Vary", "Origin")
        policy = "cross-origin" if origin else "same-origin"
        self.send_header("Cross-Origin-Resource-Policy", policy)
        if origin:
            self.send_header("Access-Control-Allow-Origin", origin)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < len("1000000000")
