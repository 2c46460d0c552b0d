"""Signing in (登录): a challenge, the UKey's answer, and who it lets in.

Clerks sign in with the UKey; the center's staff with password and UKey. The certificate proves a
key, the binding table says whose it is; the name in a certificate is never trusted.
"""

from datetime import timedelta

from sqlalchemy import delete, select

import settings
from data.database import snapshot, transaction
from data.enums import AuditAction, BindingStatus, EmployerStatus, Role
from data.models.people import CertificateBinding, Challenge, User
from data.models.register import Employer
from services import audit, passwords, sessions
from services.actor import Actor
from services.errors import BusinessError
from services.rules import clock
from ukey import sign_in_token
from ukey.certificate import TrustStore
from ukey.rejection import Rejected
from ukey.sign_in_token import Verified

CHALLENGE_LIFE = timedelta(minutes=2)

#: What the clerk reads for each way a UKey can fail: what is wrong, and what to do.
REASONS = {
    "challenge_missing": "登录请求已失效，请刷新页面后重新登录",
    "challenge_expired": "登录请求已超时，请重新点击【登录】",
    "cert_malformed": "UKey中的证书无法识别，请携带UKey到CA网点检查",
    "cert_not_yet_valid": "UKey证书尚未生效，请核对证书起始日期，或联系CA客服4001123838",
    "cert_expired": "UKey证书已过期，请到CA网点办理证书更新后再登录",
    "cert_key_weak": "UKey证书的密钥强度不足，请到CA网点更换证书",
    "cert_key_usage": "该证书不能用于登录（缺少数字签名用途），请选择签名证书或联系CA客服4001123838",
    "cert_eku": "该证书不能用于登录（缺少客户端认证用途），请选择其他证书或联系CA客服4001123838",
    "cert_policy": "该类证书不允许用于登录，请选择其他证书或联系CA客服4001123838",
    "cert_is_ca": "不能使用CA证书登录，请插入单位的UKey",
    "cert_self_signed": "自签名证书不受信任，请插入CA签发的UKey",
    "cert_untrusted": "该UKey不是由本中心认可的CA签发，请更换UKey",
    "cert_chain_invalid": "UKey证书的签发链校验未通过，请到CA网点检查证书",
    "cert_revoked": "UKey证书已被吊销，请到CA网点重新办理",
    "ca_revoked": "签发该UKey的CA证书已被吊销，请联系CA客服4001123838",
    "crl_unavailable": "暂时无法核实证书是否被吊销，请稍后再试或联系中心0855-8685631",
    "crl_stale": "证书吊销列表已过期，暂不能登录，请联系中心0855-8685631",
    "crl_invalid": "证书吊销列表校验未通过，暂不能登录，请联系中心0855-8685631",
    "token_signature": "UKey签名校验未通过，请重新登录；如多次出现，请联系CA客服4001123838",
    "unbound": "该UKey尚未绑定任何单位或人员，请携带UKey和经办人身份证到所属管理部办理绑定",
    "binding_suspended": "该UKey已停用，请联系所属管理部",
    "binding_revoked": "该UKey的绑定已注销，请到所属管理部重新办理绑定",
    "user_inactive": "该经办人已停用，请联系所属管理部",
    "employer_closed": "单位账户已销户，不能登录",
    "password_wrong": "用户名、密码或UKey不正确；连续输错5次将锁定15分钟",
    "password_needed": "中心工作人员请从【中心人员登录】进入，并输入用户名和密码",
    "clerk_by_password": "单位经办人请从【单位登录】进入，使用UKey登录",
}
_MALFORMED = "登录数据不完整，请刷新页面后重新登录；如仍不行，请更新UKey客户端"


class SignInRefused(BusinessError):
    """Nobody is let in. `code` names the reason for the page and the log."""

    def __init__(self, code: str, actor: Actor | None = None) -> None:
        self.message = REASONS.get(code, _MALFORMED)
        super().__init__()
        self.code = code
        self.actor = actor
        """Whose key it was, where that is known."""


def challenge(browser: str) -> str:
    """Return a fresh nonce for the browser that holds the secret `browser`; an older one is void."""
    nonce = sign_in_token.new_nonce()
    with transaction() as session:
        now = clock.instant()
        session.execute(
            delete(Challenge).where(
                (Challenge.browser_hash == sessions.hashed(browser)) | (Challenge.expires_at < now)
            )
        )
        expires = now + CHALLENGE_LIFE
        session.add(
            Challenge(browser_hash=sessions.hashed(browser), nonce=nonce, expires_at=expires)
        )
    return nonce


def sign_in(
    *, token: str, browser: str, token_serial: str, username: str = "", password: str = ""
) -> tuple[str, Actor]:
    """Let in whoever's UKey answered this browser's challenge; return the session's secret.

    `token` is the agent's answer (Web eID format), `token_serial` the key's, to notice its removal.
    Staff give their name and password too. Raises SignInRefused.
    """
    try:
        return _sign_in(token, browser, token_serial, username, password)
    except SignInRefused as refused:
        with transaction() as session:
            audit.record(
                session, refused.actor, AuditAction.SIGN_IN_REFUSED, "session", code=refused.code
            )
        raise


def _sign_in(
    token: str, browser: str, token_serial: str, username: str, password: str
) -> tuple[str, Actor]:
    nonce = _take_challenge(browser)
    try:
        trust = TrustStore.load(settings.TRUST)
        answer = sign_in_token.verify(token, nonce, settings.ORIGIN, trust, clock.instant())
    except Rejected as rejected:
        raise SignInRefused(rejected.code) from rejected
    binding_id, actor = _whose(answer)
    _check_password(actor, username, password)
    with transaction() as session:
        secret = sessions.begin(session, actor, binding_id, token_serial)
        audit.record(session, actor, AuditAction.SIGNED_IN, f"binding:{binding_id}")
    return secret, actor


def _take_challenge(browser: str) -> str:
    """Return the browser's nonce and forget it: only one answer can ever be tried."""
    with transaction() as session:
        taken = session.execute(
            delete(Challenge)
            .where(Challenge.browser_hash == sessions.hashed(browser))
            .returning(Challenge.nonce, Challenge.expires_at)
        ).one_or_none()
    if taken is None:
        raise SignInRefused("challenge_missing")
    if taken.expires_at < clock.instant():
        raise SignInRefused("challenge_expired")
    return str(taken.nonce)


def _whose(answer: Verified) -> tuple[int, Actor]:
    """Return the binding and the person behind a certificate. Raises SignInRefused."""
    with snapshot() as session:
        row = session.execute(
            select(CertificateBinding, User, Employer)
            .join(User, User.id == CertificateBinding.user_id)
            .outerjoin(Employer, Employer.id == User.employer_id)
            .where(CertificateBinding.fingerprint == answer.fingerprint)
        ).one_or_none()
    if row is None:
        raise SignInRefused("unbound")
    binding, user, employer = row
    if binding.status is not BindingStatus.ACTIVE:
        raise SignInRefused(f"binding_{binding.status.value}", sessions.actor_of(user))
    if not user.active:
        raise SignInRefused("user_inactive", sessions.actor_of(user))
    if employer and employer.status is EmployerStatus.CANCELLED:
        raise SignInRefused("employer_closed", sessions.actor_of(user))
    return binding.id, sessions.actor_of(user)


def _check_password(actor: Actor, username: str, password: str) -> None:
    if actor.role is Role.CLERK:
        if username or password:
            raise SignInRefused("clerk_by_password", actor)
        return
    if not username and not password:
        raise SignInRefused("password_needed", actor)
    if passwords.is_right(username, password) != actor.user_id:
        raise SignInRefused("password_wrong", actor)
