"""What stands in the database, read in plain SQL and laid beside the model; and what always holds."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from data import database
from data.enums import MONEY_IN
from demo.cast import CAST
from tests.simulation.model import (
    BASE,
    BOOKED,
    DEFERRAL,
    DEFERRED,
    FACTS,
    NORMAL,
    OPENING,
    PERSON_FACTS,
    RATE,
    ROSTERS,
    SEALED,
    SEALING,
    UNSEALING,
    Bill,
    Case,
    Employer,
    Person,
    World,
    month_of,
    part,
)

KINDS = {
    "base_adjustment": BASE, "rate_adjustment": RATE, "deferral": DEFERRAL,
    "contributor_registration": OPENING, "sealing": SEALING, "unsealing": UNSEALING,
    "employer_info_change": FACTS, "contributor_info_change": PERSON_FACTS,
}  # fmt: skip
_OFFICERS = {player.username: player.key for player in CAST if player.username}
_PEOPLE = {"01": NORMAL, "02": SEALED}
_EMPLOYERS = {"01": NORMAL, "03": DEFERRED}
#: Each step of a case or a month, and what the audit calls it.
_TOLD = {
    "submit": ("case_submit",), "withdraw": ("case_withdraw",), "reject": ("case_reject",),
    "approve": ("case_approve", "month_approved"), "return": ("case_return", "month_returned"),
    "close": ("case_close", "month_deleted"), "transfer": ("case_transfer",),
}  # fmt: skip


class Divergence(AssertionError):
    """The hall is not as the model says it must be."""


class Seen(NamedTuple):
    """What is compared, in the model's own terms."""

    employers: dict[str, tuple[Any, ...]]
    people: dict[str, tuple[Any, ...]]
    months: dict[tuple[str, int], tuple[Any, ...]]
    cases: dict[tuple[str, str], tuple[Any, ...]]
    lines: dict[tuple[str, str], dict[str, tuple[int, ...]]]
    changes: dict[tuple[str, str], dict[str, tuple[str, str]]]
    facts: dict[str, dict[str, str]]
    ended: Counter[tuple[str, str, int]]
    arrived: int


def expected(world: World) -> Seen:
    """Return what the model says."""
    own = world.employers.values()
    return Seen(
        {e.number: (e.rate, e.assessed_to, e.paid_to, e.status, e.balance) for e in own},
        {
            p.number: (
                p.employer,
                p.status,
                p.base,
                p.amount,
                p.amount,
                p.first,
                p.sealed,
                p.paid_to,
            )
            for p in world.people.values()
        },
        {
            (e.number, b.month): (b.status, b.is_deferred, b.total, b.people)
            for e in own
            for b in e.bills
        },
        {(e.number, k): (c.status, c.version, c.assigned) for e in own for k, c in e.cases.items()},
        {
            (e.number, k): {n: tuple(sorted(line.items())) for n, line in c.lines.items()}
            for e in own
            for k, c in e.cases.items()
            if c.lines
        },
        {(e.number, k): c.changes for e in own for k, c in e.cases.items() if c.changes},
        {e.number: e.facts for e in own} | {p.number: p.facts for p in world.people.values()},
        Counter((e.number, kind, month) for e in own for kind, month in e.ended),
        world.arrived,
    )


def actual(connection: Connection, world: World) -> Seen:
    """Return what the database says, of the employers that take part."""
    rows = {r.id: r for r in connection.exec_driver_sql("select * from employer")}
    mine = {i: r.number for i, r in rows.items() if r.number in world.employers}
    balances = _balances(connection)
    people = {r.id_number: r for r in _of(connection, "contributor", mine)}
    return Seen(
        {
            n: (rows[i].employer_rate, month_of(rows[i].assessed_to), month_of(rows[i].paid_to),
                _EMPLOYERS.get(rows[i].status), balances.get(i, 0))
            for i, n in mine.items()
        },
        {
            n: (mine[r.employer_id], _PEOPLE.get(r.status), r.base, r.employer_amount,
                r.contributor_amount, month_of(r.first_month), _month(r.sealed_month),
                _month(r.paid_to))
            for n, r in people.items()
        },
        _months(connection, mine),
        _cases(connection, world, mine),
        _lines(connection, mine),
        _changes(connection, mine),
        {n: {"address": rows[i].address, "industry": rows[i].industry} for i, n in mine.items()}
        | {n: {"address": r.address, "mobile": r.mobile} for n, r in people.items()},
        _ended(connection, mine),
        int(connection.exec_driver_sql("select sum(amount) from arrival").scalar() or 0),
    )  # fmt: skip


def _of(connection: Connection, table: str, mine: dict[int, str]) -> Sequence[Any]:
    """Return a table's rows of the employers that take part."""
    return connection.exec_driver_sql(
        f"select * from {table} where employer_id in {_among(mine)}"
    ).all()


def _among(mine: dict[int, str]) -> str:
    return f"({', '.join(map(str, mine))})"


def _month(number: int | None) -> int | None:
    return None if number is None else month_of(number)


def _balances(connection: Connection) -> dict[int, int]:
    """Return what each ledger adds up to; its own balances must say the same."""
    found: dict[int, int] = {}
    for row in connection.exec_driver_sql(
        "select * from ledger_entry order by employer_id, sequence"
    ):
        sign = 1 if row.kind in MONEY_IN else -1
        found[row.employer_id] = found.get(row.employer_id, 0) + sign * row.amount
        if found[row.employer_id] != row.balance or row.balance < 0:
            raise Divergence("a ledger's balance is not what its lines add up to", tuple(row))
    return found


def _months(connection: Connection, mine: dict[int, str]) -> dict[tuple[str, int], tuple[Any, ...]]:
    """Return the months that stand; each must be its lines, and follow from the one before."""
    people: dict[int, dict[str, tuple[int, int, int]]] = {}
    theirs = (
        "assessment_id in (select id from assessment where deleted_at is null and employer_id in"
    )
    for r in connection.exec_driver_sql(
        f"select * from assessment_line where {theirs} {_among(mine)})"
    ):
        if r.employer_amount != r.contributor_amount:
            raise Divergence("a line's two parts differ at one rate", tuple(r))
        if r.employer_amount != part(r.base, r.employer_rate):
            raise Divergence("a line is not its base by its rate", tuple(r))
        line = (r.base, r.employer_rate, r.employer_amount)
        people.setdefault(r.assessment_id, {})[r.id_number] = line
    months = {}
    for r in _of(connection, "assessment", mine):
        if r.deleted_at:
            continue
        total = r.employer_amount + r.contributor_amount
        heads = r.last_heads + r.plus_heads - r.minus_heads
        amount = r.last_amount + r.plus_amount - r.minus_amount + r.difference
        if (heads, amount) != (r.heads, total) or heads != len(people[r.id]):
            raise Divergence("上月 + 增加 − 减少 ± 差额 is not 本月", tuple(r))
        months[mine[r.employer_id], month_of(r.month)] = (
            r.status, r.kind == "13", total, people[r.id],
        )  # fmt: skip
    return months


def _cases(
    connection: Connection, world: World, mine: dict[int, str]
) -> dict[tuple[str, str], tuple[Any, ...]]:
    """Return the live cases; the model's learn their ids."""
    live = "('draft', 'pending', 'returned', 'rejected', 'withdrawn')"
    found: dict[tuple[str, str], tuple[Any, ...]] = {}
    for r in connection.exec_driver_sql(
        'select c.*, p.id_number, u.username from "case" c '
        "left join contributor p on p.id = c.contributor_id "
        'left join "user" u on u.id = c.assigned_to '
        f"where c.status in {live}"
    ):
        if r.employer_id in mine:
            key = (mine[r.employer_id], _key(r))
            if key in found:
                raise Divergence("two live cases of one kind", key)
            found[key] = (r.status, r.version, _OFFICERS.get(r.username, ""))
            if case := world.employers[key[0]].cases.get(key[1]):
                case.id = r.id
    return found


def _lines(
    connection: Connection, mine: dict[int, str]
) -> dict[tuple[str, str], dict[str, tuple[int, ...]]]:
    """Return what stands on the rosters of live cases."""
    live = "c.status in ('draft', 'pending', 'returned', 'rejected', 'withdrawn')"
    found: dict[tuple[str, str], dict[str, Any]] = {}

    def put(row: Row[Any], line: dict[str, int]) -> None:
        key = (mine[row.employer_id], KINDS[row.kind])
        found.setdefault(key, {})[row.id_number] = tuple(sorted(line.items()))

    for table in ("registration_line", "status_change_line", "base_adjustment_line"):
        who = "l.id_number" if table == "registration_line" else "p.id_number"
        joined = (
            "" if table == "registration_line" else "join contributor p on p.id = l.contributor_id"
        )
        rows = connection.exec_driver_sql(
            f"select l.*, {who} as id_number, c.kind, c.employer_id from {table} l "
            f'join "case" c on c.id = l.case_id {joined} where {live}'
        )
        for r in rows:
            if table == "registration_line":
                put(r, {"base": r.base, "first": month_of(r.first_month)})
            elif table == "base_adjustment_line":
                put(r, {"old": r.old_base, "new": r.new_base, "amount": r.employer_amount})
            else:
                put(r, {"month": month_of(r.effective_month), "base": r.base or 0})
    return found


def _key(row: Row[Any]) -> str:
    return Case(KINDS.get(row.kind, row.kind), about=row.id_number or "").key


def _changes(
    connection: Connection, mine: dict[int, str]
) -> dict[tuple[str, str], dict[str, tuple[str, str]]]:
    """Return what stands on the change lists of live cases."""
    live = "c.status in ('draft', 'pending', 'returned', 'rejected', 'withdrawn')"
    found: dict[tuple[str, str], dict[str, tuple[str, str]]] = {}
    rows = connection.exec_driver_sql(
        "select l.item, l.old, l.new, c.kind, c.employer_id, p.id_number from case_change l "
        'join "case" c on c.id = l.case_id '
        f"left join contributor p on p.id = c.contributor_id where {live}"
    )
    for r in rows:
        found.setdefault((mine[r.employer_id], _key(r)), {})[r.item] = (r.old, r.new)
    return found


def _ended(connection: Connection, mine: dict[int, str]) -> Counter[tuple[str, str, int]]:
    rows = connection.exec_driver_sql(
        "select employer_id, kind, effective_month from \"case\" where status = 'approved'"
    )
    return Counter(
        (mine[r.employer_id], KINDS[r.kind], month_of(r.effective_month))
        for r in rows
        if r.kind in KINDS and KINDS[r.kind] not in ROSTERS
    )


def compare(world: World) -> None:
    """Raise Divergence unless the database is what the model says."""
    with database.engine().connect() as connection:
        learn(connection, world)
        is_so, should = actual(connection, world), expected(world)
        for name, here, there in zip(Seen._fields, is_so, should, strict=True):
            if here != there:
                raise Divergence(f"{name}: {_difference(here, there)}")
        told(connection)
    if world.arrived != sum(e.balance + _paid(e) for e in world.employers.values()):
        raise Divergence("money is lost between arrival, months and balance")


def _paid(employer: Employer) -> int:
    return sum(b.total for b in employer.bills if b.status == BOOKED and b.is_ours)


def _difference(here: object, there: object) -> str:
    if not isinstance(here, dict) or not isinstance(there, dict):
        return f"{here} in the hall, {there} in the model"
    keys = [k for k in here.keys() | there.keys() if here.get(k) != there.get(k)]
    return "; ".join(
        f"{k}: {here.get(k)} in the hall, {there.get(k)} in the model" for k in keys[:3]
    )


def told(connection: Connection) -> None:
    """Raise Divergence unless the audit has one event for each step, credit, booking and effect."""
    steps = dict(
        connection.exec_driver_sql("select action, count(*) from case_step group by action").all()
    )
    said = dict(
        connection.exec_driver_sql("select action, count(*) from audit_event group by action").all()
    )
    for action, names in _TOLD.items():
        if steps.get(action, 0) != sum(said.get(name, 0) for name in names):
            raise Divergence(f"{action}: {steps.get(action, 0)} steps, audit {said}")
    counted = {
        "money_arrived": "select count(*) from arrival",
        "month_booked": "select count(*) from ledger_entry where kind = 'allocation'",
        "case_effect": "select count(*) from \"case\" where status = 'approved'",
    }
    for name, query in counted.items():
        if connection.exec_driver_sql(query).scalar() != said.get(name, 0):
            raise Divergence(f"{name}: the audit tells of {said.get(name, 0)}")


def events(connection: Connection) -> int:
    return int(connection.exec_driver_sql("select max(seq) from audit_event").scalar() or 0)


def learn(connection: Connection, world: World) -> None:
    """Let the model know the ids and accounts that the hall has given."""
    if new := {one.number: one for one in world.people.values() if not one.id}:
        among = ", ".join(f"'{number}'" for number in new)
        asked = f"select id, account, id_number from contributor where id_number in ({among})"
        for row in connection.exec_driver_sql(asked):
            new[row.id_number].id, new[row.id_number].account = row.id, row.account
    ids = {
        (r.number, month_of(r.month)): r.id
        for r in connection.exec_driver_sql(
            "select a.id, a.month, e.number from assessment a "
            "join employer e on e.id = a.employer_id where a.deleted_at is null"
        )
    }
    for employer in world.employers.values():
        for bill in employer.bills:
            bill.id = ids.get((employer.number, bill.month), bill.id)


def begin(connection: Connection, world: World, numbers: tuple[str, ...]) -> None:
    """Take the hall's state of these employers into an empty model: where a sequence starts."""
    mine = {}
    for r in connection.exec_driver_sql("select * from employer order by id"):
        if r.number in numbers:
            mine[r.id] = r.number
            world.employers[r.number] = Employer(
                r.number, r.branch, r.employer_rate, month_of(r.first_month),
                month_of(r.assessed_to), month_of(r.paid_to), rates=[(0, r.employer_rate)],
                facts={"address": r.address, "industry": r.industry},
            )  # fmt: skip
    for r in _of(connection, "contributor", mine):
        person = Person(
            r.id_number, mine[r.employer_id], _PEOPLE[r.status], r.base, r.employer_amount,
            month_of(r.first_month), _month(r.sealed_month), _month(r.paid_to), r.account,
            bases={mine[r.employer_id]: [(0, r.base)]},
            facts={"address": r.address, "mobile": r.mobile}, name=r.name, id=r.id,
        )  # fmt: skip
        person.turn(person.first, "in")
        if person.sealed:
            person.turn(person.sealed, "out")
        world.people[person.number] = person
    for (number, month), (status, _, _, people) in _months(connection, mine).items():
        world.employers[number].bills.append(Bill(month, people, status, is_ours=False))
