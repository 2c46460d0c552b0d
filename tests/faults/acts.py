"""Every write of the hall as a pair: what must stand before it, and the act itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from data.database import snapshot
from data.enums import BusinessKind, CaseStatus
from data.models.case import Case, Message
from data.models.remittance import Assessment
from data.policy_codes import PolicyKey, ProposalTopic
from services import inbox, own_cases, review
from services.actor import Actor
from services.administration import policy_changes
from services.base_adjustment import approval as base_adjustment
from services.base_adjustment import roster, workbook
from services.contributor_registration import approval as registration
from services.contributor_registration import roster as opening
from services.contributor_status_change import approval as status_change
from services.remittance import arrivals, assess, desk, edit
from services.rules.months import Month
from tests.conftest import person
from tests.credits import credit
from tests.desk_cases import deferral_case, employer_change, info_change, rate_case
from tests.rosters import PDF, filled, imported, submitted
from tests.test_contributor_registration import YANG
from tests.test_contributor_status_change import NORMAL, SEALED, SEALING, UNSEALING, accounts, enter

JULY = Month.of(202607)
CLERK = "clerk2"
LIMITS = {
    PolicyKey.BASE_MIN: "2000.00", PolicyKey.BASE_MAX: "23000.00",
    PolicyKey.TOTAL_MIN: "200.00", PolicyKey.TOTAL_MAX: "5520.00",
}  # fmt: skip


@dataclass(frozen=True)
class Act:
    """`prepare` makes the database ready and returns what `do` needs; only `do` meets the fault."""

    name: str
    prepare: Callable[[], object]
    do: Callable[[object], object]


def _clerk(key: str = CLERK) -> Actor:
    return person(key)


def _version(kind: BusinessKind) -> tuple[int, int]:
    with snapshot() as session:
        case = session.scalars(
            select(Case).filter_by(kind=kind, status=CaseStatus.PENDING).order_by(Case.id.desc())
        ).first()
        assert case
        return case.id, case.version


def _ready_base() -> int:
    imported(_clerk(), 5000)
    base_adjustment.attach(_clerk(), "011201", "证明.pdf", PDF)
    return base_adjustment.situation(_clerk()).version


def _decide(kind: BusinessKind, officer: str = "officerA") -> Callable[[object], object]:
    def do(_given: object) -> object:
        case_id, version = _version(kind)
        return review.approve(person(officer), case_id, version=version, opinion="同意")

    return do


def _first_of_two() -> None:
    deferral_case(_clerk())
    _decide(BusinessKind.DEFERRAL)(None)


def _assessed() -> int:
    assess.assess(_clerk(), [JULY], client_id="m")
    with snapshot() as session:
        return session.scalars(
            select(Assessment.id).filter_by(employer_id=_clerk().employer, month=JULY.number)
        ).one()


def _approved() -> int:
    month = _assessed()
    desk.approve(person("officerA"), month)
    return month


def _on_roster(kind: BusinessKind) -> list[str]:
    clerk = _clerk("clerk1")
    account = accounts(clerk, NORMAL if kind is SEALING else SEALED)[0]
    enter(clerk, kind, account)
    return [account]


def _message() -> int:
    registration_of("r")
    with snapshot() as session:
        return session.scalars(select(Message.id)).one()


def registration_of(click: str) -> None:
    opening.add(_clerk(), YANG)
    registration.confirm(_clerk(), _lines(), client_id=click)


def _lines() -> list[int]:
    return registration.line_ids(opening.roster(_clerk())["account"])


def _opening_roster() -> list[int]:
    opening.add(_clerk(), YANG)
    return _lines()


def _returned() -> tuple[int, int]:
    case_id = submitted(_clerk(), 5000)
    _, version = _version(BusinessKind.BASE_ADJUSTMENT)
    review.send_back(person("officerA"), case_id, version=version, opinion="缺工资表")
    with snapshot() as session:
        return case_id, session.get_one(Case, case_id).version


def _proposed() -> int:
    return policy_changes.propose(
        person("admin"), ProposalTopic.LIMITS, LIMITS, effective_from=date(2026, 8, 1),
        source="测试", reason="",
    )  # fmt: skip


def _pair(given: object) -> tuple[int, int]:
    assert isinstance(given, tuple)
    return given


ACTS = (
    Act("import a roster", lambda: filled(_clerk(), 5000),
        lambda book: workbook.import_workbook(_clerk(), book)),  # type: ignore[arg-type]
    Act("attach a document", lambda: imported(_clerk(), 5000),
        lambda _: base_adjustment.attach(_clerk(), "011201", "证明.pdf", PDF)),
    Act("delete a row", lambda: imported(_clerk(), 5000),
        lambda _: roster.delete_rows(_clerk(), accounts(_clerk(), NORMAL)[:1])),
    Act("submit a base adjustment", _ready_base,
        lambda v: base_adjustment.submit(_clerk(), version=v, client_id="c")),  # type: ignore[arg-type]
    Act("approve a base adjustment", lambda: submitted(_clerk(), 5000),
        _decide(BusinessKind.BASE_ADJUSTMENT)),
    Act("return a base adjustment", lambda: submitted(_clerk(), 5000),
        lambda case: review.send_back(
            person("officerA"), case, opinion="缺工资表",  # type: ignore[arg-type]
            version=_version(BusinessKind.BASE_ADJUSTMENT)[1])),
    Act("end a flow", _returned,
        lambda given: own_cases.end_flow(_clerk(), _pair(given)[0], version=_pair(given)[1])),
    Act("approve an employer's change", lambda: employer_change(_clerk(), phone="0855-8123456"),
        _decide(BusinessKind.EMPLOYER_INFO_CHANGE)),
    Act("approve a person's change", lambda: info_change(_clerk(), 0, mobile="13885550001"),
        _decide(BusinessKind.CONTRIBUTOR_INFO_CHANGE)),
    Act("approve a rate adjustment", lambda: rate_case(_clerk(), 10),
        _decide(BusinessKind.RATE_ADJUSTMENT)),
    Act("enter a person", lambda: None, lambda _: opening.add(_clerk(), YANG)),
    Act("open accounts", _opening_roster,
        lambda lines: registration.confirm(_clerk(), lines, client_id="c")),  # type: ignore[arg-type]
    Act("seal", lambda: _on_roster(SEALING),
        lambda chosen: status_change.confirm(_clerk("clerk1"), SEALING, chosen, client_id="c")),  # type: ignore[arg-type]
    Act("unseal", lambda: _on_roster(UNSEALING),
        lambda chosen: status_change.confirm(_clerk("clerk1"), UNSEALING, chosen, client_id="c")),  # type: ignore[arg-type]
    Act("assess a month", lambda: None,
        lambda _: assess.assess(_clerk(), [JULY], client_id="m")),
    Act("delete an assessment", _assessed,
        lambda month: edit.delete(_clerk(), month)),  # type: ignore[arg-type]
    Act("approve a month", _assessed, lambda month: desk.approve(person("officerA"), month)),  # type: ignore[arg-type]
    Act("send a month back", _assessed,
        lambda month: desk.send_back(person("officerA"), month, reason="人数不符")),  # type: ignore[arg-type]
    Act("book money that covers the month", _approved,
        lambda _: arrivals.receive(person("officerA"), credit(_clerk(), "4826.00"))),
    Act("keep money that does not", _approved,
        lambda _: arrivals.receive(person("officerA"), credit(_clerk(), "100.00"))),
    Act("first level of a deferral", lambda: deferral_case(_clerk()),
        _decide(BusinessKind.DEFERRAL)),
    Act("second level of a deferral", _first_of_two, _decide(BusinessKind.DEFERRAL, "officerC")),
    Act("mark a message read", _message, lambda one: inbox.mark_read(_clerk(), one)),  # type: ignore[arg-type]
    Act("delete a message", _message, lambda one: inbox.delete(_clerk(), one)),  # type: ignore[arg-type]
    Act("propose a policy", lambda: None, lambda _: _proposed()),
    Act("confirm a policy", _proposed,
        lambda one: policy_changes.confirm(person("security"), one)),  # type: ignore[arg-type]
)  # fmt: skip
