"""What an officer sees checked: each rule of each business, green, amber or red, and what decides."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from data.database import snapshot, transaction
from data.enums import ContributorStatus, EmployerStatus, Role
from data.models.case import Case, Document
from data.models.register import Contributor, Employer
from services import review
from services.actor import Actor
from services.approval.sheet import Check, Outcome
from services.businesses import BY_CODE
from services.errors import BusinessError
from services.rules.months import Month
from services.rules.workdays import Urgency
from tests.desk_cases import deferral_case, employer_change, info_change, rate_case
from tests.rosters import imported, submitted

pytestmark = pytest.mark.usefixtures("db", "storage")


def found(officer: Actor, case_id: int) -> dict[str, Check]:
    return {check.name: check for check in review.open_case(officer, case_id).checks}


def marks(officer: Actor, case_id: int) -> dict[str, str]:
    return {name: check.outcome.value for name, check in found(officer, case_id).items()}


def set_people(clerk: Actor, number: int, **values: object) -> None:
    with transaction() as session:
        ids = session.scalars(
            select(Contributor.id)
            .filter_by(employer_id=clerk.employer)
            .order_by(Contributor.account)
        ).all()
        session.execute(update(Contributor).where(Contributor.id == ids[number]).values(**values))


def set_employer(clerk: Actor, **values: object) -> None:
    with transaction() as session:
        session.execute(update(Employer).where(Employer.id == clerk.employer).values(**values))


def refused(officer: Actor, case_id: int) -> str:
    with pytest.raises(BusinessError) as refusal:
        version = review.open_case(officer, case_id).version
        review.approve(officer, case_id, version=version, opinion="同意")
    return str(refusal.value)


def test_a_good_base_adjustment_is_green_throughout(clerk1: Actor, officer_a: Actor) -> None:
    page = review.open_case(officer_a, submitted(clerk1, 6500))
    assert [(check.name, check.outcome) for check in page.checks] == [
        (name, Outcome.PASSED)
        for name in ("清册人数", "汇缴核定", "账户状态", "调整前基数", "月缴存额", "上下限",
                     "变动幅度", "办理材料")
    ]  # fmt: skip
    rules = {check.name: check.rule for check in page.checks}
    assert rules["上下限"] == ("缴存基数1,980.00至21,774.00元，月缴存额198.00至5,226.00元")
    assert rules["办理材料"] == "须上传：缴存基数变更证明"
    assert (page.due_on, page.urgency) == (date(2026, 7, 9), Urgency.ON_TIME)
    assert page.sheet.pairs == (("调整前基数", "调整后基数"),)


def test_a_steep_rise_is_amber_and_may_be_approved(clerk2: Actor, officer_a: Actor) -> None:
    case_id = submitted(clerk2, 8000)  # from 2130.00 and 4321.05 among others
    steep = found(officer_a, case_id)["变动幅度"]
    assert steep.outcome is Outcome.NOTED
    assert steep.said.startswith("2人：")
    review.approve(officer_a, case_id, version=2, opinion="已核对工资表")


def test_who_was_sealed_meanwhile_is_red_and_refused(clerk2: Actor, officer_a: Actor) -> None:
    case_id = submitted(clerk2, 5000)
    set_people(clerk2, 0, status=ContributorStatus.SEALED)
    assert marks(officer_a, case_id)["账户状态"] == "不通过"
    assert "账户状态已为封存" in refused(officer_a, case_id)


def test_a_base_that_moved_meanwhile_is_red(clerk2: Actor, officer_a: Actor) -> None:
    case_id = submitted(clerk2, 5000)
    set_people(clerk2, 0, base=Decimal("7000.00"))
    assert found(officer_a, case_id)["调整前基数"].said.startswith("1人：")
    assert "调整前基数已变动" in refused(officer_a, case_id)


def test_who_came_after_the_submission_is_amber(clerk1: Actor, officer_a: Actor) -> None:
    case_id = submitted(clerk1, 6500)
    with transaction() as session:
        sealed = select(Contributor.id).filter_by(
            employer_id=clerk1.employer, status=ContributorStatus.SEALED
        )
        session.execute(
            update(Contributor)
            .where(Contributor.id == sealed.limit(1).scalar_subquery())
            .values(status=ContributorStatus.NORMAL)
        )
    assert found(officer_a, case_id)["清册人数"].said.startswith("清册缺少1人：")
    review.approve(officer_a, case_id, version=2, opinion="同意")


def test_a_document_that_is_gone_is_red(clerk2: Actor, officer_a: Actor) -> None:
    case_id = submitted(clerk2, 5000)
    with transaction() as session:
        for row in session.scalars(select(Document).filter_by(case_id=case_id)):
            session.delete(row)
    assert found(officer_a, case_id)["办理材料"].said == "缺少：缴存基数变更证明"


def test_lower_rates_are_amber_higher_ones_green(
    clerk1: Actor, clerk2: Actor, officer_a: Actor
) -> None:
    lower, higher = rate_case(clerk1, 11), rate_case(clerk2, 10)
    assert marks(officer_a, lower)["缴存额变动"] == "需核对"
    assert found(officer_a, lower)["缴存额变动"].said == "300人月缴存额合计减少36,000.00元"
    assert set(marks(officer_a, higher).values()) == {"通过"}


def test_a_deferral_shows_its_span_and_what_blocks_it(clerk2: Actor, officer_a: Actor) -> None:
    case_id = deferral_case(clerk2)
    assert set(marks(officer_a, case_id).values()) == {"通过"}
    assert found(officer_a, case_id)["期限"].rule == "缓缴结束年月在2026-07至2027-06之间"
    set_employer(clerk2, status=EmployerStatus.SEALED)
    assert marks(officer_a, case_id)["单位状态"] == "不通过"


def test_a_deferral_beyond_its_longest_is_red(clerk2: Actor, officer_a: Actor) -> None:
    case_id = deferral_case(clerk2, Month(2027, 6))
    set_employer(clerk2, paid_to=202605, assessed_to=202605)
    assert marks(officer_a, case_id)["起始年月"] == "不通过"
    assert marks(officer_a, case_id)["期限"] == "不通过"


def test_a_shared_mobile_is_amber_a_moved_person_red(clerk2: Actor, officer_a: Actor) -> None:
    with snapshot() as session:
        taken = session.scalars(select(Contributor.mobile).limit(1)).one()
    case_id = info_change(clerk2, 0, mobile=taken)
    assert marks(officer_a, case_id) == {
        "账户状态": "通过", "变更内容": "通过", "手机号码": "需核对", "办理材料": "通过",
    }  # fmt: skip
    set_people(clerk2, 0, status=ContributorStatus.MOVED_OUT)
    assert marks(officer_a, case_id)["账户状态"] == "不通过"


def test_an_employer_whose_name_was_taken_meanwhile_is_red(
    clerk2: Actor, clerk3: Actor, officer_a: Actor
) -> None:
    case_id = employer_change(clerk2, name="黔东南苗岭食品集团(示例)")
    assert set(marks(officer_a, case_id).values()) == {"通过"}
    set_employer(clerk3, name="黔东南苗岭食品集团(示例)")
    assert marks(officer_a, case_id)["单位名称"] == "不通过"
    assert refused(officer_a, case_id) == (
        "已有单位使用名称“黔东南苗岭食品集团(示例)”，请核对单位名称"
    )


def test_an_address_shared_with_another_is_amber(
    clerk2: Actor, clerk3: Actor, officer_a: Actor
) -> None:
    set_employer(clerk3, address="贵州省凯里市大十字1号")
    case_id = employer_change(clerk2, address="贵州省凯里市大十字1号")
    assert found(officer_a, case_id)["单位地址"].said == "已有单位使用该地址"


def test_what_decides_is_told_even_where_no_check_names_it(
    clerk2: Actor, officer_a: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list is for her eyes: what the re-check would refuse stands in it in any case."""
    case_id = submitted(clerk2, 5000)
    set_people(clerk2, 0, status=ContributorStatus.SEALED)
    kind = BY_CODE["base_adjustment"]
    from dataclasses import replace

    monkeypatch.setattr(
        review,
        "BY_CODE",
        {**BY_CODE, "base_adjustment": replace(kind, checks=lambda *_: [])},
    )
    last = review.open_case(officer_a, case_id).checks[-1]
    assert (last.name, last.outcome) == ("办结复核", Outcome.FAILED)
    assert "账户状态已为封存" in last.said


def test_a_case_that_is_decided_is_checked_no_more(clerk2: Actor, officer_a: Actor) -> None:
    case_id = submitted(clerk2, 5000)
    review.approve(officer_a, case_id, version=2, opinion="同意")
    page = review.open_case(officer_a, case_id)
    assert (page.checks, page.urgency, page.can_decide) == ([], None, False)


def test_a_draft_is_not_opened(clerk2: Actor, officer_a: Actor) -> None:
    imported(clerk2, 5000)
    with snapshot() as session:
        case_id = session.scalars(select(Case.id)).one()
    with pytest.raises(BusinessError, match="未找到该业务"):
        review.open_case(officer_a, case_id)


def test_colleagues_are_those_of_the_same_role_and_branch(
    officer_a: Actor, officer_b: Actor
) -> None:
    assert review.colleagues(officer_a) == {
        officer_a.user_id: "王建国", officer_b.user_id: "李春梅",
    }  # fmt: skip
    assert officer_a.role is Role.REVIEWER
