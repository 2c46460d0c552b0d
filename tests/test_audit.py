"""The audit tells of every change with the change itself, of every refusal, and of nobody's name."""

import ast
import hmac
import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DatabaseError

from data import chain, database, schema
from data.database import snapshot, transaction
from data.enums import Action, AuditAction, BusinessKind
from data.models.audit import AuditEvent, AuditHead
from data.models.case import Case, Message
from data.models.register import Contributor, Employer
from services import audit, inbox, own_cases, passwords, review, sign_in
from services.actor import Actor
from services.approval import casework, papers, refusals
from services.approval.moves import TOLD
from services.base_adjustment import approval, roster
from services.errors import NotAllowed, NotFound
from services.remittance import assess, desk, edit
from services.rules.months import Month
from services.sign_in import SignInRefused
from tests import credits
from tests.conftest import person
from tests.rosters import PDF, imported, submitted

pytestmark = pytest.mark.usefixtures("db", "storage")


def events(*actions: AuditAction) -> list[AuditEvent]:
    with snapshot() as session:
        chosen = select(AuditEvent).order_by(AuditEvent.seq)
        if actions:
            chosen = chosen.where(AuditEvent.action.in_([action.value for action in actions]))
        return list(session.scalars(chosen))


def told() -> list[str]:
    return [event.action for event in events()]


def note(actor: Actor | None, **facts: object) -> None:
    with transaction() as session:
        audit.record(session, actor, AuditAction.ENTERED, "case:1", **facts)


def test_a_case_from_its_beginning_to_its_effect(clerk2: Actor, officer_a: Actor) -> None:
    case_id = submitted(clerk2, 5000)
    review.approve(officer_a, case_id, version=2, opinion="同意")
    assert told() == [
        "case_begun", "imported", "document_attached", "case_submit", "case_approve", "case_effect",
    ]  # fmt: skip
    effect = events()[-1]
    assert (effect.actor, effect.role) == (officer_a.user_id, "reviewer")
    assert (effect.subject, effect.employer) == (f"case:{case_id}", clerk2.employer_id)
    assert json.loads(effect.payload) == {
        "changes": 5, "kind": "base_adjustment", "month": 202607,
    }  # fmt: skip


def test_a_change_that_fails_leaves_no_event(clerk2: Actor) -> None:
    with pytest.raises(RuntimeError), transaction() as session:
        casework.editable(session, BusinessKind.BASE_ADJUSTMENT, clerk2, 202607)
        raise RuntimeError
    assert events() == []


def test_an_event_that_cannot_be_written_keeps_the_change_out(clerk2: Actor, db: Engine) -> None:
    with db.execution_options(writes=True).begin() as connection:
        connection.execute(text("DROP TABLE audit_event"))
    with pytest.raises(DatabaseError):
        imported(clerk2, 5000)
    with snapshot() as session:
        assert session.scalars(select(Case)).all() == []


def test_without_its_key_nothing_is_added_to_a_chain(clerk2: Actor, tmp_path: Path) -> None:
    note(clerk2)
    lost = chain.Key(tmp_path / "elsewhere")
    with pytest.raises(chain.KeyMissing), transaction() as session:
        audit.record(session, clerk2, AuditAction.ENTERED, "case:1")
        chain.append(session, lost)
    assert len(events()) == 1


def test_the_first_event_of_a_fresh_chain_makes_its_key(tmp_path: Path) -> None:
    key = chain.Key(tmp_path / "new" / "audit.key")
    made = key.read(may_make=True)
    assert len(made) == 32
    assert key.path.stat().st_mode & 0o777 == 0o600
    assert chain.Key(key.path).read() == made
    assert [path.name for path in key.path.parent.iterdir()] == ["audit.key"]


def test_events_continue_one_another(clerk2: Actor) -> None:
    submitted(clerk2, 5000)
    found = events()
    assert [event.seq for event in found] == list(range(1, len(found) + 1))
    assert found[0].prev == chain.START
    assert all(one.hash == two.prev for one, two in pairwise(found))
    with snapshot() as session:
        head = session.get_one(AuditHead, 1)
    assert (head.seq, head.hash) == (found[-1].seq, found[-1].hash)


def test_a_missing_field_is_not_an_empty_one_and_fields_keep_their_edges() -> None:
    entry = chain.Entry("t", None, None, None, "a", "s", "{}")
    told_apart = [
        entry,
        entry._replace(role=""),
        entry._replace(role="-"),
        entry._replace(action="as", subject=""),
        entry._replace(action="", subject="as"),
        entry._replace(actor=1),
        entry._replace(employer=1),
    ]
    hasher = chain.Hasher(b"k")
    digests = {hasher(chain.START, 1, each) for each in told_apart}
    assert len(digests) == len(told_apart)


@pytest.mark.parametrize("key", [b"", b"k", bytes(range(64))])
def test_the_hash_is_the_hmac_of_the_standard_library(key: bytes) -> None:
    entry = chain.Entry("t", 7, "clerk", None, "a", "case:1", '{"行":2}')
    text = '1:31:t1:75:clerk-1:a6:case:17:{"行":2}'
    assert chain.message(3, *entry) == text
    expected = hmac.digest(key, bytes(32) + text.encode(), "sha256")
    assert chain.Hasher(key)(bytes(32), 3, entry) == expected


def test_no_event_is_noted_inside_a_savepoint(clerk2: Actor) -> None:
    with pytest.raises(chain.InSavepoint), transaction() as session, session.begin_nested():
        audit.record(session, clerk2, AuditAction.ENTERED, "case:1")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET payload = '{}' WHERE seq = 1",
        "UPDATE audit_event SET actor = NULL",
        "DELETE FROM audit_event WHERE seq = 2",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "TRUNCATE audit_head",
        "UPDATE audit_head SET seq = 1",
        "UPDATE audit_head SET seq = seq + 1",
        "DELETE FROM audit_head",
        "INSERT INTO audit_head SELECT 2, seq, hash FROM audit_head",
        "INSERT INTO audit_event SELECT seq + 7, instant, actor, role, employer, action, subject, "
        "payload, prev, hash FROM audit_event WHERE seq = 1",
        "INSERT INTO audit_event SELECT 3, instant, actor, role, employer, action, subject, "
        "payload, prev, hash FROM audit_event WHERE seq = 1",
        "INSERT OR REPLACE INTO audit_event SELECT 2, instant, actor, role, employer, action, "
        "subject, '{}', prev, hash FROM audit_event WHERE seq = 2",
        "INSERT INTO audit_event SELECT seq, instant, actor, role, employer, action, subject, "
        "'{}', prev, hash FROM audit_event WHERE seq = 2 "
        "ON CONFLICT (seq) DO UPDATE SET payload = '{}'",
    ],
)
def test_the_database_refuses_all_but_the_next_event(
    db: Engine, clerk2: Actor, statement: str
) -> None:
    note(clerk2)
    note(clerk2)
    with pytest.raises(DatabaseError), db.execution_options(writes=True).begin() as connection:
        connection.execute(text(statement))
    assert [event.seq for event in events()] == [1, 2]


def test_the_triggers_stand_after_they_are_made_again(db: Engine, clerk2: Actor) -> None:
    note(clerk2)
    schema.create(db)
    note(clerk2)
    with pytest.raises(DatabaseError), db.execution_options(writes=True).begin() as connection:
        connection.execute(text("DELETE FROM audit_event"))
    assert [event.seq for event in events()] == [1, 2]


FOREIGN = 999_999


@pytest.mark.parametrize(
    ("attempt", "subject", "reason"),
    [
        (lambda who: review.approve(who, 1, version=1, opinion=""), "review.approve", "NotAllowed"),
        (lambda who: inbox.mark_read(who, FOREIGN), "inbox.mark_read", "NotFound"),
        (lambda who: inbox.delete(who, FOREIGN), "inbox.delete", "NotFound"),
        (lambda who: own_cases.course(who, FOREIGN), "own_cases.course", "NotFound"),
        (lambda who: edit.delete(who, FOREIGN), "remittance.edit.delete", "NotFound"),
        (lambda who: papers.content(who, FOREIGN), "approval.papers.content", "NotFound"),
        (lambda who: desk.approve(who, FOREIGN), "remittance.desk.approve", "NotAllowed"),
    ],
)
def test_an_attempt_on_what_is_not_ones_own_is_an_event(
    clerk2: Actor, attempt: Callable[[Actor], None], subject: str, reason: str
) -> None:
    with pytest.raises((NotAllowed, NotFound)):
        attempt(clerk2)
    (event,) = events()
    assert (event.action, event.subject) == ("refused", subject)
    assert (event.actor, event.employer) == (clerk2.user_id, clerk2.employer_id)
    assert json.loads(event.payload)["reason"] == reason


def test_an_officer_of_another_branch_is_told_of_once(clerk2: Actor, officer_d: Actor) -> None:
    case_id = submitted(clerk2, 5000)
    with pytest.raises(refusals.OtherBranch):
        review.approve(officer_d, case_id, version=2, opinion="同意")
    (event,) = events(AuditAction.REFUSED)
    assert json.loads(event.payload) == {"case_id": case_id, "reason": "OtherBranch", "version": 2}


def test_what_the_rules_refuse_is_no_attempt(clerk2: Actor, officer_a: Actor) -> None:
    case_id = submitted(clerk2, 5000)
    with pytest.raises(refusals.NoReason):
        review.send_back(officer_a, case_id, version=2, opinion=" ")
    assert events(AuditAction.REFUSED) == []


def test_a_month_from_its_assessment_to_its_money(clerk2: Actor, officer_a: Actor) -> None:
    assess.assess(clerk2, [Month(2026, 7)], client_id="c1")
    with snapshot() as session:
        assert session.scalars(select(Case)).one()
    month = edit.assessed_months(clerk2)[0]
    desk.approve(officer_a, month.id)
    credits.receive(officer_a, clerk2, str(month.amount))
    assert told()[:4] == ["case_begun", "case_submit", "case_effect", "month_approved"]
    (booked,) = events(AuditAction.MONTH_BOOKED)
    assert (booked.subject, booked.actor) == (f"assessment:{month.id}", officer_a.user_id)


def test_a_deleted_month_and_a_deleted_message(clerk2: Actor) -> None:
    assess.assess(clerk2, [Month(2026, 7)], client_id="c1")
    edit.delete(clerk2, edit.assessed_months(clerk2)[0].id)
    with snapshot() as session:
        message = session.scalars(select(Message.id)).first()
    inbox.mark_read(clerk2, message)
    inbox.delete(clerk2, message)
    assert told()[-3:] == ["month_deleted", "message_read", "message_deleted"]


def test_documents_and_rosters(clerk2: Actor) -> None:
    imported(clerk2, 5000)
    approval.attach(clerk2, "011201", "证明.pdf", PDF)
    paper = approval.situation(clerk2).papers[0].id
    papers.content(clerk2, paper)
    approval.detach(clerk2, paper)
    roster.delete_rows(clerk2, [roster.roster(clerk2)["account"][0]])
    assert told()[2:] == [
        "document_attached", "downloaded", "document_detached", "rows_deleted",
    ]  # fmt: skip


def test_a_download_is_told_with_its_rows(clerk2: Actor) -> None:
    assess.assess(clerk2, [Month(2026, 7)], client_id="c1")
    edit.download(clerk2, edit.assessed_months(clerk2)[0].id)
    event = events()[-1]
    assert (event.action, event.subject) == ("exported", "listing:汇缴明细数据下载")
    assert json.loads(event.payload) == {"rows": 5}


def test_sign_ins_that_fail_and_the_lock(officer_a: Actor) -> None:
    with pytest.raises(SignInRefused):
        sign_in.sign_in(token="x", browser="b", token_serial="s")
    for _ in range(5):
        passwords.is_right("officera", "wrong password")
    assert told() == ["sign_in_refused", *["password_wrong"] * 5, "locked"]
    assert events()[-1].subject == f"user:{officer_a.user_id}"
    assert json.loads(events()[0].payload) == {"code": "challenge_missing"}


def test_no_persons_name_or_number_is_in_the_audit(clerk2: Actor, officer_a: Actor) -> None:
    case_id = submitted(clerk2, 5000)
    review.send_back(officer_a, case_id, version=2, opinion="杨秀英的基数有误")
    with pytest.raises(NotFound):
        own_cases.course(clerk2, FOREIGN)
    with snapshot() as session:
        people = session.execute(select(Contributor.name, Contributor.id_number)).all()
        names = {part for row in people for part in row} | {"杨秀英"}
        names |= set(session.scalars(select(Employer.name)))
        names |= {officer_a.name, clerk2.name}
    written = "".join(
        "".join(map(str, (event.subject, json.loads(event.payload)))) for event in events()
    )
    assert [name for name in names if name in written] == []


def test_every_move_of_a_case_has_a_word_in_the_audit() -> None:
    assert set(TOLD) == set(Action)
    assert {word.value for word in TOLD.values()} == {f"case_{a.value}" for a in Action}


def test_another_persons_refusal_is_theirs(clerk1: Actor) -> None:
    with pytest.raises(NotAllowed):
        inbox.counts(person("officerA"))
    (event,) = events()
    assert (event.role, event.employer) == ("reviewer", None)
    assert database.is_writing() is False


#: Transactions that the audit need not tell of: nobody's business changes by them.
UNTOLD = {
    "jobs.py:_alone": "the jobs inside it tell",
    "sessions.py:_touch": "a session's last use",
    "works/desk.py:close": "a notice put away",
    "works/store.py:to_send_again": "the state of long work; what it does tells",
    "works/store.py:recover": "the state of long work; what it does tells",
}


def _calls(function: ast.FunctionDef) -> set[str]:
    called = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
    names = {node.id for node in called if isinstance(node, ast.Name)}
    dotted = [node for node in called if isinstance(node, ast.Attribute)]
    return names | {node.attr for node in dotted} | {ast.unparse(node) for node in dotted}


def test_every_transaction_of_the_services_tells_the_audit() -> None:
    """By the names of what each function calls: it may pass one too many, never accuse wrongly."""
    services = Path(review.__file__).parent
    functions = [
        (f"{path.relative_to(services)}:{node.name}", node.name, _calls(node))
        for path in services.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
    ]
    telling = {"audit.record"}
    while more := {name for _, name, calls in functions if calls & telling} - telling:
        telling |= more
    silent = {
        place
        for place, _, calls in functions
        if calls & {"transaction", "_alone"} and not calls & telling
    }
    assert silent - UNTOLD.keys() == set()
