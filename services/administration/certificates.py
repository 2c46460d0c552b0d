"""Certificates (证书管理): whose UKey is whose, from the binding to the revocation, nothing forgotten.

The security administrator keeps everybody's; an officer those of her branch's clerks, who come to
her counter with the key and their ID card. Nobody binds a key to herself.
"""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from data.database import transaction
from data.enums import OFFICERS, AuditAction, BindingStatus, EmployerStatus, KeyEvent, Role
from data.models.people import BindingEvent, CertificateBinding, User, UserSession
from data.models.register import Employer
from services import audit
from services.actor import Actor
from services.administration import certificate_text
from services.administration.certificate_text import Read
from services.errors import BusinessError, NotAllowed, NotFound
from services.rules import clock

KEEPERS = (Role.SECURITY_ADMINISTRATOR, *OFFICERS)
LONGEST_REASON = 200
#: Who binds the first keys of all, before anybody can sign in: whoever installs the hall.
AT_THE_START = "系统部署"
_LEADS_TO = {
    KeyEvent.SUSPENDED: BindingStatus.SUSPENDED,
    KeyEvent.RESUMED: BindingStatus.ACTIVE,
    KeyEvent.RENEWED: BindingStatus.REVOKED,
    KeyEvent.REVOKED: BindingStatus.REVOKED,
}
_FROM = {
    KeyEvent.SUSPENDED: (BindingStatus.ACTIVE,),
    KeyEvent.RESUMED: (BindingStatus.SUSPENDED,),
    KeyEvent.REVOKED: (BindingStatus.ACTIVE, BindingStatus.SUSPENDED),
}
_NOTED = {
    KeyEvent.BOUND: AuditAction.KEY_BOUND,
    KeyEvent.RENEWED: AuditAction.KEY_REVOKED,
    KeyEvent.SUSPENDED: AuditAction.KEY_SUSPENDED,
    KeyEvent.RESUMED: AuditAction.KEY_RESUMED,
    KeyEvent.REVOKED: AuditAction.KEY_REVOKED,
}


class AlreadyBound(BusinessError):
    message = "该证书已绑定给{name}（{status}），不能重复绑定"


class OtherEmployer(BusinessError):
    message = "证书中的统一社会信用代码{stated}与单位登记的{kept}不一致，不能绑定"


class OwnKey(BusinessError):
    message = "不能为本人办理UKey业务，请由其他管理员办理"


class PersonInactive(BusinessError):
    message = "{name}已停用，不能绑定UKey"


class AccountClosed(BusinessError):
    message = "单位账户已销户，不能绑定UKey"


class NoReason(BusinessError):
    message = "请填写原因（最多{longest}字）"


class WrongState(BusinessError):
    message = "该UKey{status}，不能{event}"


@audit.refusals
def bind(actor: Actor, user_id: int, der: bytes) -> int:
    """Bind a certificate to a person; return the binding's id.

    Raises NotACertificate, Unfit, AlreadyBound, OtherEmployer, PersonInactive, AccountClosed,
    OwnKey, NotFound, NotAllowed.
    """
    actor.require(*KEEPERS)
    with transaction() as session:
        holder = _holder(session, actor, user_id)
        return bound(session, actor, holder, der, "新绑定").id


@audit.refusals
def renew(actor: Actor, binding_id: int, der: bytes) -> int:
    """Bind a person's new certificate and revoke the old one (换证); return the new binding's id.

    Raises as `bind`, and WrongState where the old one is revoked already.
    """
    actor.require(*KEEPERS)
    with transaction() as session:
        old = _kept(session, actor, binding_id)
        if old.status is BindingStatus.REVOKED:
            raise WrongState(status=old.status.label, event="换证")
        holder = session.get_one(User, old.user_id)
        new = bound(session, actor, holder, der, "换证")
        _change(session, actor, old, KeyEvent.RENEWED, "已换新证书")
        return new.id


@audit.refusals
def suspend(actor: Actor, binding_id: int, *, reason: str) -> None:
    """Stop a key for the time being; its sessions end at once. Raises as `revoke`."""
    _move(actor, binding_id, KeyEvent.SUSPENDED, reason)


@audit.refusals
def resume(actor: Actor, binding_id: int, *, reason: str) -> None:
    """Let a suspended key in again. Raises as `revoke`."""
    _move(actor, binding_id, KeyEvent.RESUMED, reason)


@audit.refusals
def revoke(actor: Actor, binding_id: int, *, reason: str) -> None:
    """End a binding for good; its sessions end at once.

    Raises NoReason, WrongState, OwnKey, NotFound, NotAllowed.
    """
    _move(actor, binding_id, KeyEvent.REVOKED, reason)


def _move(actor: Actor, binding_id: int, event: KeyEvent, reason: str) -> None:
    actor.require(*KEEPERS)
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise NoReason(longest=LONGEST_REASON)
    with transaction() as session:
        row = _kept(session, actor, binding_id)
        if row.status not in _FROM[event]:
            raise WrongState(status=row.status.label, event=event.label)
        _change(session, actor, row, event, reason.strip())


def _holder(session: Session, actor: Actor, user_id: int) -> User:
    """Return the person, where the actor may keep that person's keys. Raises NotFound, OwnKey."""
    holder = session.get(User, user_id, with_for_update=True)
    if holder is None:
        raise NotFound(what="该人员")
    if holder.id == actor.user_id:
        raise OwnKey
    if actor.role in OFFICERS:
        branch = session.scalar(select(Employer.branch).filter_by(id=holder.employer_id))
        if holder.role is not Role.CLERK or branch is not actor.branch:
            raise NotAllowed
    return holder


def _kept(session: Session, actor: Actor, binding_id: int) -> CertificateBinding:
    row = session.get(CertificateBinding, binding_id, with_for_update=True)
    if row is None:
        raise NotFound(what="该UKey")
    _holder(session, actor, row.user_id)
    return row


def bound(
    session: Session, actor: Actor | None, holder: User, content: bytes, reason: str
) -> CertificateBinding:
    """Bind a certificate (PEM or DER) to `holder`; `actor` is None for the first of all. Raises as `bind`."""
    found = certificate_text.read(content)
    certificate_text.require_fit(found)
    if not holder.active:
        raise PersonInactive(name=holder.name)
    _require_employer(session, holder, found)
    taken = session.execute(
        select(CertificateBinding.status, User.name)
        .join(User, User.id == CertificateBinding.user_id)
        .where(CertificateBinding.fingerprint == found.fingerprint)
    ).one_or_none()
    if taken:
        raise AlreadyBound(name=taken.name, status=taken.status.label)
    row = CertificateBinding(
        fingerprint=found.fingerprint, issuer=found.issuer[:255], serial=found.serial,
        user_id=holder.id, status=BindingStatus.ACTIVE, not_after=found.not_after,
        bound_by=_name(actor), bound_at=clock.now(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    _note(session, actor, row, KeyEvent.BOUND, reason)
    return row


def _require_employer(session: Session, holder: User, found: Read) -> None:
    if holder.employer_id is None:
        return
    employer = session.get_one(Employer, holder.employer_id)
    if employer.status is EmployerStatus.CANCELLED:
        raise AccountClosed
    if found.uscc and found.uscc != employer.uscc:
        raise OtherEmployer(stated=found.uscc, kept=employer.uscc)


def _change(
    session: Session, actor: Actor, row: CertificateBinding, event: KeyEvent, reason: str
) -> None:
    row.status = _LEADS_TO[event]
    if row.status is not BindingStatus.ACTIVE:
        session.execute(
            update(UserSession)
            .filter_by(binding_id=row.id, ended_at=None)
            .values(ended_at=clock.instant(), end_reason=event.value)
        )
    _note(session, actor, row, event, reason)


def _name(actor: Actor | None) -> str:
    return actor.name if actor else AT_THE_START


def _note(
    session: Session, actor: Actor | None, row: CertificateBinding, event: KeyEvent, reason: str
) -> None:
    session.add(
        BindingEvent(
            binding_id=row.id, user_id=row.user_id, event=event, reason=reason,
            done_by=_name(actor), done_at=clock.now(),
        )
    )  # fmt: skip
    holder = session.get_one(User, row.user_id)
    audit.record(
        session, actor, _NOTED[event], f"binding:{row.id}", employer=holder.employer_id,
        user=row.user_id, event=event.value, fingerprint=row.fingerprint,
    )  # fmt: skip
