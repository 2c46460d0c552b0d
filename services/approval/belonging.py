"""Whose something is (归属): what a clerk names by its number must be her own employer's."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models.case import Case
from data.models.register import Contributor
from data.models.registration import RegistrationLine
from services.actor import Actor
from services.errors import NotFound


def require_own_people(session: Session, actor: Actor, accounts: Collection[str]) -> None:
    """Raise NotFound where one of these accounts is another employer's."""
    if not accounts:
        return
    others = select(Contributor.id).where(
        Contributor.account.in_(list(accounts)), Contributor.employer_id != actor.employer
    )
    if session.scalar(select(others.exists())):
        raise NotFound(what="该个人账号")


def require_own_lines(session: Session, actor: Actor, line_ids: Collection[int]) -> None:
    """Raise NotFound where one of these lines stands on another employer's opening roster."""
    others = (
        select(RegistrationLine.id)
        .join(Case, Case.id == RegistrationLine.case_id)
        .where(RegistrationLine.id.in_(list(line_ids)), Case.employer_id != actor.employer)
    )
    if session.scalar(select(others.exists())):
        raise NotFound(what="该清册行")
