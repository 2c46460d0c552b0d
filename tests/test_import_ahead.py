"""Where writers follow one another a large upload is judged before its transaction; what stands then counts."""

import sqlite3
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import event, update

from data import database
from data.database import transaction
from data.enums import ContributorStatus
from data.models.register import Contributor
from services.actor import Actor
from services.base_adjustment import roster, workbook
from tests.rosters import filled, imported

pytestmark = pytest.mark.usefixtures("sqlite_db", "storage")


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MANY", 300)


class Meanwhile:
    """Hears each time that an upload is looked through; the first time it does something else."""

    def __init__(self, act: Callable[[], None]) -> None:
        self.times = 0
        self._act = act

    def __call__(self, _stage: str, _done: int, _total: int) -> None:
        self.times += 1
        if self.times == 1:
            other = threading.Thread(target=self._act, daemon=True)
            other.start()
            other.join(20)
            assert not other.is_alive(), "another writer waited for the verdict"


def change(account: str, **values: object) -> None:
    with transaction() as session:
        session.execute(update(Contributor).filter_by(account=account).values(**values))


def test_another_writes_meanwhile_and_the_verdict_is_reached_once(
    clerk1: Actor, clerk2: Actor
) -> None:
    content = filled(clerk1, 6500)
    meanwhile = Meanwhile(lambda: imported(clerk2, 5000))
    assert workbook.import_workbook(clerk1, content, meanwhile).faults == []
    assert meanwhile.times == 1
    assert len(roster.roster(clerk1)) == 300
    assert len(roster.roster(clerk2)) > 0


def test_somebody_sealed_after_the_verdict_keeps_the_whole_file_out(clerk1: Actor) -> None:
    content = filled(clerk1, 6500)
    account = imported_account(clerk1)
    meanwhile = Meanwhile(lambda: change(account, status=ContributorStatus.SEALED))
    faults = workbook.import_workbook(clerk1, content, meanwhile).faults
    assert [fault.reason for fault in faults] == ["职工已封存，请删除该行或重新下载模板"]
    assert meanwhile.times == 2
    assert set(roster.roster(clerk1)["new_base"]) == {7000}


def test_lines_entered_after_the_verdict_do_not_vanish_from_the_effect(clerk1: Actor) -> None:
    account = imported_account(clerk1)
    content = filled(clerk1, 6500)
    roster.delete_rows(clerk1, [account])
    meanwhile = Meanwhile(lambda: imported(clerk1, 8000))
    effect = workbook.import_workbook(clerk1, content, meanwhile).effect
    assert meanwhile.times == 2
    assert effect
    assert (effect.people, effect.highest) == (300, 6500)


def test_a_name_changed_after_the_verdict_is_a_fault(clerk1: Actor) -> None:
    account = imported_account(clerk1)
    content = filled(clerk1, 6500)
    meanwhile = Meanwhile(lambda: change(account, name="改名人"))
    faults = workbook.import_workbook(clerk1, content, meanwhile).faults
    assert [fault.reason for fault in faults] == ["不得修改“姓名”列"]


def test_what_nobody_has_touched_is_not_read_again(clerk1: Actor) -> None:
    content = filled(clerk1, 6500)
    asked: list[str] = []
    listen = database.engine(), "before_cursor_execute", lambda *given: asked.append(given[2])
    event.listen(*listen)
    workbook.import_workbook(clerk1, content)
    event.remove(*listen)
    assert len([statement for statement in asked if "contributor.id_number" in statement]) == 1


def test_a_mark_holds_until_somebody_writes_whoever_it_is(clerk1: Actor) -> None:
    account = imported_account(clerk1)
    marks = [marked(), marked()]
    change(account, name="改名人")
    marks += [marked(), marked()]
    elsewhere = sqlite3.connect(database.engine().url.database or "")
    with elsewhere:
        elsewhere.execute("UPDATE contributor SET name = '又改名'")
    elsewhere.close()
    marks += [marked(), marked()]
    assert [one == marks[0] for one in marks] == [True, True, False, False, False, False]
    assert [one == marks[2] for one in marks] == [False, False, True, True, False, False]
    assert marks[4] == marks[5]


def marked() -> object:
    with database.snapshot() as session:
        return database.mark(session)


def imported_account(actor: Actor) -> str:
    """Import bases of 7000; return the account of the roster's fifth."""
    imported(actor, 7000)
    return str(roster.roster(actor).iloc[4]["account"])
