"""The center's first two people (首任管理员): written down together, once, while nobody is there.

All others are taken on by the one and get their keys from the other, so neither can begin alone.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from data.database import transaction
from data.enums import Role
from data.models.people import User
from services.administration import certificates, users
from services.errors import BusinessError


class SomebodyThere(BusinessError):
    message = "系统中已有人员，请由系统管理员在【人员管理】中办理"


@dataclass(frozen=True, slots=True)
class FirstAdministrator:
    """One of the two. `certificate` is her UKey's, PEM or DER."""

    name: str
    username: str
    password: str
    certificate: bytes


def appoint(administrator: FirstAdministrator, security: FirstAdministrator) -> None:
    """Let a 系统管理员 and a 安全管理员 in, with their keys, both or neither.

    Raises SomebodyThere, and as `users.create` and `certificates.bind`.
    """
    roles = {Role.ADMINISTRATOR: administrator, Role.SECURITY_ADMINISTRATOR: security}
    rows = {
        users.row_of(
            name=one.name, username=one.username, role=role, branch=None, password=one.password
        ): one
        for role, one in roles.items()
    }
    try:
        with transaction() as session:
            if session.scalar(select(User.id).limit(1)):
                raise SomebodyThere
            for row, one in rows.items():
                users.keep(session, None, row)
                certificates.bound(session, None, row, one.certificate, "首任管理员")
    except IntegrityError as taken:
        raise users.UsernameTaken(username=security.username) from taken
