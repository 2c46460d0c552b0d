"""A key in plain Python, with the states SoftHSM2 lacks: low, final try, locked, pulled out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from tests.ukey.authorities import World
from ukey.backend import KeyCertificate, PinState
from ukey.faults import KeyFault
from ukey.key_certificate import describe

PIN = "135790"
Made = TypeVar("Made")


class FakeSigner:
    kind = "ec"

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key
        self.bits = key.curve.key_size

    def sign(self, data: bytes, hash_name: str) -> bytes:
        algorithm = getattr(hashes, hash_name.upper())()
        size = (self.bits + 7) // 8
        pair = decode_dss_signature(self._key.sign(data, ec.ECDSA(algorithm)))
        return b"".join(number.to_bytes(size, "big") for number in pair)


class FakeKey:
    """One key with one certificate: six tries, like most real ones."""

    def __init__(self, world: World, tries: int = 6) -> None:
        self.world = world
        self.pin = PIN
        self.most = self.left = tries
        self.plugged = True
        self.fault: KeyFault | None = None
        self.pin_pad = False
        self.pins_tried: list[str | None] = []
        self.at_once = 0
        self.most_at_once = 0
        self._count = threading.Lock()
        der = world.leaf().public_bytes(Encoding.DER)
        state: Any = {"serial": "FAKE0001", "pin_state": PinState.OK, "pin_pad": False}
        described = describe(der, token="演示UKey", **state)
        assert described is not None
        self.certificate = described

    @property
    def state(self) -> PinState:
        if self.left == 0:
            return PinState.LOCKED
        if self.left == 1:
            return PinState.FINAL_TRY
        return PinState.OK if self.left == self.most else PinState.LOW

    def present(self) -> list[str]:
        if self.fault:
            raise self.fault
        return [self.certificate.serial] if self.plugged else []

    def certificates(self) -> list[KeyCertificate]:
        if self.fault:
            raise self.fault
        current = replace(self.certificate, pin_state=self.state, pin_pad=self.pin_pad)
        return [current] if self.plugged else []

    def with_key(
        self, _certificate: KeyCertificate, pin: str | None, work: Callable[[Any], Made]
    ) -> Made:
        with self._alone():
            self.pins_tried.append(pin)
            if self.left == 0:
                raise KeyFault("pin_locked", locked=True)
            if pin != self.pin and not self.pin_pad:
                self.left -= 1
                state = self.state
                raise KeyFault(
                    "pin_incorrect",
                    final_try=state is PinState.FINAL_TRY,
                    locked=state is PinState.LOCKED,
                )
            self.left = self.most
            answer = work(FakeSigner(self.world.key))
            if not self.plugged:
                raise KeyFault("key_removed")
            return answer

    @contextmanager
    def _alone(self):
        with self._count:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            yield
        finally:
            with self._count:
                self.at_once -= 1
