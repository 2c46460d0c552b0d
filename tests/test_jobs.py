"""The scheduled jobs: begin and end deferrals, remind of months not booked; twice is once."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

import settings
from data.database import snapshot, transaction
from data.enums import BusinessKind, EmployerStatus
from data.models.case import Message
from data.models.deferral import Deferral
from data.models.register import Employer
from services import home, jobs
from services.actor import Actor
from services.deferral import approval, back_payment
from services.deferral.form import Act
from services.rules.months import Month
from tests.test_deferral import account, deferred, released, the_deferral
from tests.test_races import at_once

pytestmark = pytest.mark.usefixtures("db", "storage")
OnDay = Callable[[str], None]


def said(kind: BusinessKind) -> list[str]:
    with snapshot() as session:
        chosen = select(Message.text).filter_by(kind=kind).order_by(Message.id)
        return list(session.scalars(chosen))


def test_a_deferral_ends_by_itself_in_the_month_after_its_last(
    clerk2: Actor, officer_a: Actor, officer_c: Actor, on_day: OnDay
) -> None:
    deferred(clerk2, officer_a, officer_c, Month(2026, 9))
    on_day("2026-09-30")
    assert jobs.follow_deferrals() == 0
    assert account(clerk2).status is EmployerStatus.DEFERRED
    assert back_payment.back_payment(clerk2) == []
    on_day("2026-10-01")
    assert len(back_payment.back_payment(clerk2)) == 3
    assert jobs.follow_deferrals() == 1
    granted, now = the_deferral(), account(clerk2)
    assert (granted.ended_month, granted.ended_by) == (202610, "job")
    assert (now.status, now.paid_to) == (EmployerStatus.NORMAL, 202606)
    assert said(BusinessKind.DEFERRAL)[-1] == (
        "尊敬的黔东南苗岭食品(示例)，贵单位缓缴期（2026年7月至2026年9月）已届满，"
        "自2026年10月起恢复正常汇缴。缓缴期间应补缴3个月，共14,178.00元。"
    )
    assert len(back_payment.back_payment(clerk2)) == 3
    assert approval.situation(clerk2).act is Act.DEFER


def test_the_job_run_again_or_eight_times_at_once_ends_a_deferral_once(
    clerk2: Actor, officer_a: Actor, officer_c: Actor, on_day: OnDay
) -> None:
    deferred(clerk2, officer_a, officer_c, Month(2026, 9))
    on_day("2026-10-01")
    ended: list[int] = []
    at_once([lambda: ended.append(jobs.follow_deferrals())] * 8)
    assert sorted(ended) == [0] * 7 + [1]
    assert jobs.follow_deferrals() == 0
    assert len(said(BusinessKind.DEFERRAL)) == 2


def test_a_release_for_a_month_to_come_is_told_at_once_and_takes_effect_in_that_month(
    clerk2: Actor, officer_a: Actor, officer_c: Actor, on_day: OnDay
) -> None:
    deferred(clerk2, officer_a, officer_c)
    released(clerk2, officer_a, officer_c, Month(2026, 9))
    on_day("2026-08-31")
    now = approval.situation(clerk2)
    assert (now.act, now.period) == (Act.RELEASE, "2026年7月至2026年8月")
    assert now.objection == "已办理解除缓缴，自2026年9月起恢复汇缴，无需再次办理"
    assert home.home(clerk2).status == "缓缴（2026年7月至2026年8月）"
    assert back_payment.back_payment(clerk2) == []
    assert jobs.follow_deferrals() == 0
    assert account(clerk2).status is EmployerStatus.DEFERRED
    on_day("2026-09-01")
    assert jobs.follow_deferrals() == 1
    assert account(clerk2).status is EmployerStatus.NORMAL
    assert the_deferral().ended_by == "release"
    assert (home.home(clerk2).status, approval.situation(clerk2).act) == ("正常", Act.DEFER)
    assert [str(one.month) for one in back_payment.back_payment(clerk2)] == ["2026-07", "2026-08"]


def test_a_deferral_granted_ahead_begins_in_its_month(
    clerk2: Actor, officer_a: Actor, officer_c: Actor, on_day: OnDay
) -> None:
    with transaction() as session:
        employer = session.get_one(Employer, clerk2.employer)
        employer.assessed_to = employer.paid_to = 202607
    deferred(clerk2, officer_a, officer_c)
    assert account(clerk2).status is EmployerStatus.NORMAL
    assert approval.situation(clerk2).act is Act.RELEASE
    on_day("2026-08-01")
    assert jobs.follow_deferrals() == 1
    assert account(clerk2).status is EmployerStatus.DEFERRED


def test_the_demo_started_on_a_later_day_begins_where_the_timer_would_have_left_it(
    db: Engine, tmp_path: Path, clerk2: Actor, officer_a: Actor, officer_c: Actor
) -> None:
    deferred(clerk2, officer_a, officer_c, Month(2026, 9))
    there = {
        "DATABASE_URL": db.url.render_as_string(hide_password=False),
        "HALL_DATA": str(tmp_path / "data"), "HALL_AUDIT_KEY": str(settings.AUDIT_KEY),
    }  # fmt: skip
    subprocess.run(
        [sys.executable, "-m", "demo", "prepare"], check=True,
        env={**os.environ, **there, "HALL_TODAY": "2026-10-05"},
    )  # fmt: skip
    assert account(clerk2).status is EmployerStatus.NORMAL
    assert "自2026年10月起恢复正常汇缴" in said(BusinessKind.DEFERRAL)[-1]


def test_a_closed_account_is_left_alone(
    clerk2: Actor, officer_a: Actor, officer_c: Actor, on_day: OnDay
) -> None:
    deferred(clerk2, officer_a, officer_c, Month(2026, 9))
    with transaction() as session:
        session.get_one(Employer, clerk2.employer).status = EmployerStatus.SEALED
    on_day("2026-10-01")
    jobs.follow_deferrals()
    assert account(clerk2).status is EmployerStatus.SEALED


def test_an_employer_behind_is_reminded_once_a_month(clerk3: Actor, on_day: OnDay) -> None:
    text = "尊敬的凯里鼓楼建筑(示例)，贵单位2026年4月公积金尚未入账，请尽快汇缴"
    assert [jobs.dun(), jobs.dun()] == [1, 0]
    assert said(BusinessKind.REMITTANCE) == [text]
    on_day("2026-07-31")
    assert jobs.dun() == 0
    on_day("2026-08-01")
    assert jobs.dun() == 4
    assert said(BusinessKind.REMITTANCE).count(text) == 2


def test_deferred_months_are_not_dunned(
    clerk2: Actor, officer_a: Actor, officer_c: Actor, on_day: OnDay
) -> None:
    deferred(clerk2, officer_a, officer_c, Month(2026, 9))
    on_day("2026-10-05")
    done = jobs.run_all()
    assert done["缓缴起止"] == 1
    assert not any("苗岭" in text for text in said(BusinessKind.REMITTANCE))


def test_all_jobs_at_once_from_eight_sides_remind_once() -> None:
    at_once([jobs.run_all] * 8)
    assert len(said(BusinessKind.REMITTANCE)) == 1


def test_nothing_granted_nothing_to_do(clerk2: Actor) -> None:
    assert jobs.follow_deferrals() == 0
    with snapshot() as session:
        assert session.scalars(select(Deferral)).all() == []
    assert account(clerk2).status is EmployerStatus.NORMAL
