"""What has changed in the database, laid beside what the audit tells: each change one event, and back."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from data import database
from data.enums import EmployerStatus

Event = tuple[str, str]
"""What was done, and to what: `case_submit`, `case:17`."""
Rows = dict[Any, tuple[Any, ...]]

_QUERIES = {
    "step": "select id, case_id, action from case_step",
    "case": 'select id, employer_id, status from "case"',
    "month": "select id, case_id, status, deleted_at is not null from assessment",
    "arrival": "select id, employer_id from arrival",
    "booking": "select id, kind, assessment_id from ledger_entry where assessment_id is not null",
    "document": "select id, case_id from case_document",
    "message": "select id, read_at is not null, deleted_at is not null from message",
    "proposal": "select id, status, topic from proposal",
    "opening line": "select id, case_id, base, first_month from registration_line",
    "person": "select id, employer_id, status, base, employer_amount, contributor_amount, paid_to, "
    "sealed_month, name, mobile, address from contributor",
    "employer": "select id, id, status, employer_rate, assessed_to, paid_to, address, industry, phone, name "
    "from employer",
}
_LINES = (
    "select case_id, contributor_id, new_base, row from base_adjustment_line",
    "select case_id, contributor_id, effective_month, base from status_change_line",
    "select case_id, item, old, new from case_change",
)
#: What leaves its trace in the register: a person or an employer changes for one of these alone.
EFFECTS = (
    "case_effect", "month_booked", "month_unbooked", "case_submit", "month_deleted", "month_approved",
    "month_returned", "deferral_begun", "deferral_ended",
)  # fmt: skip
EDITS = frozenset(["entered", "imported", "rows_deleted"])
DEFERRED = EmployerStatus.DEFERRED.value
#: Tells of no change: an attempt, a look, a paper.
_ASIDE = frozenset(["refused", "case_opened", "exported", "printed", "downloaded"])


@dataclass(frozen=True)
class State:
    rows: dict[str, Rows]
    lines: dict[int, frozenset[tuple[Any, ...]]]
    """By case, what stands on its roster or change list."""
    last: int
    """The number of the last event."""


def seen() -> State:
    with database.engine().connect() as connection:
        rows = {
            name: {row[0]: tuple(row[1:]) for row in connection.execute(text(query))}
            for name, query in _QUERIES.items()
        }
        lines: dict[int, set[tuple[Any, ...]]] = {}
        for query in _LINES:
            for case, *line in connection.execute(text(query)):
                lines.setdefault(case, set()).add(tuple(line))
        for key, (case, *line) in rows.pop("opening line").items():
            lines.setdefault(case, set()).add((key, *line))
        last = connection.execute(text("select max(seq) from audit_event")).scalar() or 0
        return State(rows, {case: frozenset(those) for case, those in lines.items()}, last)


def told(connection: Connection, since: int) -> Counter[Event]:
    asked = text("select action, subject, employer from audit_event where seq > :since")
    return Counter(
        (action, f"employer:{employer}" if action.startswith("deferral_") else subject)
        for action, subject, employer in connection.execute(asked, {"since": since})
        if action not in _ASIDE
    )


def faults(before: State, after: State) -> list[str]:
    """Return every change without exactly one event of its own, and every event without its change."""
    with database.engine().connect() as connection:
        said = told(connection, before.last)
        whose = _employers_told_of(connection, before.last)
    due = Counter(_due(before, after))
    edits = Counter({event: n for event, n in said.items() if event[0] in EDITS})
    found = [f"no event: {event}" for event in (due - said).elements()]
    found += [f"no change: {event}" for event in (said - due - edits).elements()]
    found += _edits(before, after, edits)
    moved = {
        after.rows[name][key][0]: (name, key)
        for name in ("person", "employer")
        for key in _changed(before, after, name)
    }
    found += [
        f"the register changed at {place}, and nothing tells why: {dict(said)}"
        for employer, place in moved.items()
        if employer not in whose
    ]
    return found


def _employers_told_of(connection: Connection, since: int) -> set[int]:
    """Return whose business the new events are that leave a trace in the register."""
    asked = text("select action, employer from audit_event where seq > :since")
    rows = connection.execute(asked, {"since": since})
    return {employer for action, employer in rows if action in EFFECTS}


def changes(before: State, after: State) -> int:
    """Return how many changes an event was due for."""
    return len(list(_due(before, after)))


def _due(before: State, after: State) -> Iterator[Event]:
    month_of = {case: number for number, (case, *_) in after.rows["month"].items()}
    for key in _new(before, after, "step"):
        case, action = after.rows["step"][key]
        yield _step(case, action, month_of.get(case))
    for key in _new(before, after, "case"):
        yield "case_begun", f"case:{key}"
    for key in _changed(before, after, "case"):
        if after.rows["case"][key][1] == "approved":
            yield "case_effect", f"case:{key}"
    yield from _deferrals(before, after)
    for key in _new(before, after, "arrival"):
        yield "money_arrived", f"arrival:{key}"
    for key in _new(before, after, "booking"):
        kind, month = after.rows["booking"][key]
        yield {"allocation": "month_booked"}.get(kind, "month_unbooked"), f"assessment:{month}"
    for key in _new(before, after, "document"):
        yield "document_attached", f"case:{after.rows['document'][key][0]}"
    for key in before.rows["document"].keys() - after.rows["document"].keys():
        yield "document_detached", f"case:{before.rows['document'][key][0]}"
    for key, was in before.rows["message"].items():
        is_now = after.rows["message"].get(key, was)
        if is_now != was:
            yield (
                ("message_deleted" if is_now[1] and not was[1] else "message_read"),
                f"message:{key}",
            )
    yield from _proposals(before, after)


def _deferrals(before: State, after: State) -> Iterator[Event]:
    """Yield what the calendar has done to employers, where no approval did it."""
    approved = {after.rows["case"][key][0] for key in _changed(before, after, "case")
                if after.rows["case"][key][1] == "approved"}  # fmt: skip
    for key, (_, was, *_) in before.rows["employer"].items():
        is_now = after.rows["employer"][key][1]
        if was != is_now and key not in approved:
            yield "deferral_begun" if is_now == DEFERRED else "deferral_ended", f"employer:{key}"


def _step(case: int, action: str, month: int | None) -> Event:
    names = {"approve": "month_approved", "return": "month_returned", "close": "month_deleted"}
    if month is not None and action in names:
        return names[action], f"assessment:{month}"
    return f"case_{action}", f"case:{case}"


def _proposals(before: State, after: State) -> Iterator[Event]:
    names = {
        "pending": "proposed", "confirmed": "policy_set", "rejected": "proposal_rejected",
        "withdrawn": "proposal_withdrawn",
    }  # fmt: skip
    for key in _changed(before, after, "proposal"):
        status, topic = after.rows["proposal"][key]
        is_person = status == "confirmed" and topic == "role"
        yield "user_set" if is_person else names[status], f"proposal:{key}"


def _edits(before: State, after: State, edits: Counter[Event]) -> Iterator[str]:
    """Yield what is wrong with the editing of rosters and change lists of cases not submitted now."""
    stepped = {after.rows["step"][key][0] for key in _new(before, after, "step")}
    for case in before.lines.keys() | after.lines.keys():
        was, is_now = before.lines.get(case, frozenset()), after.lines.get(case, frozenset())
        count = sum(n for (_, subject), n in edits.items() if subject == f"case:{case}")
        is_moved = stepped and not count  # what was not chosen stays, in a case of its own
        if was != is_now and case not in stepped and not is_moved and count != 1:
            yield f"case:{case} was edited, and {count} events tell of it"


def _new(before: State, after: State, name: str) -> list[Any]:
    return sorted(after.rows[name].keys() - before.rows[name].keys())


def _changed(before: State, after: State, name: str) -> list[Any]:
    """Return the keys of rows that are new or differ."""
    was = before.rows[name]
    return [key for key, row in after.rows[name].items() if was.get(key) != row]
