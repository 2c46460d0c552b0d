"""Demo UKeys (演示UKey): made on the spot and bound, only where the demo's own CA stands."""

import re
import subprocess
import sys

from sqlalchemy import select

import settings
from data.database import snapshot, transaction
from data.enums import AuditAction, Role
from data.models.people import User
from data.models.register import Employer
from services import audit
from services.actor import Actor
from services.administration import certificates
from services.errors import BusinessError, NotFound

CENTER = "黔东南州住房公积金管理中心"
SECONDS = 60
_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9]{2,15}", re.ASCII)
_PIN = re.compile(r"\d{6,8}", re.ASCII)


class NoDemo(BusinessError):
    message = "本系统没有演示CA，不能制作演示UKey；请到CA网点办理UKey后在此绑定"


class BadLabel(BusinessError):
    message = "UKey名称须以字母开头，由3至16位字母和数字组成"


class BadPin(BusinessError):
    message = "Ukey证书密码须为6至8位数字"


class NotMade(BusinessError):
    message = "演示UKey未能制作：{why}"


def is_possible() -> bool:
    """Tell whether the demo's CA and its store of keys stand here, and the hall trusts that CA."""
    demo = settings.STORAGE / "demo"
    has_ca = (demo / "ca" / "issuing.key").is_file() and (demo / "tokens").is_dir()
    return has_ca and (demo / "ca" / "trust").resolve() == settings.TRUST


@audit.refusals
def make(actor: Actor, user_id: int, *, label: str, pin: str) -> int:
    """Make a software UKey for a person and bind it; return the binding's id.

    Raises NoDemo, BadLabel, BadPin, NotMade, and as `certificates.bind`.
    """
    actor.require(Role.SECURITY_ADMINISTRATOR)
    if not is_possible():
        raise NoDemo
    if not _LABEL.fullmatch(label):
        raise BadLabel
    if not _PIN.fullmatch(pin):
        raise BadPin
    with snapshot() as session:
        found = session.execute(
            select(User, Employer)
            .outerjoin(Employer, Employer.id == User.employer_id)
            .where(User.id == user_id)
        ).one_or_none()
    if found is None:
        raise NotFound(what="该人员")
    user, employer = found
    der = _issued(label, pin, user, employer)
    with transaction() as session:
        audit.record(session, actor, AuditAction.KEY_MADE, f"user:{user_id}", label=label)
    return certificates.bind(actor, user_id, der)


def _issued(label: str, pin: str, user: User, employer: Employer | None) -> bytes:
    demo = settings.STORAGE / "demo"
    command = [
        sys.executable, "-m", "ukey.issue", "--store", str(demo / "tokens"),
        "--ca", str(demo / "ca"), "--token", label, f"--person={user.name}",
        f"--organization={employer.name if employer else CENTER}",
        f"--unit={employer.number if employer else ''}",
        f"--uscc={employer.uscc if employer else ''}",
    ]  # fmt: skip
    done = subprocess.run(  # noqa: S603 — our own module, arguments without a shell
        command, input=f"{pin}\n", capture_output=True, text=True, timeout=SECONDS, check=False
    )
    if done.returncode:
        raise NotMade(why=done.stderr.strip()[-100:] or "未知原因")
    return done.stdout.encode("ascii")
