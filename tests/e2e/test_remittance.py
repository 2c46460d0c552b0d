"""Remittance in a browser (manual B3): two months from the blocker to the prints, several at once."""

import re
from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect
from pypdf import PdfReader

from data.enums import BusinessKind
from services import review
from services.contributor_registration import roster as registration
from services.remittance import desk, edit
from services.rules.months import Month
from tests import credits, rosters
from tests import test_contributor_registration as registering
from tests import test_contributor_status_change as changing
from tests.conftest import person
from tests.e2e import conftest
from tests.e2e.conftest import Arrive
from tests.e2e.serving import Hall
from tests.e2e.visitor import Visitor
from tests.e2e.wording import assert_all_chinese

hall = conftest.own_hall
PAGE = "/remittance"
UNIT = "凯里市第九中学(示例)"
QUESTION = "请确认本月是否有人员变动情况 ！"
AUGUST = Month(2026, 8)


@pytest.mark.manual("B3.1", "B3.2", "B3.3", "B3.4", "B3.5", "B3.6", "B3.7", "B3.8", "B3.9")
def test_two_months_go_from_the_blocker_to_the_prints(hall: Hall, arrive: Arrive) -> None:
    clerk = arrive("clerk1")
    case_id = _find_the_base_adjustment_in_the_way(clerk)
    with hall.behind():
        review.approve(person("officerA"), case_id, version=2, opinion="同意")
    _assess_july(clerk)
    _cannot_go_ahead(clerk)
    officer = arrive("officerA")
    _approve_and_book(officer, "2026年7月")
    hall.move_to("2026-08-05")
    with hall.behind():
        _two_come_and_one_goes()
    _assess_august(clerk)
    with hall.behind():
        waiting = edit.assessed_months(person("clerk1"))[0]
        desk.approve(person("officerA"), waiting.id)
    _to_the_list(clerk)
    _print_the_voucher(clerk)
    _print_the_roster(clerk)
    _see_the_details(clerk)
    _delete_it(clerk)


def _find_the_base_adjustment_in_the_way(clerk: Visitor) -> int:
    """Scenario C7."""
    with clerk.hall.behind():
        case_id = rosters.submitted(person("clerk1"), 6500)
    clerk.open(PAGE)
    told = clerk.page.get_by_text(
        re.compile(r"^2026年7月：存在未完成的业务：基数调整 \d{15} 待审核$")
    )
    expect(told).to_be_visible()
    expect(clerk.button("汇缴核定")).to_be_disabled()
    assert_all_chinese(clerk.page)
    clerk.shot("remittance-blocked")
    clerk.press("去办理基数调整")
    expect(clerk.page.locator("h1")).to_have_text("基数调整")
    return case_id


def _assess_july(clerk: Visitor) -> None:
    """Scenarios C1 and C2."""
    clerk.open(PAGE)
    for label, value in (
        ("核定年月", "2026年7月"), ("汇缴人数", "300"), ("单位缴存", "234,000.00"),
        ("个人缴存", "234,000.00"), ("汇缴金额", "468,000.00"), ("月缴存额比上月", "+36,000.00"),
    ):  # fmt: skip
        expect(clerk.figure(label)).to_have_text(value)
    _matrix(clerk, "2026-07", "300", "432,000.00", "0", "0.00", "0", "0.00", "+36,000.00", "300",
            "468,000.00")  # fmt: skip
    clerk.shot("remittance-july")
    clerk.press("汇缴核定")
    expect(clerk.dialog("汇缴核定").get_by_text(QUESTION, exact=True)).to_be_visible()
    clerk.shot("remittance-question")
    clerk.confirm("汇缴核定", "取消")
    expect(clerk.figure("核定年月")).to_have_text("2026年7月")
    clerk.press("汇缴核定")
    clerk.confirm("汇缴核定")
    clerk.hears("核定成功")
    expect(clerk.figure("核定年月")).to_have_text("2026年8月")


def _cannot_go_ahead(clerk: Visitor) -> None:
    """Scenario C3; the month waits for the center, so nothing is printed."""
    clerk.sees("2026年8月：不能提前核定")
    expect(clerk.button("汇缴核定")).to_be_disabled()
    clerk.shot("remittance-too-early")
    _to_the_list(clerk)
    for name in ("汇缴打印", "汇缴清册打印"):
        expect(clerk.button(name)).to_be_disabled()
    assert_all_chinese(clerk.page)
    clerk.open("/")
    clerk.sees(f"尊敬的{UNIT}，您已完成办理汇缴核定")


def _approve_and_book(officer: Visitor, month: str) -> None:
    officer.open("/months")
    expect(officer.page.locator("h1")).to_have_text("汇缴核定审批")
    assert_all_chinese(officer.page)
    officer.shot("months-waiting")
    officer.entry(UNIT).get_by_role("button", name="通过").click()
    officer.sign_if_asked()
    officer.hears(f"{UNIT}{month}核定已审批")
    with officer.hall.behind():
        credits.receive(person("officerA"), person("clerk1"), "468000.00")


def _two_come_and_one_goes() -> None:
    clerk = person("clerk1")
    for name, id_number in registering.SIX[:2]:
        entry = replace(registering.YANG, name=name, id_number=id_number, first_month=AUGUST)
        registration.add(clerk, entry)
    registering.confirm(clerk, click="two come")
    account = changing.accounts(clerk)[0]
    changing.enter(clerk, BusinessKind.SEALING, account, month=AUGUST)
    changing.confirm(clerk, BusinessKind.SEALING, [account], "one goes")


def _assess_august(clerk: Visitor) -> None:
    """Scenario C4."""
    clerk.open(PAGE)
    _matrix(clerk, "2026-08", "300", "468,000.00", "2", "2,496.00", "1", "1,560.00", "0.00",
            "301", "468,936.00")  # fmt: skip
    expect(clerk.figure("单位缴存")).to_have_text("234,468.00")
    expect(clerk.figure("个人缴存")).to_have_text("234,468.00")
    clerk.press("汇缴核定")
    clerk.confirm("汇缴核定")
    clerk.hears("核定成功")


def _matrix(clerk: Visitor, *cells: str) -> None:
    row = clerk.page.locator(".hall-matrix tbody tr")
    expect(row).to_have_count(1)
    for cell, text in zip(row.locator("th,td").all(), cells, strict=True):
        expect(cell).to_have_text(text)


def _to_the_list(clerk: Visitor) -> None:
    clerk.page.get_by_role("tab", name="汇缴核定编辑").click()
    clerk.idle()


def _paper(clerk: Visitor, name: str, title: str) -> PdfReader:
    """Open a print; return what the preview shows, saved."""
    clerk.press(name)
    dialog = clerk.dialog("打印预览")
    expect(dialog.locator(f'iframe[title^="{title}"]')).to_be_visible()
    _, content = clerk.download("保存PDF")
    clerk.shot(f"remittance-{name}")
    clerk.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    clerk.idle()
    return PdfReader(BytesIO(content))


def _print_the_voucher(clerk: Visitor) -> None:
    """Scenario C14."""
    paper = _paper(clerk, "汇缴打印", "住房公积金汇缴书")
    assert len(paper.pages) == 1
    text = paper.pages[0].extract_text()
    for words in (
        UNIT, "522601000101", "2026年08月", "300", "468,000.00", "2,496.00", "1,560.00", "301",
        "468,936.00", "234,468.00", "肆拾陆万捌仟玖佰叁拾陆元整", "王建国",
    ):  # fmt: skip
        assert words in text
    again = _paper(clerk, "汇缴打印", "住房公积金汇缴书").pages[0].extract_text()
    assert again == text
    code = re.search(r"验证码：(\w{4}-\w{4}-\w{4})", text)
    assert code
    answer = clerk.context.request.get(f"{clerk.hall.origin}/verify?code={code.group(1)}")
    assert "468,936.00" in answer.text()


def _print_the_roster(clerk: Visitor) -> None:
    """Scenario C15."""
    pages = [
        page.extract_text() for page in _paper(clerk, "汇缴清册打印", "住房公积金汇缴清册").pages
    ]
    assert [page.count("正常") for page in pages] == [22] + [31] * 9
    assert all("个人月缴存额" in page for page in pages)
    assert ["468,936.00" in page for page in pages[1:]] == [False] * 8 + [True]


def _see_the_details(clerk: Visitor) -> None:
    """Scenario C16."""
    clerk.press("汇缴明细")
    dialog = clerk.dialog("汇缴明细")
    expect(clerk.figure("合计")).to_have_text("468,936.00")
    assert_all_chinese(clerk.page)
    clerk.shot("remittance-details")
    dialog.get_by_role("button", name="数据下载", exact=True).click()
    name, content = clerk.download("保存Excel文件")
    assert name == "汇缴明细_522601000101_202608.xlsx"
    rows = list(load_workbook(BytesIO(content)).worksheets[0].iter_rows(values_only=True))
    people = [row for row in rows if str(row[1]).startswith("5226")]
    assert len(people) == 301
    assert sum(Decimal(str(row[9])) for row in people) == Decimal("468936.00")
    assert "合计" in rows[-1]
    clerk.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def _delete_it(clerk: Visitor) -> None:
    """After the center's approval it takes a reason; the record stays."""
    clerk.press("核定删除")
    dialog = clerk.dialog("核定删除")
    expect(dialog).to_contain_text("确定删除2026年8月的核定（301人，468,936.00元）？")
    dialog.get_by_role("button", name="确定", exact=True).click()
    clerk.refused("该月核定已经中心审批，请填写删除原因")
    clerk.shot("remittance-delete")
    clerk.fill("删除原因（必填）", "人员变动漏报")
    clerk.confirm("核定删除")
    clerk.hears("核定已删除")
    expect(clerk.page.get_by_role("combobox")).to_have_value(re.compile("^2026-07.*已入账$"))
    expect(clerk.cell(0, 2)).to_have_text("已删除")
    clerk.shot("remittance-list")
    expect(clerk.button("核定删除")).to_be_disabled()


@pytest.mark.manual("B3.1", "B3.2", "B3.5", "B3.9")
def test_three_months_behind_are_assessed_at_once_and_deleted_from_the_last(
    arrive: Arrive,
) -> None:
    """Scenarios C11 and C12, on a unit booked to March."""
    clerk = arrive("clerk3")
    clerk.open(PAGE)
    expect(clerk.field("应核定年月")).to_have_value("2026年4月")
    clerk.pick("核定至", "2026年6月")
    expect(clerk.figure("核定年月")).to_have_text("2026-04 至 2026-06（3个月）")
    expect(clerk.figure("汇缴金额")).to_have_text("36,000.00")
    clerk.shot("remittance-three-months")
    clerk.press("汇缴核定")
    expect(clerk.dialog("汇缴核定")).to_contain_text("将核定：2026年4月、2026年5月、2026年6月")
    clerk.confirm("汇缴核定")
    clerk.hears("核定成功")
    expect(clerk.figure("核定年月")).to_have_text("2026年7月")
    _to_the_list(clerk)
    _delete(clerk, "2026-05")
    clerk.refused("只能删除最后一个已核定月度（2026-06）")
    clerk.confirm("核定删除", "取消")
    for month in ("2026-06", "2026-05"):
        _delete(clerk, month)
        clerk.hears("核定已删除")
        clerk.idle()
    clerk.pick("选择月度", "2026-03")
    expect(clerk.button("核定删除")).to_be_disabled()
    clerk.button("核定删除").hover(force=True)
    clerk.sees("已入账，不能删除")
    clerk.page.get_by_role("tab", name="汇缴核定", exact=True).click()
    clerk.idle()
    expect(clerk.field("应核定年月")).to_have_value("2026年5月")


def _delete(clerk: Visitor, month: str) -> None:
    clerk.pick("选择月度", month)
    clerk.press("核定删除")
    clerk.dialog("核定删除").get_by_role("button", name="确定", exact=True).click()
