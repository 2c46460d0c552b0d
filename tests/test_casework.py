"""Whose case is found, begun and forgotten, and who has had a hand in it."""

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import Connection, Engine, event, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data.codes import IdType
from data.database import snapshot, transaction
from data.enums import BusinessKind, CaseStatus
from data.models.case import Case
from data.models.register import Contributor
from data.models.registration import RegistrationLine
from data.policy_codes import PolicyKey
from services import review
from services.actor import Actor
from services.approval import belonging, casework, deciders
from services.errors import NotFound
from services.rules import clock
from tests.locks import locked
from tests.policy_rows import set_for
from tests.rosters import submitted
from tests.test_contributor_registration import somebody

pytestmark = pytest.mark.usefixtures("db", "storage")
KIND, OTHER = BusinessKind.BASE_ADJUSTMENT, BusinessKind.RATE_ADJUSTMENT
LIVE = ("待提交", "待审核", "已退回", "审核不通过", "已撤回")
JULY = 202607


def facts(actor: Actor, kind: BusinessKind, **more: object) -> dict[str, object]:
    return {
        "employer_id": actor.employer, "kind": kind, "status": CaseStatus.DRAFT, "form": {},
        "effective_month": JULY, "started_by": actor.user_id, "started_at": clock.now(), **more,
    }  # fmt: skip


def put(actor: Actor, kind: BusinessKind = KIND, **more: object) -> int:
    with transaction() as session:
        case = Case(**facts(actor, kind, **more))
        session.add(case)
        session.flush()
        return case.id


def drafts(session: Session, actor: Actor) -> list[int]:
    chosen = select(Case.id).where(casework.is_draft(KIND))
    return list(session.scalars(chosen, {"employer_id": actor.employer}))


def live_ids(session: Session, actor: Actor) -> list[int]:
    chosen = select(Case.id).where(Case.id == casework.live_id(KIND))
    return list(session.scalars(chosen, {"employer_id": actor.employer}))


@pytest.mark.parametrize("status", CaseStatus)
def test_a_case_lives_until_it_is_decided_or_ended_and_is_a_draft_but_for_the_review(
    clerk2: Actor, status: CaseStatus
) -> None:
    mine = put(clerk2, status=status)
    is_live = status.label in LIVE
    with snapshot() as session:
        found = casework.live(session, KIND, clerk2.employer)
        assert (found and found.id) == (mine if is_live else None)
        assert live_ids(session, clerk2) == ([mine] if is_live else [])
        assert list(session.scalars(select(Case.id).where(casework.is_live()))) == (
            [mine] if is_live else []
        )
        is_draft = is_live and status is not CaseStatus.PENDING
        assert drafts(session, clerk2) == ([mine] if is_draft else [])


def test_neither_a_persons_case_nor_another_business_nor_another_employers_is_the_employers_own(
    clerk1: Actor, clerk2: Actor
) -> None:
    person = somebody(clerk2).id
    about_her = put(clerk2, contributor_id=person)
    put(clerk2, OTHER)
    put(clerk1)
    with snapshot() as session:
        assert casework.live(session, KIND, clerk2.employer) is None
        assert (live_ids(session, clerk2), drafts(session, clerk2)) == ([], [])
        found = casework.live(session, KIND, clerk2.employer, person)
        assert found
        assert found.id == about_her
        assert casework.live(session, KIND, clerk2.employer, person + 1) is None


def test_only_a_draft_is_forgotten_and_at_once(clerk2: Actor) -> None:
    draft, sent_back = put(clerk2), put(clerk2, OTHER, status=CaseStatus.RETURNED)
    with transaction() as session:
        for case_id in (sent_back, draft):
            casework.discard(session, session.get_one(Case, case_id))
        rows = session.connection().execute(select(Case.id)).scalars()
        assert list(rows) == [sent_back]


def test_who_goes_on_with_a_case_has_it_for_herself_and_who_looks_does_not(clerk2: Actor) -> None:
    mine = put(clerk2)
    acts = {
        "begun": lambda session: casework.begun(session, KIND, clerk2),
        "draft": lambda session: casework.draft(session, KIND, clerk2),
        "editable": lambda session: casework.editable(session, KIND, clerk2, JULY),
        "own": lambda session: casework.own(session, mine, clerk2),
        "live": lambda session: casework.live(session, KIND, clerk2.employer),
    }
    found = {}
    for name, act in acts.items():
        with transaction() as session, locked() as tables:
            act(session)
        found[name] = tables
    assert found == {name: ["" if name == "live" else "case"] for name in acts}


def let_another_begin(db: Engine, values: dict[str, object]) -> None:
    """Let another's case be there just after the next look for it, before one's own is written."""

    def begin(connection: Connection, _name: str) -> None:
        connection.execute(insert(Case).values(**values))

    event.listen(db, "savepoint", begin, once=True)


def test_two_clerks_who_begin_in_one_moment_go_on_with_one_case(
    db: Engine, clerk2: Actor, clerk1: Actor
) -> None:
    let_another_begin(db, facts(clerk2, KIND, started_by=clerk1.user_id))
    with transaction() as session, locked() as tables:
        case = casework.editable(session, KIND, clerk2, JULY)
        assert case.started_by == clerk1.user_id
        assert tables == ["case", "case"]
    with snapshot() as session:
        assert session.scalars(select(Case.started_by)).all() == [clerk1.user_id]


def test_a_case_for_an_employer_that_is_not_there_is_no_case(clerk2: Actor) -> None:
    stranger = replace(clerk2, employer_id=10**6)
    with pytest.raises(IntegrityError), transaction() as session:
        casework.editable(session, KIND, stranger, JULY)


def test_whose_hands_a_case_went_through_is_not_asked_of_the_cases_after_it(
    clerk1: Actor, clerk2: Actor, officer_a: Actor
) -> None:
    set_for(KIND, PolicyKey.APPROVAL_LEVELS, "reviewer,senior_reviewer")
    first = submitted(clerk2, 5000)
    review.approve(officer_a, first, version=2, opinion="同意")
    second = submitted(clerk1)
    with snapshot() as session:
        hands = [deciders.hands(session, session.get_one(Case, one)) for one in (first, second)]
    assert hands == [{clerk2.user_id, officer_a.user_id}, {clerk1.user_id}]


def rows_of(actor: Actor, case_id: int, number: str) -> list[int]:
    """Put a row on an opening roster; return the numbers of all its rows."""
    with transaction() as session:
        session.add(
            RegistrationLine(
                case_id=case_id, employer_id=actor.employer, row=1, name="杨再兴", sex="1",
                id_type=IdType.ID_CARD, id_number=number, mobile="13885512345", base=Decimal(5200),
                employer_amount=Decimal(624), contributor_amount=Decimal(624), first_month=JULY,
            )
        )  # fmt: skip
        session.flush()
        return list(session.scalars(select(RegistrationLine.id).filter_by(case_id=case_id)))


def test_rows_and_accounts_that_a_clerk_names_are_her_own_employers(
    clerk1: Actor, clerk2: Actor
) -> None:
    opening = BusinessKind.CONTRIBUTOR_REGISTRATION
    own = rows_of(clerk2, put(clerk2, opening), "522601199003070017")
    theirs = rows_of(clerk1, put(clerk1, opening), "522601198508150026")
    with snapshot() as session:
        accounts = {
            actor: list(
                session.scalars(select(Contributor.account).filter_by(employer_id=actor.employer))
            )
            for actor in (clerk1, clerk2)
        }
        for rows in ([], own, [10**6]):
            belonging.require_own_lines(session, clerk2, rows)
        for rows in (theirs, own + theirs):
            with pytest.raises(NotFound, match="未找到该清册行，请返回列表后重试"):
                belonging.require_own_lines(session, clerk2, rows)
        for named in ([], accounts[clerk2], ["no such account"]):
            belonging.require_own_people(session, clerk2, named)
        for named in (accounts[clerk1][:1], accounts[clerk2] + accounts[clerk1][-1:]):
            with pytest.raises(NotFound, match="未找到该个人账号，请返回列表后重试"):
                belonging.require_own_people(session, clerk2, named)
