"""Names as an attacker types them: every page shows them as they are typed, and does nothing else."""

import pytest
from playwright.sync_api import Dialog, expect
from sqlalchemy import select, update

from data.database import transaction
from data.models.register import Contributor, Employer
from tests import figures
from tests.e2e import conftest
from tests.e2e.conftest import Arrive
from tests.e2e.serving import Hall
from tests.e2e.visitor import Visitor

hall = conftest.own_hall
NUMBER = "522602000404"
EMPLOYER = "<img src=x onerror=alert(1)>**镇远**$x^2$"
#: One for each way in which text becomes something else.
PEOPLE = (
    "<script>alert(2)</script>",
    "[点我](javascript:alert(3)) ![图](https://evil.invalid/a.png)",
    ":red[吴] :material/home: `码` ~~线~~ # 题",
    "$\\LaTeX$ <b>粗</b>",
)
CLERKS = (
    "", "employer_info_change", "base_adjustment", "remittance", "rate_adjustment", "contributor_query",
    "contributor_info_change", "contributor_status_change", "deferral",
)  # fmt: skip


@pytest.fixture(scope="module")
def attacked(hall: Hall) -> Hall:
    """Put the names where only a hole would: past every form, into the register."""
    with hall.behind(), transaction() as session:
        employer = session.scalars(select(Employer).filter_by(number=NUMBER)).one()
        session.execute(update(Employer).where(Employer.id == employer.id).values(name=EMPLOYER))
        people = session.scalars(
            select(Contributor.id).filter_by(employer_id=employer.id).order_by(Contributor.id)
        ).all()
        assert len(people) == len(PEOPLE)
        for person, name in zip(people, PEOPLE, strict=True):
            session.execute(update(Contributor).where(Contributor.id == person).values(name=name))
    return hall


def watch(visitor: Visitor) -> list[str]:
    """Note what a script would do that came in by a name, and what would be fetched for one."""
    done: list[str] = []

    def note(dialog: Dialog) -> None:
        done.append(dialog.message)
        dialog.dismiss()

    visitor.page.on("dialog", note)
    visitor.page.on("request", lambda one: done.append(one.url) if "evil" in one.url else None)
    return done


def harmless(visitor: Visitor) -> None:
    """Expect that no element came of a name: neither a picture, nor a link, nor a formula."""
    page = visitor.page
    assert page.locator('img[src="x"], img[src*="evil"], a[href^="javascript"]').count() == 0
    assert page.locator(".katex").count() == 0


@pytest.mark.usefixtures("attacked")
def test_a_clerks_pages_show_hostile_names_as_they_are_typed(arrive: Arrive) -> None:
    clerk = arrive("clerk4")
    done = watch(clerk)
    for path in CLERKS:
        clerk.open(f"/{path}")
        expect(clerk.page.locator(".hall-top")).to_contain_text(EMPLOYER)
        harmless(clerk)
    clerk.open("/contributor_query")
    clerk.press("查询")
    for row, name in enumerate(PEOPLE):
        expect(clerk.cell(row, 2)).to_have_text(name)
    harmless(clerk)
    clerk.open("/contributor_info_change")
    clerk.page.get_by_role("combobox").last.click()
    for name in PEOPLE:
        expect(clerk.page.get_by_role("option").filter(has_text=name)).to_be_visible()
    harmless(clerk)
    clerk.shot("hostile-names")
    figures.record(
        6, f"{len(CLERKS)} of a clerk's pages with {1 + len(PEOPLE)} hostile names, {len(done)} dialogs or "
        "requests", reached=not done, is_whole=True, part="browser",
    )  # fmt: skip
    assert done == []


@pytest.mark.usefixtures("attacked")
def test_the_centers_register_shows_hostile_names_as_they_are_typed(arrive: Arrive) -> None:
    officer = arrive("officerD")
    done = watch(officer)
    officer.open("/register")
    officer.fill("查找", NUMBER)
    expect(officer.page.get_by_text(EMPLOYER).first).to_be_visible()
    harmless(officer)
    officer.shot("hostile-register")
    assert done == []
