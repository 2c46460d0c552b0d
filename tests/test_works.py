"""Long works: begun once, found again, nobody else's, and told when their process is gone."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from data.database import snapshot, transaction
from data.enums import BusinessKind, WorkState
from data.models.people import User
from data.models.work import Work
from services import imports, slips
from services.actor import Actor
from services.approval import casework
from services.base_adjustment import kept, roster
from services.base_adjustment.importing import IMPORT
from services.errors import BusinessError, NotFound
from services.rules import clock
from services.works import desk, runner, store
from services.works.desk import TooManyAtOnce
from services.works.kinds import Job, Kind, Outcome
from services.works.store import INTERRUPTED
from tests.rosters import filled
from tests.test_races import at_once

pytestmark = pytest.mark.usefixtures("db")
LONG = 20.0


class TooEarly(BusinessError):
    message = "还未到办理时间，请7月再来"


class Held:
    """A kind of work that goes on until it is let go."""

    def __init__(self) -> None:
        self.go, self.begun, self.runs = threading.Event(), threading.Event(), 0
        self.kind = Kind("held", "示例处理", "首页", self._run)

    def _run(self, job: Job) -> Outcome:
        self.runs += 1
        job.count("正在检查数据", 3200, 5000)
        self.begun.set()
        self.go.wait(LONG)
        return {"summary": f"{len(job.content)}字节"}


@pytest.fixture
def held() -> Iterator[Held]:
    held = Held()
    yield held
    held.go.set()
    for work_id in list(runner._here):
        runner.wait(work_id, LONG)


def rows() -> int:
    with snapshot() as session:
        return session.scalars(select(func.count()).select_from(Work)).one()


def test_a_work_is_done_and_tells_what_came_of_it(clerk1: Actor, held: Held) -> None:
    held.go.set()
    work_id = desk.start(clerk1, held.kind, click="a", content=b"12345", filename="名册.xlsx")
    done = desk.progress(clerk1, work_id, wait=LONG)
    assert (done.state, done.outcome, done.filename) == (
        WorkState.DONE, {"summary": "5字节"}, "名册.xlsx",
    )  # fmt: skip


def test_a_work_under_way_says_how_far_it_is_in_counts(clerk1: Actor, held: Held) -> None:
    work_id = desk.start(clerk1, held.kind, click="a")
    assert held.begun.wait(LONG)
    now = desk.progress(clerk1, work_id)
    assert (now.state, now.stage, now.done, now.total) == (
        WorkState.RUNNING, "正在检查数据", 3200, 5000,
    )  # fmt: skip
    assert desk.live(clerk1) == 1


def test_sixteen_same_clicks_at_once_begin_one_work(clerk1: Actor, held: Held) -> None:
    outcomes = at_once([lambda: desk.start(clerk1, held.kind, click="a")] * 16)
    assert len(set(outcomes)) == 1
    held.go.set()
    desk.progress(clerk1, int(str(outcomes[0])), wait=LONG)
    assert (held.runs, rows()) == (1, 1)


def test_the_same_file_again_after_a_reload_finds_the_work_under_way(
    clerk1: Actor, held: Held
) -> None:
    first = desk.start(clerk1, held.kind, click="upload-1", content=b"same")
    assert desk.start(clerk1, held.kind, click="upload-2", content=b"same") == first
    assert desk.start(clerk1, held.kind, click="upload-3", content=b"other") != first


def test_the_same_click_after_the_end_begins_nothing_anew(clerk1: Actor, held: Held) -> None:
    held.go.set()
    first = desk.start(clerk1, held.kind, click="a")
    desk.progress(clerk1, first, wait=LONG)
    assert desk.start(clerk1, held.kind, click="a") == first
    assert held.runs == 1


def test_nobody_else_sees_or_fetches_or_closes_a_work(
    clerk1: Actor, clerk2: Actor, manager: Actor, held: Held
) -> None:
    held.go.set()
    work_id = desk.start(clerk1, held.kind, click="a", content=b"people")
    desk.progress(clerk1, work_id, wait=LONG)
    for other in (clerk2, manager):
        assert desk.listed(other) == []
        assert desk.latest(other, held.kind) is None
        for ask in (desk.progress, desk.content):
            with pytest.raises(NotFound):
                ask(other, work_id)
        with pytest.raises(NotFound):
            desk.close(other, work_id)
    assert [work.id for work in desk.listed(clerk1)] == [work_id]
    assert desk.start(clerk2, held.kind, click="a", content=b"people") != work_id


def test_a_work_that_was_looked_at_is_no_longer_listed(clerk1: Actor, held: Held) -> None:
    work_id = desk.start(clerk1, held.kind, click="a")
    desk.close(clerk1, work_id)
    assert [work.id for work in desk.listed(clerk1)] == [work_id]
    held.go.set()
    desk.progress(clerk1, work_id, wait=LONG)
    desk.close(clerk1, work_id)
    assert desk.listed(clerk1) == []


def test_a_refusal_arrives_in_its_own_words(clerk1: Actor) -> None:
    def refuse(_job: Job) -> Outcome:
        raise TooEarly

    work_id = desk.start(clerk1, Kind("refused", "示例", "首页", refuse), click="a")
    ended = desk.progress(clerk1, work_id, wait=LONG)
    assert (ended.state, ended.refusal) == (WorkState.REFUSED, "还未到办理时间，请7月再来")


def test_a_bug_gives_a_number_to_tell_and_not_its_words(clerk1: Actor) -> None:
    def fail(_job: Job) -> Outcome:
        raise ZeroDivisionError("王五 520000199001011234")

    work_id = desk.start(clerk1, Kind("failing", "示例", "首页", fail), click="a")
    ended = desk.progress(clerk1, work_id, wait=LONG)
    assert ended.state is WorkState.FAILED
    assert f"编号W{work_id}" in ended.refusal
    assert "王五" not in ended.refusal


def test_five_works_of_a_person_go_on_at_once_and_no_more(
    clerk1: Actor, clerk2: Actor, held: Held
) -> None:
    for click in "abcde":
        desk.start(clerk1, held.kind, click=click, content=click.encode())
    with pytest.raises(TooManyAtOnce):
        desk.start(clerk1, held.kind, click="f", content=b"f")
    desk.start(clerk2, held.kind, click="f", content=b"f")


def _left_behind(actor: Actor, by: str, silent: timedelta = timedelta()) -> int:
    """Write a work that another process was in the middle of."""
    now = clock.instant()
    with transaction() as session:
        work = Work(
            key=f"{actor.user_id}:held:{by}", user_id=actor.user_id, employer_id=actor.employer_id,
            kind="held", label="示例处理", page="首页", subject=by, arguments={}, content=b"kept",
            state=WorkState.RUNNING, runner=by, started_at=now, beat_at=now - silent,
        )  # fmt: skip
        session.add(work)
        session.flush()
        return work.id


def test_a_restart_marks_what_its_process_left_and_it_can_be_begun_again(
    clerk1: Actor, held: Held
) -> None:
    gone = _left_behind(clerk1, f"{store.HOST}:99999999:gone")
    same_number = _left_behind(clerk1, store.RUNNER.rpartition(":")[0] + ":before")
    elsewhere = _left_behind(clerk1, "other-host:1:alive")
    silent = _left_behind(clerk1, "other-host:2:silent", timedelta(seconds=31))
    store.recover()
    states = {work.id: (work.state, work.refusal) for work in desk.listed(clerk1)}
    lost = (WorkState.LOST, INTERRUPTED)
    assert states == {
        gone: lost, same_number: lost, silent: lost, elsewhere: (WorkState.RUNNING, ""),
    }  # fmt: skip
    held.go.set()
    anew = desk.again(clerk1, held.kind, gone)
    assert desk.again(clerk1, held.kind, gone) == anew
    assert desk.progress(clerk1, anew, wait=LONG).outcome == {"summary": "4字节"}
    with pytest.raises(NotFound):
        desk.again(clerk1, held.kind, anew)


def test_a_work_whose_process_is_gone_shows_as_lost_without_a_restart(clerk1: Actor) -> None:
    work_id = _left_behind(clerk1, f"{store.HOST}:99999999:gone")
    assert desk.progress(clerk1, work_id).state is WorkState.LOST
    assert desk.live(clerk1) == 0


def test_works_of_an_hour_ago_are_forgotten_with_their_uploads(clerk1: Actor, held: Held) -> None:
    held.go.set()
    old = desk.start(clerk1, held.kind, click="a", content=b"people")
    desk.progress(clerk1, old, wait=LONG)
    with transaction() as session:
        session.execute(update(Work).values(ended_at=clock.instant() - timedelta(minutes=61)))
    assert desk.listed(clerk1) == []
    desk.start(clerk1, held.kind, click="b")
    assert rows() == 1


def test_an_import_is_checked_and_taken_in_as_works(clerk1: Actor) -> None:
    content = filled(clerk1, 6500)
    checked = _ended(
        clerk1, imports.begin(clerk1, IMPORT, click="1", name="a.xlsx", content=content)
    )
    found = imports.found(checked)
    assert (found.faults, roster.Effect(**found.effect).people) == ([], 300)
    assert _lines(clerk1) == 0
    taken = imports.take(clerk1, IMPORT, checked)
    assert imports.take(clerk1, IMPORT, checked) == taken
    assert imports.found(_ended(clerk1, taken)).summary == "导入成功，共300人"
    assert _lines(clerk1) == 300


def test_faults_of_an_import_come_with_both_files(clerk1: Actor) -> None:
    content = filled(clerk1, 30000)
    found = imports.found(
        _ended(clerk1, imports.begin(clerk1, IMPORT, click="1", name="a.xlsx", content=content))
    )
    assert (len(found.faults), found.total, found.rows) == (300, 300, 300)
    assert found.faults[0].reason == "缴存基数高于上限21774.00"
    for address in (found.report, found.again):
        name, _, file = slips.fetch(clerk1, address.rpartition("/")[2])
        assert name.endswith(".xlsx")
        assert file[:2] == b"PK"


def test_an_upload_beyond_the_limits_is_put_right_and_looked_at_again(clerk1: Actor) -> None:
    content = filled(clerk1, 30000)
    checked = _ended(
        clerk1, imports.begin(clerk1, IMPORT, click="1", name="a.xlsx", content=content)
    )
    assert imports.found(checked).mendable == "300人高于上限，改为21,774.00元"
    again = imports.mend(clerk1, IMPORT, checked)
    assert imports.mend(clerk1, IMPORT, checked) == again
    mended = _ended(clerk1, again)
    assert imports.found(mended).effect["at_limit"] == 300
    assert _lines(clerk1) == 0
    _ended(clerk1, imports.take(clerk1, IMPORT, mended))
    assert _lines(clerk1) == 300


def test_nothing_is_put_right_of_what_was_not_checked(clerk1: Actor) -> None:
    checked = _ended(
        clerk1, imports.begin(clerk1, IMPORT, click="1", name="a", content=filled(clerk1, 6500))
    )
    taken = _ended(clerk1, imports.take(clerk1, IMPORT, checked))
    with pytest.raises(NotFound, match="未找到可修正的文件"):
        imports.mend(clerk1, IMPORT, taken)


def test_an_import_of_a_work_declared_lost_stores_nothing(
    clerk1: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its process was thought dead and goes on all the same: the work's end decides."""
    checked = _ended(
        clerk1, imports.begin(clerk1, IMPORT, click="1", name="a", content=filled(clerk1, 6500))
    )
    put = kept.put

    def put_and_be_declared_lost(session, case, lines) -> None:
        put(session, case, lines)
        session.execute(
            update(Work).where(Work.kind == IMPORT.take.code).values(state=WorkState.LOST)
        )

    monkeypatch.setattr(kept, "put", put_and_be_declared_lost)
    ended = _ended(clerk1, imports.take(clerk1, IMPORT, checked))
    assert ended.state is not WorkState.DONE
    assert _lines(clerk1) == 0


def test_a_person_who_has_left_meanwhile_gets_nothing_done(clerk1: Actor, held: Held) -> None:
    blockers = [Held(), Held()]
    for place, blocker in enumerate(blockers):
        desk.start(clerk1, blocker.kind, click=str(place), content=bytes([place]))
        assert blocker.begun.wait(LONG)
    waiting = desk.start(clerk1, held.kind, click="w")
    assert desk.progress(clerk1, waiting).state is WorkState.WAITING
    with transaction() as session:
        session.execute(update(User).filter_by(id=clerk1.user_id).values(active=False))
    for blocker in blockers:
        blocker.go.set()
    assert desk.progress(clerk1, waiting, wait=LONG).state is WorkState.LOST
    assert held.runs == 0


def _ended(actor: Actor, work_id: int) -> desk.Progress:
    return desk.progress(actor, work_id, wait=LONG)


def _lines(actor: Actor) -> int:
    with snapshot() as session:
        case = casework.live(session, BusinessKind.BASE_ADJUSTMENT, actor.employer)
        return len(kept.lines(session, case)) if case else 0
