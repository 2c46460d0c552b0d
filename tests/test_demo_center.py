"""The demo center, made small: what it holds is what the hall itself would have written."""

import random
from datetime import date

import pytest
from sqlalchemy import Engine, func, select

from data.database import snapshot, transaction
from data.enums import Branch, BusinessKind, CaseStatus, ContributorStatus, EmployerStatus, Role
from data.models.case import Case
from data.models.people import User
from data.models.register import Contributor, Employer
from data.models.remittance import Assessment, AssessmentLine
from demo.center import employers
from demo.center.__main__ import SEED, fill
from demo.center.employers import MONTHS, Size
from services import businesses, review
from services.actor import Actor
from services.administration import certificate_list
from services.remittance import assess, matrix
from services.rules import identity
from services.rules.months import Month
from services.summary import verify
from tests.conftest import person

pytestmark = pytest.mark.usefixtures("storage")
SMALL = Size(employers=60, people=1_200, decided=40, waiting=12, deferred=3, asked=6)
OWN = 4
"""The demo's own employers come first."""


@pytest.fixture(autouse=True)
def _filled(db: Engine) -> None:
    with transaction() as session:
        fill(session, SMALL)


def test_the_same_seed_gives_the_same_center_of_the_size_asked_for() -> None:
    first, second = (employers.invent(random.Random(SEED), SMALL) for _ in range(2))
    assert first == second
    assert (len(first), sum(one.people for one in first)) == (60, 1_200)
    assert all(identity.is_uscc(one.uscc) for one in first)
    assert len({one.name for one in first}) == 60


def test_people_have_accounts_of_their_own_and_numbers_that_prove_themselves() -> None:
    with snapshot() as session:
        people = session.scalars(select(Contributor).where(Contributor.employer_id > OWN)).all()
    assert len(people) == 1_200
    assert len({one.account for one in people}) == 1_200
    assert all(identity.is_id_card(one.id_number) for one in people)
    left = [one for one in people if one.status is ContributorStatus.SEALED]
    assert all(one.sealed_month and one.sealed_month > one.first_month for one in left)


def test_every_month_adds_up_and_is_its_lines() -> None:
    with snapshot() as session:
        months = session.scalars(select(Assessment).where(Assessment.employer_id > OWN)).all()
        lines = {
            row.assessment_id: (row.heads, row.amount)
            for row in session.execute(
                select(
                    AssessmentLine.assessment_id,
                    func.count().label("heads"),
                    func.sum(AssessmentLine.employer_amount).label("amount"),
                ).group_by(AssessmentLine.assessment_id)
            )
        }
    assert {month.month for month in months} == set(MONTHS)
    for month in months:
        total = month.employer_amount + month.contributor_amount
        changed = month.plus_amount - month.minus_amount + month.difference
        assert month.last_heads + month.plus_heads - month.minus_heads == month.heads
        assert month.last_amount + changed == total
        assert lines[month.id] == (month.heads, month.employer_amount)


def test_summaries_and_ledger_equal_the_details() -> None:
    assert verify.differences() == []


def test_a_clerk_of_the_center_can_assess_the_next_month() -> None:
    with snapshot() as session:
        employer = session.scalars(
            select(Employer)
            .where(Employer.id > OWN, Employer.status == EmployerStatus.NORMAL)
            .where(Employer.assessed_to == 202606, Employer.paid_to == 202606)
        ).first()
        assert employer
        found = matrix.against_last(session, employer, Month.of(202607))
    assess.assess(clerk_of(employer), [Month.of(202607)], client_id="july")
    with snapshot() as session:
        done = session.scalars(
            select(Assessment).filter_by(employer_id=employer.id, month=202607)
        ).one()
    assert (done.heads, done.employer_amount) == (found.heads, found.employer_amount)


def clerk_of(employer: Employer) -> Actor:
    with snapshot() as session:
        user = session.scalars(select(User).filter_by(employer_id=employer.id)).one()
    return Actor(user.id, user.name, Role.CLERK, employer.id)


def test_what_waits_can_be_decided_by_the_branchs_officer() -> None:
    officer = person("officerA")
    with snapshot() as session:
        waiting = session.execute(
            select(Case.id, Case.version)
            .join(Employer, Employer.id == Case.employer_id)
            .where(
                Case.status == CaseStatus.PENDING,
                Case.kind == BusinessKind.CONTRIBUTOR_INFO_CHANGE,
                Employer.branch == Branch.KAILI,
            )
        ).first()
    assert waiting
    assert review.open_case(officer, waiting.id).objection is None
    review.approve(officer, waiting.id, version=waiting.version, opinion="同意")
    with snapshot() as session:
        assert session.get_one(Case, waiting.id).status is CaseStatus.APPROVED


def test_applications_to_defer_wait_at_both_levels_with_their_papers() -> None:
    officers = {Role.REVIEWER: person("officerA"), Role.SENIOR_REVIEWER: person("officerC")}
    with transaction() as session:
        employers_there = session.scalars(select(Employer).where(Employer.id > OWN)).all()
        for employer in employers_there:
            employer.branch = Branch.KAILI  # so small a center has few in any one branch
        verify.rebuild(session)
    with snapshot() as session:
        found = session.execute(
            select(Case.id, Case.waits_for, Case.version).where(
                Case.kind == BusinessKind.DEFERRAL, Case.status == CaseStatus.PENDING
            )
        ).all()
    assert found
    for case_id, waits_for, version in found:
        page = review.open_case(officers[waits_for], case_id)
        assert (page.objection, len(page.papers)) == (None, 2)
        review.approve(officers[waits_for], case_id, version=version, opinion="同意")


def test_a_deferral_that_was_granted_can_be_read_again() -> None:
    with snapshot() as session:
        granted = session.scalars(
            select(Case).filter_by(kind=BusinessKind.DEFERRAL, status=CaseStatus.APPROVED)
        ).all()
        kind = businesses.BY_CODE[BusinessKind.DEFERRAL]
        assert {kind.present(session, case).figures[0].value for case in granted} == {"缓缴"}


def test_every_clerk_has_a_key_and_some_keys_end_soon() -> None:
    security = person("security")
    assert certificate_list.count(security, "示例") >= 60
    soon = certificate_list.keys(security, soon=True)
    assert 0 < len(soon) < 20
    assert all(key.days_left <= 60 for key in soon)


def test_some_employers_defer_and_some_have_adjusted_their_bases() -> None:
    with snapshot() as session:
        deferring = session.scalar(
            select(func.count(Employer.id)).filter_by(status=EmployerStatus.DEFERRED)
        )
        adjusted = session.scalars(
            select(Case).filter_by(kind=BusinessKind.BASE_ADJUSTMENT, status=CaseStatus.APPROVED)
        ).all()
    assert 1 <= (deferring or 0) <= 3
    assert adjusted
    assert all(
        case.submitted_at and case.submitted_at.date() < date(2026, 7, 7) for case in adjusted
    )
