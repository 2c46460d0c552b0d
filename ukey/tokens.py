"""The keys in this computer (UKey), through PKCS#11, for the agent and the token tool."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pkcs11
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from pkcs11 import Attribute, Mechanism, ObjectClass
from pkcs11 import exceptions as faults

from ukey import provisioning
from ukey.backend import Answer, KeyCertificate, KeyKind, PinState, Signer
from ukey.faults import KeyFault
from ukey.key_certificate import describe, key_of
from ukey.pin import check_new_pin
from ukey.pkcs11_module import Handle, Module, has_pin_pad, pin_state, raise_for_pin, serial_of

_RSA_MECHANISMS = {
    "sha256": Mechanism.SHA256_RSA_PKCS,
    "sha384": Mechanism.SHA384_RSA_PKCS,
    "sha512": Mechanism.SHA512_RSA_PKCS,
}
_PIN_PAD_SECONDS = 150


@dataclass(frozen=True)
class TokenInfo:
    """One key plugged in."""

    label: str
    serial: str
    pin_state: PinState
    pin_pad: bool


class Tokens:
    """All keys of one PKCS#11 module; `store` when that is SoftHSM2 over a folder of ours.

    Every method raises KeyFault. Without `module` the known places are searched at each use.
    """

    def __init__(self, module: str | None = None, store: Path | None = None) -> None:
        self._module = Module(module, store)

    def present(self) -> list[str]:
        """List the serial numbers of the keys plugged in, sorted."""
        return self._module.run(lambda: sorted(serial_of(t) for t in self._module.tokens()))

    def tokens(self) -> list[TokenInfo]:
        """List the keys plugged in."""
        return self._module.run(
            lambda: [
                TokenInfo(t.label, serial_of(t), pin_state(t), has_pin_pad(t))
                for t in self._module.tokens()
            ]
        )

    def certificates(self) -> list[KeyCertificate]:
        """List the certificates that may sign; needs no PIN."""
        return self._module.run(lambda: [found[0] for found in self._certificates()])

    def _certificates(
        self, serial: str | None = None
    ) -> Iterator[tuple[KeyCertificate, Handle, bytes]]:
        """Read the certificates of all keys, or of the one with this serial number."""
        for token in self._module.tokens():
            if serial is not None and serial_of(token) != serial:
                continue
            for der, key_id in self._read_certificates(token):
                certificate = describe(
                    der,
                    token=token.label,
                    serial=serial_of(token),
                    pin_state=pin_state(token),
                    pin_pad=has_pin_pad(token),
                )
                if certificate is not None:
                    yield certificate, token, key_id

    def _read_certificates(self, token: Handle) -> list[tuple[bytes, bytes]]:
        """Read value and id of each; a key that fails must not hide the others."""
        certificates = {Attribute.CLASS: ObjectClass.CERTIFICATE}
        try:
            with self._module.session(token) as session:
                found = list(session.get_objects(certificates))
                return [(bytes(o[Attribute.VALUE]), bytes(o[Attribute.ID])) for o in found]
        except faults.PKCS11Error:
            return []

    def with_key(
        self, certificate: KeyCertificate, pin: str | None, work: Callable[[Signer], Answer]
    ) -> Answer:
        """Log in, do the work, log out, whatever happens. No PIN means the key's own PIN pad."""
        timeout = _PIN_PAD_SECONDS if pin is None else 60
        return self._module.run(lambda: self._with_key(certificate, pin, work), timeout)

    def _with_key(
        self, certificate: KeyCertificate, pin: str | None, work: Callable[[Signer], Answer]
    ) -> Answer:
        token, key_id = self._find(certificate)
        secret = pkcs11.PROTECTED_AUTH if pin is None else pin
        with self._module.session(token, user_pin=secret) as session:
            key = session.get_key(ObjectClass.PRIVATE_KEY, id=key_id)
            return work(_Pkcs11Signer(key, certificate.der))

    def _find(self, wanted: KeyCertificate) -> tuple[Handle, bytes]:
        for certificate, token, key_id in self._certificates(wanted.serial):
            if certificate.id == wanted.id:
                return token, key_id
        raise KeyFault("no_certificate" if any(True for _ in self._module.tokens()) else "no_key")

    def generate_key(
        self, label: str, pin: str, *, kind: KeyKind = "ec"
    ) -> tuple[bytes, CertificatePublicKeyTypes]:
        """Make a key pair, P-256 or RSA-2048, on the key. Answers its id and its public half."""
        return self._write(label, lambda s: provisioning.generate_key(s, label, kind), user_pin=pin)

    def write_certificate(self, label: str, pin: str, key_id: bytes, der: bytes) -> None:
        """Put the certificate of a key pair beside it."""
        self._write(
            label,
            lambda session: provisioning.write_certificate(session, label, key_id, der),
            user_pin=pin,
        )

    def change_pin(
        self, label: str, old: str, new: str, *, confirm_final_try: bool = False
    ) -> None:
        """Change the PIN by its holder (修改密码)."""
        if old == new:
            raise KeyFault("pin_same")
        check_new_pin(new)
        self._module.run(lambda: self._change_pin(label, old, new, confirmed=confirm_final_try))

    def _change_pin(self, label: str, old: str, new: str, *, confirmed: bool) -> None:
        token = self._token(label)
        state = pin_state(token)
        if state is PinState.LOCKED:
            raise KeyFault("pin_locked")
        if state is PinState.FINAL_TRY and not confirmed:
            raise KeyFault("pin_final_try")
        with self._module.session(token, rw=True) as session:
            try:
                session.set_pin(old, new)
            except faults.PKCS11Error as error:
                raise_for_pin(error, token)
                raise
        self._module.note_change()

    def unlock(self, label: str, so_pin: str, new_pin: str) -> None:
        """Set a new PIN by the security officer's PIN (解锁); keys and certificates stay."""
        check_new_pin(new_pin)
        self._write(label, lambda session: session.init_pin(new_pin), so_pin=so_pin)

    def _write(self, label: str, work: Callable[[Handle], Answer], **pins: str) -> Answer:
        def turn() -> Answer:
            with self._module.session(self._token(label), rw=True, **pins) as session:
                answer = work(session)
            self._module.note_change()
            return answer

        return self._module.run(turn)

    def _token(self, label: str) -> Handle:
        for token in self._module.tokens():
            if token.label == label:
                return token
        raise KeyFault("no_key")


class _Pkcs11Signer:
    def __init__(self, key: Handle, der: bytes) -> None:
        self._key = key
        self.kind, self.bits = key_of(der)

    def sign(self, data: bytes, hash_name: str) -> bytes:
        """Sign; EC hashes here, since ECDSA_SHA256 is missing from SoftHSM2 and from many keys."""
        if self.kind == "rsa":
            return bytes(self._key.sign(data, mechanism=_RSA_MECHANISMS[hash_name]))
        digest = hashlib.new(hash_name, data).digest()
        return bytes(self._key.sign(digest, mechanism=Mechanism.ECDSA))
