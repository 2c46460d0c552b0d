"""The papers of a month's remittance as they are drawn: 汇缴书 and 汇缴清册 (domain rules 4.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.enums import Action, AssessmentStatus, ContributorStatus, RemittanceKind
from data.models.case import Case, Step
from data.models.people import User
from data.models.register import Employer
from data.models.remittance import Assessment, AssessmentLine
from services.errors import BusinessError, NotFound
from services.files.columns import Column, SheetRow
from services.files.pdf import Label, ListPaper
from services.files.pdf_voucher import Voucher
from services.rules import clock
from services.rules.capitals import capitals
from services.rules.months import Month

PRINTABLE: Final = (AssessmentStatus.APPROVED, AssessmentStatus.BOOKED)
COLUMNS: Final = (
    Column("序号", "integer", 6),
    Column("个人账号", width=14),
    Column("姓名", width=11),
    Column("证件号码", width=20),
    Column("缴存基数", "money", 12),
    Column("单位月缴存额", "money", 13),
    Column("个人月缴存额", "money", 13),
    Column("月缴存额", "money", 13),
    Column("账户状态", width=9),
)
FIRST_ROWS, NEXT_ROWS = 22, 31


class NotApproved(BusinessError):
    message = "{month}的核定尚未经中心审批，审批通过后可以打印"


class Deleted(BusinessError):
    message = "{month}的核定已删除，不能打印"


@dataclass(frozen=True, slots=True)
class AssessedMonth:
    """An assessed month with those who stand on its papers."""

    assessment: Assessment
    employer: Employer
    serial: str
    clerk: str
    clerk_phone: str
    officer: str

    @property
    def label(self) -> str:
        month = Month.of(self.assessment.month)
        return f"{month.year}年{month.month:02d}月"

    @property
    def total(self) -> Decimal:
        return self.assessment.employer_amount + self.assessment.contributor_amount

    @property
    def summary(self) -> str:
        """What the public page says: month, heads and yuan, nobody's name."""
        a = self.assessment
        return (
            f"单位账号{self.employer.number}，汇缴年月{self.label}，{a.heads}人，"
            f"单位{a.employer_amount:,.2f}元，个人{a.contributor_amount:,.2f}元，"
            f"合计{self.total:,.2f}元"
        )


def assessed(session: Session, assessment_id: int) -> AssessedMonth:
    """Return an assessed month. Raises NotFound."""
    found = session.get(Assessment, assessment_id)
    if found is None:
        raise NotFound(what="该月核定")
    case = session.get(Case, found.case_id) if found.case_id else None
    clerk = session.get(User, found.assessed_by) if found.assessed_by else None
    return AssessedMonth(
        found,
        session.get_one(Employer, found.employer_id),
        serial=(case.serial or "") if case else "",
        clerk=clerk.name if clerk else "",
        clerk_phone=clerk.landline or clerk.mobile if clerk else "",
        officer=_officer(session, case) if case else "",
    )


def require_printable(month: AssessedMonth) -> None:
    """Raise NotApproved or Deleted where the manual has nothing to print yet, or no longer."""
    label = Month.of(month.assessment.month).label
    if month.assessment.deleted_at or month.assessment.status is AssessmentStatus.DELETED:
        raise Deleted(month=label)
    if month.assessment.status not in PRINTABLE:
        raise NotApproved(month=label)


def voucher(month: AssessedMonth, code: str, verify_at: str) -> Voucher:
    """Return the 汇缴书: the month's figures, the amount in capitals, lines to sign."""
    return Voucher(
        title="住房公积金汇缴书",
        heads=_voucher_heads(month, code),
        figures=_figures(month.assessment, month.total),
        groups=_voucher_groups(month),
        seal="（中心业务章）",
        code=code,
        verify_at=verify_at,
    )


def roster(session: Session, month: AssessedMonth, code: str, verify_at: str) -> ListPaper:
    """Return the 汇缴清册: everybody in the month as they were then."""
    a = month.assessment
    return ListPaper(
        title="住房公积金汇缴清册",
        head=(
            ("单位名称", month.employer.name),
            ("单位账号", month.employer.number),
            ("清册年月", month.label),
            ("管理部", month.employer.branch.label),
            ("发生人数", f"{a.heads}人"),
            ("发生额", f"{month.total:,.2f}元"),
            ("业务流水号", month.serial),
            ("填制日期", str(clock.today())),
            ("验证码", code),
        ),
        columns=COLUMNS,
        rows=_rows(session, a),
        totals={
            "个人账号": "合计",
            "姓名": f"{a.heads}人",
            "单位月缴存额": a.employer_amount,
            "个人月缴存额": a.contributor_amount,
            "月缴存额": month.total,
        },
        code=code,
        verify_at=verify_at,
        foot=(("单位经办人", month.clerk), ("中心审核人", month.officer), ("单位（公章）", "")),
        first_rows=FIRST_ROWS,
        next_rows=NEXT_ROWS,
    )


def _rows(session: Session, assessment: Assessment) -> list[SheetRow]:
    line = AssessmentLine
    found = session.execute(
        select(
            line.account, line.name, line.id_number, line.base, line.employer_amount,
            line.contributor_amount,
        )
        .where(line.assessment_id == assessment.id, line.employer_id == assessment.employer_id)
        .order_by(line.account)
    )  # fmt: skip
    # Everybody in a month's snapshot is in status 正常: that is what puts them there.
    status = ContributorStatus.NORMAL.label
    return [
        (number, account, name, id_number, base, own, withheld, own + withheld, status)
        for number, (account, name, id_number, base, own, withheld) in enumerate(found, start=1)
    ]


def _voucher_heads(month: AssessedMonth, code: str) -> list[list[Label]]:
    is_regular = month.assessment.kind is RemittanceKind.REGULAR
    return [
        [("单位名称（公章）", month.employer.name)],
        [("单位账号", month.employer.number), ("编号", month.serial), ("验证码", code)],
        [
            ("汇缴年月", month.label),
            ("类型", "■汇缴 □补缴" if is_regular else "□汇缴 ■补缴"),
            ("资金来源", "□财政统发 □非财政统发"),
        ],
    ]


def _figures(a: Assessment, total: Decimal) -> Sequence[Sequence[str]]:
    return [
        ("", "上月汇缴", "本月增加", "本月减少", "基数/比例差额", "本月汇缴"),
        ("人数", str(a.last_heads), str(a.plus_heads), str(a.minus_heads), "—", str(a.heads)),
        (
            "金额",
            *(f"{yuan:,.2f}" for yuan in (a.last_amount, a.plus_amount, a.minus_amount)),
            f"{a.difference:,.2f}",
            f"{total:,.2f}",
        ),
    ]


def _voucher_groups(month: AssessedMonth) -> list[list[Label]]:
    a = month.assessment
    return [
        [
            ("其中：单位缴存", f"{a.employer_amount:,.2f}元"),
            ("个人缴存", f"{a.contributor_amount:,.2f}元"),
            ("合计", f"{month.total:,.2f}元"),
        ],
        [("金额（大写）", capitals(month.total))],
        [("缴款方式", "□委托扣款 □转账 □暂存款")],
        [("付款户名", month.employer.name), ("付款开户行", month.employer.bank), ("付款账号", "")],
        [("收款户名", ""), ("收款开户行", ""), ("收款账号", "")],
        [("单位经办人", month.clerk), ("联系电话", month.clerk_phone), ("截止日期", "")],
        [("中心审核人", month.officer), ("复核", ""), ("打印日期", str(clock.today()))],
    ]


def _officer(session: Session, case: Case) -> str:
    """Return who approved it last."""
    approved = select(Step.user_name).where(
        Step.case_id == case.id, Step.action == Action.APPROVE, Step.level > 0
    )
    return session.scalar(approved.order_by(Step.id.desc()).limit(1)) or ""
