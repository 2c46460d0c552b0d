"""Whom the hall trusts (信任库): pinned authorities, their revocation lists, and its demands."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from cryptography import x509

from ukey.revocation import CrlIndex, read_crl


@dataclass(frozen=True)
class Policy:
    """What the hall demands of a certificate."""

    require_client_auth: bool = True  # off only for an authority that writes no extended key usage
    check_revocation: bool = True
    crl_grace: timedelta = timedelta(0)
    skew: timedelta = timedelta(minutes=5)
    max_chain_depth: int = 2
    min_rsa_bits: int = 2048
    curves: frozenset[str] = frozenset({"secp256r1", "secp384r1", "secp521r1"})
    disallowed_policies: frozenset[str] = frozenset()  # dotted certificate policy OIDs


@dataclass(frozen=True)
class TrustStore:
    """Pinned roots and issuing authorities, and their revocation lists."""

    roots: Sequence[x509.Certificate]
    intermediates: Sequence[x509.Certificate] = ()
    crls: Sequence[CrlIndex] = ()
    policy: Policy = field(default_factory=Policy)
    faults: tuple[str, ...] = ()  # files that could not be read, for the operator

    @classmethod
    def load(cls, folder: Path, policy: Policy | None = None) -> TrustStore:
        """Read root*.pem, issuing*.pem and *.crl of a folder.

        Call it at each use: while no file changed, it answers what it read before. A file that
        cannot be read is named in `faults` and missing, so that what leans on it is refused.
        """
        policy = policy or Policy()
        mark = _mark(folder)
        with _lock:
            kept = _loaded.get((folder, policy))
            if kept is None or kept[0] != mark:
                kept = (mark, _read(folder, policy))
                _loaded[folder, policy] = kept
            return kept[1]


_UNREADABLE = (OSError, ValueError, x509.InvalidVersion, x509.DuplicateExtension)
_Mark = tuple[tuple[str, int, int, int], ...]
_loaded: dict[tuple[Path, Policy], tuple[_Mark, TrustStore]] = {}
_lock = threading.Lock()


def _files(folder: Path, *patterns: str) -> list[Path]:
    return sorted(path for pattern in patterns for path in folder.glob(pattern))


def _mark(folder: Path) -> _Mark:
    stats = [(p.name, p.stat()) for p in _files(folder, "root*.pem", "issuing*.pem", "*.crl")]
    return tuple((name, stat.st_ino, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


def _read(folder: Path, policy: Policy) -> TrustStore:
    faults: list[str] = []
    roots = _certificates(_files(folder, "root*.pem"), faults)
    intermediates = _certificates(_files(folder, "issuing*.pem"), faults)
    crls: list[CrlIndex] = []
    for path in _files(folder, "*.crl"):
        try:
            crls.append(read_crl(path.read_bytes()))
        except _UNREADABLE as error:
            faults.append(f"{path.name}: {error}")
    return TrustStore(roots, intermediates, crls, policy, tuple(faults))


def _certificates(paths: Sequence[Path], faults: list[str]) -> list[x509.Certificate]:
    found: list[x509.Certificate] = []
    for path in paths:
        try:
            found += x509.load_pem_x509_certificates(path.read_bytes())
        except _UNREADABLE as error:
            faults.append(f"{path.name}: {error}")
    return found
