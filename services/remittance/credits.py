"""A credit (到账) as a value: what the bank says of it, why it cannot be, what it has done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.errors import BusinessError
from services.files.cells import narrow
from services.remittance.booking import Due
from services.rules import clock

MOST = Decimal("999999999.99")
LENGTHS: Mapping[str, int] = {"reference": 40, "payer": 100, "note": 100}


class WrongCredit(BusinessError):
    """The credit may not be entered; `faults` says why, by field."""

    message = "到账未登记：{reasons}"

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(reasons="；".join(faults.values()))
        self.faults = dict(faults)


class NotOurCredit(WrongCredit):
    """It is for nobody, or for an employer of another branch."""

    is_denial = True


@dataclass(frozen=True, slots=True)
class Credit:
    """One credit as the bank reports it. The amount is yuan."""

    reference: str
    """银行流水号."""
    employer_number: str
    amount: Decimal
    arrived_on: date
    payer: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        """Spell what identifies it as a workbook's cell is read: else it could be entered twice."""
        for name in ("reference", "employer_number"):
            object.__setattr__(self, name, narrow(getattr(self, name)))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an employer's money has done: months booked, what is left, what it does not suffice for."""

    employer_number: str
    employer_name: str
    arrived: Decimal
    booked: list[Due]
    balance: Decimal
    next_due: Due | None

    @property
    def text(self) -> str:
        """Say it in the words of the case: exact, over, short, or nothing to pay."""
        months = "、".join(str(due.month) for due in self.booked)
        if self.booked and not self.balance:
            return f"{months}已入账"
        if self.booked:
            return f"{months}已入账，剩余{self.balance:,.2f}元转未分摊"
        if self.next_due is None:
            return f"无已审批待缴款的月度，未分摊余额{self.balance:,.2f}元"
        lacking = self.next_due.amount - self.balance
        return (
            f"到账金额不足，{self.next_due.month}未入账：应缴{self.next_due.amount:,.2f}元，"
            f"未分摊余额{self.balance:,.2f}元，还差{lacking:,.2f}元"
        )

    @property
    def for_employer(self) -> str:
        """Tell the employer what is left of its money and what it does not suffice for, or ""."""
        if not self.balance:
            return ""
        said = f"贵单位到账{self.arrived:,.2f}元已登记，未分摊余额{self.balance:,.2f}元"
        if self.next_due is None:
            return f"{said}，可用于以后月度。"
        return (
            f"{said}；{self.next_due.month.label}应缴{self.next_due.amount:,.2f}元，"
            f"还差{self.next_due.amount - self.balance:,.2f}元，请补足。"
        )


def objections(credit: Credit) -> dict[str, str]:
    """Return by field why the credit cannot be, whatever the register says."""
    found = {}
    if not credit.reference:
        found["reference"] = "请填写银行流水号"
    if not credit.employer_number:
        found["employer_number"] = "请填写单位账号"
    if not Decimal(0) < credit.amount <= MOST or credit.amount != round(credit.amount, 2):
        found["amount"] = "到账金额应大于0，最多两位小数"
    if credit.arrived_on > clock.today():
        found["arrived_on"] = "到账日期不能晚于今天"
    for name, longest in LENGTHS.items():
        if len(getattr(credit, name)) > longest:
            found[name] = f"最多{longest}字"
    return found
