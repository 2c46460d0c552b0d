"""The auditor reads what was done and what left the hall; nobody else does, and nothing can be changed."""

from datetime import timedelta
from decimal import Decimal

import pytest

from data.database import transaction
from data.enums import AuditAction
from data.models.record import Export
from services.actor import Actor
from services.administration import audit_asked, audit_log, correction_log, users
from services.administration.audit_asked import Asked
from services.errors import NotAllowed
from services.remittance import corrections
from services.rules import clock
from tests.conftest import person
from tests.credits import receive
from tests.rosters import submitted
from tests.test_corrections import refund_of, reverse

pytestmark = pytest.mark.usefixtures("db", "storage")


def today(**more: object) -> Asked:
    day = clock.in_china(clock.instant()).date()
    return Asked(day - timedelta(days=1), day + timedelta(days=1), **more)


def test_the_auditor_reads_who_did_what_to_whom(auditor: Actor, clerk2: Actor) -> None:
    case_id = submitted(clerk2, 5000)
    found = audit_log.events(auditor, today())
    latest = found.rows[0]
    assert (latest.who, latest.role, latest.action) == ("潘文军", "单位经办人", "提交")
    assert (latest.subject, latest.employer) == (f"case:{case_id}", "522601000202")
    assert found.count == len(found.rows) == 4
    assert [row.action for row in found.rows] == ["提交", "上传材料", "批量导入", "开始办理"]


def test_it_is_narrowed_by_act_person_and_employer(
    auditor: Actor, clerk2: Actor, manager: Actor
) -> None:
    submitted(clerk2, 5000)
    with pytest.raises(NotAllowed):
        users.staff(manager)
    [refused] = audit_log.events(auditor, today(action=AuditAction.REFUSED)).rows
    assert (refused.who, refused.subject) == ("莫志远", "administration.users.staff")
    assert audit_log.events(auditor, today(who="文军")).count == 4
    assert audit_log.events(auditor, today(employer="522601000101")).count == 0
    assert audit_log.events(auditor, today(employer="522601000202")).count == 4


def test_the_days_have_an_order_and_a_limit(auditor: Actor) -> None:
    day = clock.in_china(clock.instant()).date()
    for first, last in ((day, day - timedelta(days=1)), (day - timedelta(days=400), day)):
        with pytest.raises(audit_asked.BadDays):
            audit_log.events(auditor, Asked(first, last))
    assert (
        audit_log.events(auditor, Asked(day - timedelta(days=9), day - timedelta(days=2))).rows
        == []
    )


def test_what_left_the_hall_is_read_by_page(auditor: Actor, clerk1: Actor) -> None:
    with transaction() as session:
        session.add_all(
            Export(user_id=clerk1.user_id, employer_id=clerk1.employer_id, what="缴存人账户查询",
                   conditions=f"第{number}次", rows=number, exported_at=clock.instant())
            for number in range(1, 61)
        )  # fmt: skip
    first = audit_log.exports(auditor, today())
    assert (first.count, first.pages, len(first.rows)) == (60, 2, 50)
    assert (first.rows[0].rows, first.rows[0].who, first.rows[0].employer) == (
        60, "杨秀英", "522601000101")  # fmt: skip
    assert [row.rows for row in audit_log.exports(auditor, today(), page=2).rows][-1] == 1


def test_corrections_of_every_branch_are_read_with_who_proposed_and_decided(
    auditor: Actor, clerk2: Actor, clerk3: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    receive(officer_a, clerk2, "5000.00", "B-1")
    reverse(officer_a, officer_b, clerk2)
    receive(officer_a, clerk3, "900.00", "B-2")
    corrections.propose_refund(officer_a, refund_of(clerk3, "900.00"))
    waits, done = correction_log.corrections(auditor).rows
    assert (waits.kind.label, waits.amount, waits.decider, waits.status.label) == (
        "未分摊退款", Decimal("900.00"), "—", "待复核")  # fmt: skip
    assert (done.employer, done.proposer, done.decider) == (
        "522601000202 黔东南苗岭食品(示例)", officer_a.name, officer_b.name)  # fmt: skip
    assert correction_log.corrections(auditor, employer="522601000303").rows == [waits]
    assert correction_log.corrections(auditor, who=officer_b.name).rows == [done]
    assert correction_log.corrections(auditor, who="文军").count == 0


@pytest.mark.parametrize("key", ["admin", "manager", "officerA", "director", "clerk1"])
def test_nobody_else_reads_the_audit(key: str) -> None:
    for read in (audit_log.events, audit_log.exports):
        with pytest.raises(NotAllowed):
            read(person(key), today())
    with pytest.raises(NotAllowed):
        correction_log.corrections(person(key))
