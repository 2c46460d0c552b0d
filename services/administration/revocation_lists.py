"""Revocation lists (证书吊销列表): what the hall holds of each CA, how old it is, and taking in a new one."""

import os
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from cryptography import x509

import settings
from data.database import transaction
from data.enums import ADMINISTRATORS, AuditAction, Role
from services import audit
from services.actor import Actor
from services.administration import certificate_text
from services.errors import BusinessError
from services.rules import clock
from ukey.certificate import CrlIndex, TrustStore, read_crl

READERS = (*ADMINISTRATORS, Role.AUDITOR)
LARGEST = 32 * 1024 * 1024
_FAULTS = {"crl_invalid": "校验未通过", "crl_stale": "已过期"}


class NotAList(BusinessError):
    message = "文件不是有效的证书吊销列表（CRL，PEM或DER格式）"


class UnknownAuthority(BusinessError):
    message = "该吊销列表不是本中心认可的CA签发：{issuer}"


class NotGenuine(BusinessError):
    message = "吊销列表的签名校验未通过，或只包含部分证书，不能导入"


class NotYet(BusinessError):
    message = "吊销列表的签发时间{at}晚于现在，请核对文件或服务器时间"


class TooOld(BusinessError):
    message = "吊销列表已于{at}过期，请导入CA最新发布的列表"


class NotNewer(BusinessError):
    message = "吊销列表不比现有的新（现有{held}签发，文件{offered}签发），未导入"


@dataclass(frozen=True, slots=True)
class Held:
    """What is held of one authority. Times are China's; None where there is no list."""

    authority: str
    issued_at: datetime | None
    due_at: datetime | None
    """By when the CA promises the next list: after it, nobody of this CA gets in."""
    age_hours: int | None
    entries: int
    state: str
    is_good: bool


@audit.refusals
def held(actor: Actor) -> list[Held]:
    """Return the newest list of every authority the hall trusts. Raises NotAllowed."""
    actor.require(*READERS)
    trust = TrustStore.load(settings.TRUST)
    return [_held(trust, authority) for authority in (*trust.roots, *trust.intermediates)]


@audit.refusals
def take_in(actor: Actor, content: bytes) -> Held:
    """Check a list and keep it where signing in reads it; return what is held then.

    Raises NotAList, UnknownAuthority, NotGenuine, NotYet, TooOld, NotNewer, NotAllowed.
    """
    actor.require(Role.SECURITY_ADMINISTRATOR)
    offered = _read(content)
    trust = TrustStore.load(settings.TRUST)
    authority = next(
        (one for one in (*trust.roots, *trust.intermediates) if one.subject == offered.crl.issuer),
        None,
    )
    if authority is None:
        raise UnknownAuthority(issuer=certificate_text.named(offered.crl.issuer))
    _require_current(offered, authority, trust)
    known = _newest(trust, authority)
    if known and known.crl.last_update_utc >= offered.crl.last_update_utc:
        raise NotNewer(held=_time(known.crl.last_update_utc),
                       offered=_time(offered.crl.last_update_utc))  # fmt: skip
    with transaction() as session:
        audit.record(
            session, actor, AuditAction.CRL_IMPORTED, f"crl:{sha256(content).hexdigest()[:32]}",
            entries=len(offered.reasons),
        )  # fmt: skip
        _keep(settings.TRUST / _file_name(authority), content)
    return _held(TrustStore.load(settings.TRUST), authority)


def _read(content: bytes) -> CrlIndex:
    if len(content) > LARGEST:
        raise NotAList
    try:
        return read_crl(content)
    except (ValueError, x509.InvalidVersion, x509.DuplicateExtension) as fault:
        raise NotAList from fault


def _require_current(offered: CrlIndex, authority: x509.Certificate, trust: TrustStore) -> None:
    now, policy = clock.instant(), trust.policy
    if offered.partial or not offered.is_genuine(authority):
        raise NotGenuine
    if offered.crl.last_update_utc > now + policy.skew:
        raise NotYet(at=_time(offered.crl.last_update_utc))
    until = offered.crl.next_update_utc
    if until is None or now > until + policy.crl_grace:
        raise TooOld(at=_time(until) if until else "—")


def _newest(trust: TrustStore, authority: x509.Certificate) -> CrlIndex | None:
    named = [
        index
        for index in trust.crls
        if index.crl.issuer == authority.subject and index.is_genuine(authority)
    ]
    return max(named, key=lambda index: index.crl.last_update_utc, default=None)


def _held(trust: TrustStore, authority: x509.Certificate) -> Held:
    found, now = _newest(trust, authority), clock.instant()
    name = certificate_text.named(authority.subject)
    if found is None:
        return Held(name, None, None, None, 0, "缺失", is_good=False)
    fault = found.fault(authority, now, trust.policy.skew, trust.policy.crl_grace)
    issued, due = found.crl.last_update_utc, found.crl.next_update_utc
    return Held(
        name, clock.in_china(issued), clock.in_china(due) if due else None,
        int((now - issued).total_seconds() // 3600), len(found.reasons),
        _FAULTS[fault] if fault else "有效", is_good=fault is None,
    )  # fmt: skip


def _file_name(authority: x509.Certificate) -> str:
    return f"imported-{sha256(authority.subject.public_bytes()).hexdigest()[:16]}.crl"


def _keep(path: Path, content: bytes) -> None:
    """Write whole or not at all: signing in reads this file at any moment."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    draft.write_bytes(content)
    draft.replace(path)


def _time(moment: datetime) -> str:
    return f"{clock.in_china(moment):%Y-%m-%d %H:%M}"
