"""Opening the accounts (开户) of a roster that has been found right, or moving them in (转入)."""

from sqlalchemy.orm import Session

from data.enums import ChangeKind, ContributorStatus
from data.models.case import Case
from data.models.register import Contributor, ContributorChange, Departure
from data.models.registration import RegistrationLine
from services.contributor_registration import facts, roster
from services.rules import clock
from services.summary import keep


def open_accounts(session: Session, case: Case) -> None:
    """Open the accounts in the roster's order, move those in who have one, and note each."""
    found = roster.lines(session, case)
    people = facts.known(session, [line.id_number for line in found if line.moves_in])
    number = facts.next_number(session)
    employers = {case.employer_id}
    for line in found:
        if line.moves_in:
            line.contributor_id = people[roster.identity_of(line)].contributor_id
            person = session.get_one(Contributor, line.contributor_id)
            employers.add(person.employer_id)
            if departure := _departure(person, case):
                session.add(departure)
            session.add(_left(person, line, case))
            _move_in(person, line, case)
            continue
        person = _opened(line, case, facts.account(number))
        number += 1
        session.add(person)
        session.flush()
        line.contributor_id = person.id
    session.add_all(_change(line, case) for line in found)
    keep.people(session, *employers)


def _opened(line: RegistrationLine, case: Case, account: str) -> Contributor:
    same = (
        "name", "id_type", "id_number", "mobile", "sex", "born_on", "marital", "education",
        "occupation", "post", "title", "income", "landline", "postcode", "address", "email",
        "hired_on", "base", "employer_amount", "contributor_amount", "first_month",
    )  # fmt: skip
    return Contributor(
        employer_id=case.employer_id,
        account=account,
        status=ContributorStatus.NORMAL,
        opened_on=clock.today(),
        opened_at=clock.instant(),
        **{name: getattr(line, name) for name in same},
    )


def _departure(person: Contributor, case: Case) -> Departure | None:
    """Return what the employer left has of the person, for the months it has still to assess."""
    if person.sealed_month is None or person.sealed_month <= person.first_month:
        return None
    return Departure(
        contributor_id=person.id,
        employer_id=person.employer_id,
        case_id=case.id,
        first_month=person.first_month,
        sealed_month=person.sealed_month,
        base=person.base,
        employer_amount=person.employer_amount,
        contributor_amount=person.contributor_amount,
    )


def _left(person: Contributor, line: RegistrationLine, case: Case) -> ContributorChange:
    """Return what the employer left reads of the move: that, and from when on."""
    return ContributorChange(
        contributor_id=person.id,
        employer_id=person.employer_id,
        case_id=case.id,
        kind=ChangeKind.MOVED_OUT,
        old=ContributorStatus.SEALED.label,
        new="已转出",
        effective_month=line.first_month,
        changed_on=clock.today(),
    )


def _move_in(person: Contributor, line: RegistrationLine, case: Case) -> None:
    person.employer_id, person.status = case.employer_id, ContributorStatus.NORMAL
    person.base = line.base
    person.employer_amount, person.contributor_amount = (
        line.employer_amount,
        line.contributor_amount,
    )
    person.first_month, person.hired_on, person.mobile = (
        line.first_month,
        line.hired_on,
        line.mobile,
    )
    person.sealed_month, person.seal_reason = None, ""
    person.rest_from = person.rest_until = None
    person.version += 1


def _change(line: RegistrationLine, case: Case) -> ContributorChange:
    return ContributorChange(
        contributor_id=line.contributor_id,
        employer_id=case.employer_id,
        case_id=case.id,
        kind=ChangeKind.MOVED_IN if line.moves_in else ChangeKind.OPENED,
        old=ContributorStatus.SEALED.label if line.moves_in else "",
        new=ContributorStatus.NORMAL.label,
        effective_month=line.first_month,
        changed_on=clock.today(),
    )
