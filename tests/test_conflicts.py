"""What stands in each other's way: the table of domain rules 4.0, pair by pair, and one race."""

from collections.abc import Callable
from itertools import permutations

import pytest
from sqlalchemy import func, select

from data.database import snapshot, transaction
from data.enums import AssessmentStatus, BusinessKind, CaseStatus, ContributorStatus
from data.models.case import Case
from data.models.people import User
from data.models.register import Contributor
from data.models.remittance import Assessment
from services.actor import Actor
from services.approval import conflicts
from services.base_adjustment import approval as base_adjustment
from services.deferral import approval as deferral
from services.errors import BusinessError
from services.rate_adjustment import approval as rate_adjustment
from services.rules import clock
from services.rules.months import Month
from tests import rosters, test_deferral, test_rate_adjustment
from tests.locks import locked
from tests.test_races import at_once, winners
from tests.test_rate_adjustment import assess

pytestmark = pytest.mark.usefixtures("db", "storage")
KIND = BusinessKind
ROSTERS = (KIND.CONTRIBUTOR_REGISTRATION, KIND.SEALING, KIND.UNSEALING)
BLOCKING = {
    KIND.BASE_ADJUSTMENT: {KIND.RATE_ADJUSTMENT, KIND.DEFERRAL},
    KIND.RATE_ADJUSTMENT: {KIND.BASE_ADJUSTMENT, KIND.DEFERRAL},
    KIND.DEFERRAL: {KIND.BASE_ADJUSTMENT, KIND.RATE_ADJUSTMENT},
    KIND.REMITTANCE: {KIND.BASE_ADJUSTMENT, KIND.RATE_ADJUSTMENT, KIND.DEFERRAL, *ROSTERS},
}


def begin_deferral(actor: Actor) -> int:
    test_deferral.attach(actor, *test_deferral.DEFER_PAPERS)
    return test_deferral.submit(actor)


#: The businesses that begin through a service of their own.
BEGIN: dict[BusinessKind, Callable[[Actor], object]] = {
    KIND.BASE_ADJUSTMENT: lambda actor: rosters.submitted(actor, 5000),
    KIND.RATE_ADJUSTMENT: test_rate_adjustment.submit,
    KIND.DEFERRAL: begin_deferral,
}


def put(
    actor: Actor, kind: BusinessKind, status: CaseStatus = CaseStatus.PENDING, serial: str = "s1",
    contributor_id: int | None = None,
) -> None:  # fmt: skip
    """Write down a case of this kind as open."""
    with transaction() as session:
        session.add(
            Case(
                employer_id=actor.employer, kind=kind, status=status, serial=serial or None,
                effective_month=202607, contributor_id=contributor_id, form={},
                started_by=actor.user_id, started_at=clock.now(),
            )
        )  # fmt: skip


def found(actor: Actor, starting: BusinessKind) -> list[BusinessKind]:
    with snapshot() as session:
        return [b.kind for b in conflicts.blockers(session, starting, actor.employer)]


@pytest.mark.parametrize("opened", list(KIND))
@pytest.mark.parametrize("starting", list(KIND))
def test_an_open_business_forbids_exactly_what_the_table_says(
    clerk2: Actor, starting: BusinessKind, opened: BusinessKind
) -> None:
    put(clerk2, opened)
    assert (opened in found(clerk2, starting)) == (opened in BLOCKING.get(starting, set()))


@pytest.mark.parametrize("opened", sorted(BLOCKING[KIND.REMITTANCE]))
def test_a_draft_counts_where_it_is_a_roster_of_people(clerk2: Actor, opened: BusinessKind) -> None:
    put(clerk2, opened, CaseStatus.DRAFT, serial="")
    assert bool(found(clerk2, KIND.REMITTANCE)) == (opened in ROSTERS)


@pytest.mark.parametrize("status", [CaseStatus.APPROVED, CaseStatus.CLOSED])
def test_what_has_ended_forbids_nothing(clerk2: Actor, status: CaseStatus) -> None:
    put(clerk2, KIND.BASE_ADJUSTMENT, status)
    assert found(clerk2, KIND.RATE_ADJUSTMENT) == []


def test_another_employers_business_forbids_nothing(clerk2: Actor, clerk4: Actor) -> None:
    put(clerk4, KIND.BASE_ADJUSTMENT)
    assert found(clerk2, KIND.RATE_ADJUSTMENT) == []


def test_who_begins_a_business_keeps_the_employers_row_before_she_looks(clerk2: Actor) -> None:
    with transaction() as session, locked() as tables:
        conflicts.require_free(session, KIND.DEFERRAL, clerk2.employer)
    assert tables == ["employer", ""]


@pytest.mark.parametrize("opened", list(BEGIN))
@pytest.mark.parametrize("starting", list(BEGIN))
def test_one_of_the_employers_three_keeps_the_other_two_out(
    clerk2: Actor, starting: BusinessKind, opened: BusinessKind
) -> None:
    BEGIN[opened](clerk2)
    said = (
        "不得重复提交|存在未审批完成" if starting is opened else f"存在未完成的业务：{opened.label}"
    )
    with pytest.raises(BusinessError, match=said):
        BEGIN[starting](clerk2)
    with snapshot() as session:
        pending = select(Case.kind).where(Case.status == CaseStatus.PENDING)
        assert session.scalars(pending).all() == [opened]


@pytest.mark.parametrize(("starting", "opened"), list(permutations(BEGIN, 2)))
def test_one_sent_back_still_keeps_the_others_out(
    clerk2: Actor, starting: BusinessKind, opened: BusinessKind
) -> None:
    put(clerk2, opened, CaseStatus.RETURNED)
    with pytest.raises(conflicts.Unfinished, match=f"{opened.label} s1 已退回"):
        BEGIN[starting](clerk2)


@pytest.mark.parametrize(
    "opened", [KIND.EMPLOYER_INFO_CHANGE, KIND.CONTRIBUTOR_INFO_CHANGE, *ROSTERS]
)
@pytest.mark.parametrize("starting", list(BEGIN))
def test_changes_of_information_and_rosters_keep_none_of_the_three_out(
    clerk2: Actor, starting: BusinessKind, opened: BusinessKind
) -> None:
    put(clerk2, opened)
    BEGIN[starting](clerk2)
    with snapshot() as session:
        kinds = select(Case.kind).where(Case.status == CaseStatus.PENDING)
        assert set(session.scalars(kinds)) == {opened, starting}


@pytest.mark.parametrize("status", conflicts.UNBOOKED)
@pytest.mark.parametrize("starting", [KIND.RATE_ADJUSTMENT, KIND.DEFERRAL])
def test_a_month_not_booked_keeps_rates_and_deferrals_out(
    clerk2: Actor, starting: BusinessKind, status: AssessmentStatus
) -> None:
    with transaction() as session:
        assess(session, clerk2.employer, 202607)
        session.flush()
        month = session.scalars(
            select(Assessment).filter_by(employer_id=clerk2.employer, month=202607)
        ).one()
        month.status = status
    with pytest.raises(conflicts.MonthNotBooked, match="2026年7月的汇缴已核定但尚未入账"):
        BEGIN[starting](clerk2)


def test_one_live_case_of_a_kind_is_the_databases_own_rule(clerk2: Actor) -> None:
    put(clerk2, KIND.SEALING)
    with pytest.raises(Exception, match="(?i)unique"):
        put(clerk2, KIND.SEALING, serial="s2")
    with snapshot() as session:
        person = session.scalars(
            select(Contributor.id).filter_by(
                employer_id=clerk2.employer, status=ContributorStatus.NORMAL
            )
        ).first()
    put(clerk2, KIND.CONTRIBUTOR_INFO_CHANGE, serial="s3", contributor_id=person)
    with pytest.raises(Exception, match="(?i)unique"):
        put(clerk2, KIND.CONTRIBUTOR_INFO_CHANGE, serial="s4", contributor_id=person)


def a_colleague(actor: Actor) -> Actor:
    """Return a second clerk of the same employer."""
    with transaction() as session:
        user = User(name="杨小梅", role=actor.role, employer_id=actor.employer)
        session.add(user)
        session.flush()
        return Actor(user.id, user.name, user.role, user.employer_id)


@pytest.mark.parametrize("round_", range(4))
def test_two_clerks_submit_what_excludes_each_other_and_exactly_one_wins(
    clerk2: Actor, round_: int
) -> None:
    colleague = a_colleague(clerk2)
    rosters.imported(clerk2, 5000)
    base_adjustment.attach(clerk2, "011201", "证明.pdf", rosters.PDF)
    rate_adjustment.attach(colleague, "051101", "申请表.pdf", rosters.PDF)
    test_deferral.attach(colleague, *test_deferral.DEFER_PAPERS)
    version = base_adjustment.situation(clerk2).version
    outcomes = at_once(
        [
            lambda: base_adjustment.submit(clerk2, version=version, client_id="base"),
            lambda: rate_adjustment.submit(
                colleague, employer_rate=10, contributor_rate=10, month=Month(2026, 7), version=1,
                client_id="rate",
            ),
            lambda: deferral.submit(
                colleague, month=Month(2026, 12), reason="亏损", version=1, client_id="deferral"
            ),
        ]
    )  # fmt: skip
    assert winners(outcomes) == 1
    assert sum(isinstance(outcome, conflicts.Unfinished) for outcome in outcomes) == 2
    with snapshot() as session:
        pending = select(func.count()).select_from(Case).where(Case.status == CaseStatus.PENDING)
        assert session.scalars(pending).one() == 1
