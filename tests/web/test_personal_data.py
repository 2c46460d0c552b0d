"""Personal data (figure 24): in no log, no error, no address, no print's metadata, no audit event.

A refusal may name a clerk's own employee to her, on her own screen, and repeat what she typed; a whole
number out of the register it may not hold.
"""

import inspect
import io
import logging
import random
from collections.abc import Iterator

import pytest
from pypdf import PdfWriter
from sqlalchemy import select

import settings
from data.database import snapshot
from data.models.audit import AuditEvent
from data.models.remittance import Assessment
from demo.cast import CAST
from services import exports, prints, queries, remittance_prints
from services.actor import Actor
from services.errors import BusinessError
from services.exports import Conditions
from services.remittance import assess, desk
from services.rules.months import Month
from tests import figures, use_cases
from tests.conftest import person
from tests.faults.acts import ACTS
from tests.faults.bench import connected
from tests.permissions import USE_CASES
from tests.test_contributor_registration import YANG
from tests.test_hostile_strings import CASES, MADE_OF_CODE, WHO, _arguments, _texts
from tests.web.personal_data import Marks, marked
from tests.web.window import opened
from web import logs

SEED = 20260706
DONE = ACTS[:: figures.share(quick=9, whole=1)]
PLAYERS = [player.key for player in CAST][:: figures.share(quick=13, whole=1)]
TRIED = figures.share(quick=2, whole=40)  # numbers in addresses that somebody made up
BUTTONS = figures.share(quick=1, whole=8)
FIELDS = 4
#: Of nobody in the register: what a person types.
TYPED = ("52260119900101001X", "探针甲乙丙")
LEAVING = ("退出",)
JULY = Month(2026, 7)
QUERIES = (
    queries.EMPLOYER_CHANGES,
    queries.ACCOUNTS,
    queries.CONTRIBUTOR_CHANGES,
    queries.STATUSES,
)


@pytest.fixture
def log(tmp_path, monkeypatch) -> Iterator[None]:
    """Write the log as the hall does, to a file of this test."""
    handlers, level = logging.root.handlers[:], logging.root.level
    monkeypatch.setattr(settings, "LOGS", tmp_path / "logs")
    logs.configure()
    logging.captureWarnings(capture=True)
    yield
    logging.captureWarnings(capture=False)
    for handler in logging.root.handlers:
        handler.close()
    logging.root.handlers, logging.root.level = handlers, level


def look_at_what_is_kept(marks: Marks) -> int:
    """Look at every line of the log and every event of the audit; return how many there are."""
    lines = [
        line
        for path in settings.LOGS.iterdir()
        for line in path.read_text("utf-8").splitlines()
    ]  # fmt: skip
    with snapshot() as session:
        events = session.scalars(select(AuditEvent)).all()
    for line in lines:
        marks.look("log", line)
    for event in events:
        marks.look(f"audit of {event.action}", f"{event.subject} {event.payload}")
    return len(lines) + len(events)


def note(marks: Marks, what: str, part: str) -> None:
    figures.record(24, f"{what}, {len(marks.found)} hits", SEED, reached=not marks.found, part=part)
    assert marks.found == set()


def test_writes_and_use_cases_with_peoples_numbers_leave_none_behind(
    sqlite_template, storage, log, monkeypatch
) -> None:
    marks, kept = Marks(frozenset(), frozenset()), 0
    for place, act in enumerate(DONE):
        name = f"p{SEED}{place}"
        with connected(sqlite_template.copy(name)):
            here = marked()
            here = Marks(
                here.secrets | {YANG.id_number, YANG.mobile}, here.names | {YANG.name, *TYPED}
            )
            act.do(act.prepare())
            if act is DONE[-1]:
                _ask_for_all(here, monkeypatch)
            kept += look_at_what_is_kept(here)
        sqlite_template.drop(name)
        marks.found |= here.found
        marks.looked += here.looked
    note(marks, f"{len(DONE)} writes, {marks.looked:,} lines, events and refusals", "services")


def _ask_for_all(marks: Marks, monkeypatch) -> None:
    """Call every use case with a number, and with a name, for each of its texts."""
    for text in TYPED:
        with monkeypatch.context() as patch:
            patch.setitem(use_cases.PLAIN, str, text)
            for name, roles in USE_CASES.items():
                if name not in MADE_OF_CODE and _texts(CASES[name]):
                    _ask(marks, name, person(WHO[min(roles)]), text)


def _ask(marks: Marks, name: str, actor: Actor, text: str) -> None:
    try:
        done = CASES[name](actor, **_arguments(CASES[name], text))
        if inspect.isgenerator(done):
            list(done)
    except BusinessError as refusal:
        marks.look(f"refusal of {name}", str(refusal), names=False)


def test_pages_addresses_and_prints_show_nobodys_number(pages, log, capfd) -> None:
    chance, marks = random.Random(SEED), marked()
    addresses = sum(_visited(pages, marks, key, chance) for key in PLAYERS)
    pages.cookies.clear()
    papers = _printed(marks)
    with opened(pages, "clerk2"):
        for number in sorted(marks.secrets)[:TRIED]:
            for path in (
                "/download/slip/",
                "/download/print/",
                "/download/export/",
                "/verify?code=",
            ):
                _refused(pages, marks, path + number)
    kept = look_at_what_is_kept(marks)
    for said in capfd.readouterr():
        marks.look("standard output", said)
    note(
        marks, f"{len(PLAYERS)} people's pages with {addresses:,} addresses, {papers} prints, {kept:,} "
        "lines and events", "pages",
    )  # fmt: skip


def _visited(pages, marks: Marks, key: str, chance: random.Random) -> int:
    count = 0
    number, name = chance.choice(sorted(marks.secrets)), chance.choice(sorted(marks.names))
    with opened(pages, key) as window:
        for address in list(window.screen.pages):
            window.go(address)
            count += marks.look_at_addresses(f"address on {address}", window.last)
            for place, (element, _, fragment) in enumerate(window.of_kind("text_input")[:FIELDS]):
                window.type(element, (number, name)[place % 2], fragment)
            count += _pressed(marks, window, address, chance)
    return count


def _pressed(marks: Marks, window, address: str, chance: random.Random) -> int:
    count = 0
    labels = [label for _, label, _ in window.of_kind("button") if not label.startswith(LEAVING)]
    for label in chance.sample(labels, min(BUTTONS, len(labels))):
        if any(label == there for _, there, _ in window.of_kind("button")):
            window.press(label)
            count += marks.look_at_addresses(f"address on {address}", window.last)
    return count


def _printed(marks: Marks) -> int:
    """Print and export all that there is to print, and look at what it is called and says of itself."""
    clerk, officer = person("clerk2"), person("officerA")
    assess.assess(clerk, [JULY], client_id="p")
    with snapshot() as session:
        own = select(Assessment.id).filter_by(employer_id=clerk.employer, month=JULY.number)
        month = session.scalars(own).one()
    desk.approve(officer, month)
    papers = [
        draw(clerk, month)
        for draw in (remittance_prints.voucher, remittance_prints.roster, remittance_prints.changes)
    ]
    for query in QUERIES:
        listing = queries.ask(query, clerk, Conditions())
        if listing.rows:
            papers.append(prints.listing(clerk, listing))
            marks.look(f"export {query}", exports.save(clerk, listing).name)
    for paper in papers:
        marks.look_at_print(f"print {paper.name}", paper.name, paper.content)
    return len(papers)


def _refused(pages, marks: Marks, path: str) -> None:
    answer = pages.get(path)
    told = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    marks.look(f"headers of {path[:12]}", told)
    if not path.startswith("/verify"):  # that page holds in its field what was typed there
        marks.look(f"refusal of {path[:12]}", answer.text)


def test_what_is_planted_is_found(client, log, capfd) -> None:
    marks = marked()
    name, number = min(marks.names), min(marks.secrets)
    logging.getLogger("hall.web").warning("cannot open the account of %s", name)
    look_at_what_is_kept(marks)
    assert marks.found == {f"log: {name}"}
    assert marks.look_at_addresses("page", f'<a href="/download/x?person={number}">'.encode()) == 1
    assert f"page: {number}" in marks.found
    marks.look("standard output", f"path=/{name.encode('unicode_escape').decode()}")
    assert len(marks.found) == 3


def test_a_prints_metadata_is_looked_at(client, storage) -> None:
    marks = marked()
    writer = PdfWriter()
    writer.add_blank_page(72, 72)
    writer.add_metadata({"/Subject": min(marks.names)})
    planted = io.BytesIO()
    writer.write(planted)
    marks.look_at_print("print", "a.pdf", planted.getvalue())
    assert marks.found == {f"print: {min(marks.names)}"}
