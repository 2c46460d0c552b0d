"""What the agent does for a page (UKey服务接口): tell what is plugged in, sign in, sign a document.

Each call takes the origin, as the browser's header gave it, and a JSON object, and answers one.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal, TypeVar

from ukey import cades
from ukey.backend import Backend, KeyCertificate, PinState, Signer
from ukey.canonical import read_canonical
from ukey.faults import KeyFault
from ukey.pin import PinGuard
from ukey.presence import LONGEST_WAIT, Presence
from ukey.signing import algorithm_of, der_signer, login_bytes

VERSION = "0.1.0"
APP_VERSION = f"https://ukey-agent.invalid/releases/{VERSION}"

Made = TypeVar("Made")
PinMode = Literal["page", "window"]
Body = Mapping[str, object]
Answer = dict[str, object]
Call = Callable[[str, Body], Answer]

_SHORTEST_NONCE, _LONGEST_NONCE = 44, 128


@dataclass(frozen=True)
class PinRequest:
    """What the agent's own window tells before it asks for a PIN."""

    origin: str
    holder: str
    token: str
    document: str | None  # canonical JSON; None for signing in
    pin_state: PinState
    pin_pad: bool = False  # the PIN is typed on the key: the window asks for consent only


Prompt = Callable[[PinRequest], str | None]


class Calls:
    """The calls over one backend. `prompt` asks for the PIN in window mode; None is a no."""

    def __init__(
        self, backend: Backend, guard: PinGuard, pin_mode: PinMode, prompt: Prompt
    ) -> None:
        self._backend = backend
        self._guard = guard
        self._pin_mode: PinMode = pin_mode
        self._prompt = prompt
        self._presence = Presence(backend)

    def by_path(self) -> dict[str, Call]:
        """Answer the routes: whatever is not here does not exist."""
        return {
            "/v1/status": self.status,
            "/v1/presence": self.presence,
            "/v1/certificates": self.certificates,
            "/v1/authenticate": self.authenticate,
            "/v1/sign": self.sign,
        }

    def status(self, _origin: str, _body: Body) -> Answer:
        about: Answer = {"version": VERSION, "pin_mode": self._pin_mode}
        try:
            return {**about, "present": self._presence.now()}
        except KeyFault as fault:
            raise KeyFault(fault.code, **about, **fault.details) from fault

    def presence(self, _origin: str, body: Body) -> Answer:
        """Answer when the keys plugged in differ from `known`, or after `wait` seconds."""
        known, wait = body.get("known"), body.get("wait", LONGEST_WAIT)
        if isinstance(wait, bool) or not isinstance(wait, int | float):
            raise KeyFault("bad_request")
        if known is None:
            return {"present": self._presence.now()}
        if not isinstance(known, list) or not all(isinstance(one, str) for one in known):
            raise KeyFault("bad_request")
        return {"present": self._presence.wait_for_other_than(sorted(known), wait)}

    def certificates(self, _origin: str, _body: Body) -> Answer:
        return {"certificates": [_public(one) for one in self._backend.certificates()]}

    def authenticate(self, origin: str, body: Body) -> Answer:
        """Sign hash(origin) ‖ hash(nonce); answers a Web eID token."""
        nonce = body.get("nonce")
        if not isinstance(nonce, str) or not _SHORTEST_NONCE <= len(nonce) <= _LONGEST_NONCE:
            raise KeyFault("bad_request")

        def work(signer: Signer, certificate: KeyCertificate) -> Answer:
            algorithm, hash_name = algorithm_of(signer)
            data = login_bytes(hash_name, origin, nonce)
            return {
                "unverifiedCertificate": base64.b64encode(certificate.der).decode("ascii"),
                "algorithm": algorithm,
                "signature": base64.b64encode(signer.sign(data, hash_name)).decode("ascii"),
                "format": "web-eid:1.0",
                "appVersion": APP_VERSION,
            }

        return self._with_key(origin, body, None, work)

    def sign(self, origin: str, body: Body) -> Answer:
        """Sign a document: canonical JSON that names this origin; answers a CMS in base64.

        So the agent never signs bytes it cannot show.
        """
        document = body.get("document")
        if not isinstance(document, str) or _origin_of(document) != origin:
            raise KeyFault("bad_request", detail="document: canonical JSON naming this origin")

        def work(signer: Signer, certificate: KeyCertificate) -> bytes:
            now = datetime.now(UTC)
            sign = der_signer(signer)
            return cades.build(document.encode("utf-8"), certificate.der, sign, signer.kind, now)

        cms = self._with_key(origin, body, document, work)
        return {"cms": base64.b64encode(cms).decode("ascii")}

    def _with_key(
        self,
        origin: str,
        body: Body,
        document: str | None,
        work: Callable[[Signer, KeyCertificate], Made],
    ) -> Made:
        wanted = body.get("certificate")
        if not isinstance(wanted, str):
            raise KeyFault("bad_request")

        def ask_pin(certificate: KeyCertificate) -> str | None:
            return self._ask_pin(certificate, origin, body, document)

        return self._guard.use_key(
            wanted, ask_pin, work, confirm_final_try=body.get("confirm_final_try") is True
        )

    def _ask_pin(
        self, certificate: KeyCertificate, origin: str, body: Body, document: str | None
    ) -> str | None:
        if certificate.pin_pad and (self._pin_mode == "page" or document is None):
            return None
        if self._pin_mode == "page":
            pin = body.get("pin")
            if not isinstance(pin, str) or not pin:
                raise KeyFault("pin_required")
            return pin
        holder = f"{certificate.subject_cn} {certificate.organization}"
        state, pad = certificate.pin_state, certificate.pin_pad
        typed = self._prompt(PinRequest(origin, holder, certificate.token, document, state, pad))
        if typed is None:
            raise KeyFault("pin_cancelled" if document is None else "user_declined")
        return None if pad else typed


def _public(certificate: KeyCertificate) -> Answer:
    fields = asdict(certificate)
    fields["der"] = base64.b64encode(certificate.der).decode("ascii")
    return fields


def _origin_of(document: str) -> object:
    try:
        return read_canonical(document).get("origin")
    except ValueError as error:
        raise KeyFault("bad_request", detail="document: not canonical JSON") from error
