"""The task center (manual H3–H8): five tabs, each with what belongs there, the newest first."""

import pytest

from data.database import snapshot, transaction
from data.enums import BusinessKind, CaseStatus, Channel
from data.models.case import Message
from services import contributor_info_change, home, inbox, own_cases, review
from services.actor import Actor
from services.approval.history import Progress
from services.base_adjustment import approval
from services.errors import NotAllowed
from services.inbox import Tab
from services.rules import clock
from tests.rosters import imported, submitted

pytestmark = pytest.mark.usefixtures("sqlite_db", "storage")


def told(actor: Actor, *texts: str) -> None:
    with transaction() as session:
        for text in texts:
            session.add(
                Message(
                    employer_id=actor.employer, kind="base_adjustment", text=text, channel=Channel.SMS,
                    sent_at=clock.now(),
                )
            )  # fmt: skip


@pytest.mark.manual("H1")
def test_the_home_shows_employer_account_and_clerk(clerk1: Actor) -> None:
    facts = home.home(clerk1)
    assert (facts.name, facts.number, facts.uscc) == (
        "凯里市第九中学(示例)", "522601000101", "12522600429000001N")  # fmt: skip
    assert (facts.normal, facts.sealed, str(facts.monthly_amount)) == (300, 2, "432000.00")
    assert (facts.status, facts.rates, facts.paid_to) == ("正常", "单位12% + 个人12%", "2026年6月")
    assert facts.clerk == "杨秀英"
    assert facts.next_month.label == "2026年7月"


def test_the_home_counts_what_has_not_ended_and_forgets_a_list_taken_back(
    clerk1: Actor, officer_a: Actor
) -> None:
    submitted(clerk1)
    first, second = contributor_info_change.people(clerk1)[:2]
    for person in (first, second):
        contributor_info_change.enter(clerk1, person.id, "postcode", "556000")
    assert home.home(clerk1).open_cases == {
        BusinessKind.BASE_ADJUSTMENT: {CaseStatus.PENDING: 1},
        BusinessKind.CONTRIBUTOR_INFO_CHANGE: {CaseStatus.DRAFT: 2},
    }
    contributor_info_change.take_back(clerk1, first.id, "postcode")
    contributor_info_change.enter(clerk1, second.id, "postcode", "")
    assert list(home.home(clerk1).open_cases) == [BusinessKind.BASE_ADJUSTMENT]


def test_the_months_due_end_with_the_current_one(clerk3: Actor, on_day) -> None:
    assert [str(month) for month in home.home(clerk3).due_months] == [
        "2026-04", "2026-05", "2026-06", "2026-07"]  # fmt: skip
    on_day("2026-03-31")
    assert home.home(clerk3).due_months == []


def test_the_season_says_what_remains_of_the_base_adjustment(
    clerk1: Actor, officer_a: Actor, on_day
) -> None:
    def stands() -> tuple[int, bool, bool]:
        season = approval.season(clerk1)
        assert season
        assert (season.year, season.people, season.days_left) == (2026, 300, 25)
        return season.rows, season.has_documents, season.is_submitted

    assert stands() == (0, False, False)
    imported(clerk1)
    assert stands() == (300, False, False)
    case_id = submitted(clerk1)
    assert stands() == (300, True, True)
    review.send_back(officer_a, case_id, version=2, opinion="缺工资表")
    assert stands() == (300, True, False)
    now = approval.situation(clerk1)
    approval.submit(clerk1, version=now.version, client_id="again")
    review.approve(officer_a, case_id, version=now.version + 1, opinion="同意")
    assert approval.season(clerk1) is None
    on_day("2026-08-01")
    assert approval.season(clerk1) is None


@pytest.mark.manual("H3")
def test_the_newest_message_comes_first_and_pages_hold_the_rest(clerk1: Actor) -> None:
    told(clerk1, *(f"第{number}条" for number in range(1, 13)))
    page = inbox.notes(clerk1, Tab.MESSAGES)
    assert (page.total, [note.text for note in page.items]) == (
        12,
        ["第12条", "第11条", "第10条", "第9条", "第8条"],
    )
    assert [n.text for n in inbox.notes(clerk1, Tab.MESSAGES, first=10).items] == ["第2条", "第1条"]
    assert [n.text for n in inbox.notes(clerk1, Tab.MESSAGES, search="第1").items] == [
        "第12条",
        "第11条",
        "第10条",
        "第1条",
    ]


@pytest.mark.manual("H4")
def test_a_message_shows_where_it_came_by_and_moves_when_read(clerk1: Actor) -> None:
    told(clerk1, "缴存通知")
    (note,) = inbox.notes(clerk1, Tab.MESSAGES).items
    assert (note.business, note.channel, note.is_read) == ("基数调整", "短信", False)
    inbox.mark_read(clerk1, note.id)
    assert inbox.counts(clerk1)[Tab.MESSAGES] == 0
    (read,) = inbox.notes(clerk1, Tab.READ).items
    assert read.is_read


@pytest.mark.manual("H8")
def test_a_deleted_message_is_shown_no_more_and_kept_all_the_same(clerk1: Actor) -> None:
    told(clerk1, "一", "二")
    for tab in (Tab.MESSAGES, Tab.READ):
        (note, *_) = inbox.notes(clerk1, Tab.MESSAGES).items
        if tab is Tab.READ:
            inbox.mark_read(clerk1, note.id)
        inbox.delete(clerk1, note.id)
    assert inbox.counts(clerk1)[Tab.MESSAGES] == inbox.counts(clerk1)[Tab.READ] == 0
    with snapshot() as session:
        assert session.query(Message).count() == 2


@pytest.mark.manual("H6", "H7")
def test_a_finished_case_is_in_done_and_in_started_with_its_whole_course(
    clerk1: Actor, officer_a: Actor
) -> None:
    case_id = submitted(clerk1)
    assert inbox.counts(clerk1)[Tab.STARTED] == 1
    assert inbox.counts(clerk1)[Tab.DONE] == 0
    page = review.open_case(officer_a, case_id)
    review.approve(officer_a, case_id, version=page.version, opinion="同意")
    assert [inbox.tasks(clerk1, tab).items[0].case_id for tab in (Tab.DONE, Tab.STARTED)] == [
        case_id
    ] * 2
    course = own_cases.course(clerk1, case_id)
    assert all(stage.taken_at for stage in course)
    assert [stage.who for stage in course] == ["杨秀英（单位经办人）", "王建国（初审员）", "系统"]


@pytest.mark.manual("H5")
def test_a_returned_case_waits_in_to_do_with_what_comes_next(
    clerk1: Actor, officer_a: Actor
) -> None:
    case_id = submitted(clerk1)
    review.send_back(officer_a, case_id, version=2, opinion="缺工资表")
    (task,) = inbox.tasks(clerk1, Tab.TO_DO).items
    assert task.summary == "王建国 退回：缺工资表"
    course = own_cases.course(clerk1, case_id)
    assert [stage.progress for stage in course] == [
        Progress.PASSED, Progress.TURNED_BACK, Progress.CURRENT, Progress.COMING]  # fmt: skip
    assert "原因：缺工资表" in inbox.notes(clerk1, Tab.MESSAGES).items[0].text


def test_cases_are_found_by_serial_and_by_name(clerk1: Actor) -> None:
    submitted(clerk1)
    (task,) = inbox.tasks(clerk1, Tab.STARTED).items
    for words in (task.serial, task.serial[-4:], "基数"):
        assert inbox.tasks(clerk1, Tab.STARTED, search=words).total == 1
    assert inbox.tasks(clerk1, Tab.STARTED, search="%").total == 0


def test_messages_are_found_by_words_by_business_and_by_the_cases_serial(
    clerk1: Actor, officer_a: Actor
) -> None:
    told(clerk1, "停电通知")
    case_id = submitted(clerk1)
    review.send_back(officer_a, case_id, version=2, opinion="缺工资表")
    (task,) = inbox.tasks(clerk1, Tab.TO_DO).items
    for words, found in (("停电", 1), ("基数调整", 2), (task.serial, 1), (" 工资表 ", 1), ("%", 0)):
        assert inbox.count(clerk1, Tab.MESSAGES, words) == found
        assert inbox.notes(clerk1, Tab.MESSAGES, search=words).total == found
    assert inbox.count(clerk1, Tab.READ, "停电") == 0


def test_the_task_center_is_the_clerks(officer_a: Actor, manager: Actor) -> None:
    for actor in (officer_a, manager):
        for act in (
            inbox.counts,
            lambda a: inbox.count(a, Tab.MESSAGES, "中学"),
            home.home,
            lambda a: inbox.notes(a, Tab.MESSAGES),
            lambda a: inbox.tasks(a, Tab.DONE),
        ):
            with pytest.raises(NotAllowed):
                act(actor)
