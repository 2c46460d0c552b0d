"""A page of the hall, as far as the agent can tell: the right headers, or wrong ones."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ukey.agent import make_server
from ukey.backend import Backend

ORIGIN = "https://hall.example.gov.cn"
NONCE = "bm9uY2Ugb2YgdGhpcnR5LXR3byBieXRlcyBmb3Igbm8xMjM="


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    json: Any = field(default=None)

    @property
    def code(self) -> str:
        return self.json["code"]


@dataclass
class Page:
    port: int
    origin: str | None = ORIGIN

    def post(
        self, path: str, body: object = None, *, raw: bytes | None = None, **over: object
    ) -> Reply:
        """Call the agent; `over` replaces a header (underscores for dashes), None leaves it out."""
        data = json.dumps(body if body is not None else {}).encode() if raw is None else raw
        headers = {
            "Host": f"127.0.0.1:{self.port}",
            "Origin": self.origin,
            "Content-Type": "application/json",
            "X-UKey-Client": "1",
            "Content-Length": str(len(data)),
        }
        headers |= {name.replace("_", "-"): value for name, value in over.items()}
        return self.send("POST", path, headers, data)

    def send(self, method: str, path: str, headers: dict[str, Any], data: bytes = b"") -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                for one in value if isinstance(value, list) else [value]:
                    if one is not None:
                        connection.putheader(name, one)
            connection.endheaders(data)
            answer = connection.getresponse()
            text = answer.read()
            parsed = json.loads(text) if text else None
            return Reply(answer.status, dict(answer.getheaders()), parsed)
        finally:
            connection.close()

    def certificates(self) -> list[dict[str, Any]]:
        reply = self.post("/v1/certificates")
        assert reply.status == 200, reply.json
        return reply.json["certificates"]

    def sign_in(self, certificate: str, pin: str | None = None, **more: object) -> Reply:
        body = {"nonce": NONCE, "certificate": certificate, "pin": pin, **more}
        return self.post("/v1/authenticate", body)


@contextmanager
def running(backend: Backend, origins: Sequence[str] = (ORIGIN,), **how: object) -> Iterator[Page]:
    """Run an agent over the backend, in this process, on a free port."""
    server = make_server(backend, origins, 0, **({"pin_mode": "page"} | how))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield Page(server.server_port)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
