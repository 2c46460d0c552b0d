"""Sealing and unsealing in a browser (manual B9): one by the form, ten by workbook."""

from io import BytesIO

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect
from sqlalchemy import select

from data.database import snapshot
from data.enums import ContributorStatus
from data.models.register import Contributor
from services.remittance import assess
from tests.conftest import person
from tests.e2e import books, conftest
from tests.e2e.conftest import Arrive
from tests.e2e.serving import Hall
from tests.e2e.visitor import Visitor
from tests.e2e.wording import assert_all_chinese

hall = conftest.own_hall
PAGE = "/contributor_status_change"
UNIT = "凯里市第九中学(示例)"
ENTERED = "缴存人状态变更清册录入成功"
EMPTY = "待封存清册为空。请填写上方表单后点击【录入清册】，或点击【批量导入】。"
EMPTY_UNSEALING = "待启封清册为空。请填写上方表单后点击【录入清册】，或点击【批量导入】。"
SEALING, UNSEALING = "contributor_status_change_sealing", "contributor_status_change_unsealing"
MONTH_CELL = 6
Person = tuple[str, str, str]


def people(hall: Hall, status: ContributorStatus) -> list[Person]:
    """Return account, name and ID number of the unit's people in this status."""
    with hall.behind(), snapshot() as session:
        chosen = select(Contributor).filter_by(employer_id=person("clerk1").employer, status=status)
        found = session.scalars(chosen.order_by(Contributor.account))
        return [(who.account, who.name, who.id_number) for who in found]


def due(hall: Hall) -> tuple[int, str]:
    """Return the heads and the amount of the unit's next month."""
    with hall.behind():
        month = assess.situation(person("clerk1")).months[0]
        return month.heads, f"{month.amount:,.2f}"


@pytest.mark.manual("B9.1", "B9.3", "B9.4")
def test_one_is_sealed_by_the_form_and_unsealed_again(hall: Hall, arrive: Arrive) -> None:
    clerk = arrive("clerk1")
    one, other = people(hall, ContributorStatus.NORMAL)[-2:]
    heads, _ = due(hall)
    clerk.open(PAGE)
    clerk.sees(EMPTY)
    assert_all_chinese(clerk.page)
    clerk.shot("status-empty")
    _enter_without_a_note(clerk, one)
    _enter(clerk, one)
    _enter_another_and_take_it_off(clerk, other)
    _seal(clerk)
    assert due(hall)[0] == heads - 1
    _find_it_in_the_query(clerk, one)
    _unseal(clerk, one)
    assert due(hall)[0] == heads


def _enter_without_a_note(clerk: Visitor, one: Person) -> None:
    """Scenario F6."""
    expect(clerk.button("录入清册")).to_be_disabled()
    clerk.pick("变更原因", "99")
    clerk.pick("个人账号", one[0])
    expect(clerk.field("姓名")).to_have_value(one[1])
    expect(clerk.field("证件号码")).to_have_value(f"{one[2][:6]}********{one[2][-4:]}")
    clerk.press("录入清册")
    clerk.blamed("请填写说明")
    clerk.sees(EMPTY)
    clerk.shot("status-no-note")


def _enter(clerk: Visitor, one: Person) -> None:
    """Scenario F1."""
    clerk.pick("变更原因", "01")
    clerk.press("录入清册")
    clerk.hears(ENTERED)
    expect(clerk.figure("清册人数")).to_have_text("1")
    expect(clerk.figure("月缴存额变动")).to_have_text("-1,440.00")
    expect(clerk.cell(0, 2)).to_have_text(one[0])
    expect(clerk.cell(0, MONTH_CELL + 1)).to_have_text("2026-07")
    expect(clerk.button("确定封存")).to_be_disabled()
    assert_all_chinese(clerk.page)
    clerk.shot("status-roster")


def _enter_another_and_take_it_off(clerk: Visitor, other: Person) -> None:
    clerk.pick("变更原因", "01")
    clerk.pick("个人账号", other[0])
    clerk.press("录入清册")
    expect(clerk.figure("清册人数")).to_have_text("2")
    clerk.tick(SEALING, 1)
    clerk.press("删除（1）")
    clerk.confirm("删除确认")
    clerk.hears("已删除1人")
    expect(clerk.figure("清册人数")).to_have_text("1")


def _seal(clerk: Visitor) -> None:
    clerk.tick(SEALING, 0)
    clerk.press("确定封存（1人）")
    expect(clerk.dialog("办理确认")).to_contain_text(
        "确定为选中的1名职工办理封存？月缴存额将减少1,440.00元，立即生效。"
    )
    clerk.shot("status-confirm")
    clerk.confirm("办理确认")
    clerk.hears("您已完成办理缴存人封存！")
    clerk.sees(EMPTY)


def _find_it_in_the_query(clerk: Visitor, one: Person) -> None:
    clerk.open("/")
    clerk.sees(f"尊敬的{UNIT}，您已完成办理缴存人封存！")
    clerk.open("/contributor_query")
    clerk.page.get_by_role("tab", name="缴存人账户状态变更查询").click()
    clerk.idle()
    clerk.pick("个人账号", one[0])
    clerk.press("查询")
    expect(clerk.page.get_by_text("共1条记录")).to_be_visible()
    exported = books.texts(clerk.download("数据下载")[1])
    for text in (*one[:2], "封存", "终止/解除劳动关系", "2026-07"):
        assert text in exported


def _unseal(clerk: Visitor, one: Person) -> None:
    """In the same month again: nobody is missing from it then."""
    clerk.open(PAGE)
    clerk.page.get_by_role("radio", name="启封").click()
    clerk.idle()
    clerk.sees(EMPTY_UNSEALING)
    clerk.pick("变更原因", "13")
    clerk.pick("个人账号", one[0])
    expect(clerk.field("启封后缴存基数（元）（必填）")).to_have_value("6000.00")
    clerk.fill("启封后缴存基数（元）（必填）", "1500")
    clerk.blamed("缴存基数低于下限1980.00")
    clerk.shot("status-unsealing-low")
    clerk.fill("启封后缴存基数（元）（必填）", "6000")
    clerk.press("录入清册")
    clerk.hears(ENTERED)
    clerk.tick(UNSEALING, 0)
    clerk.shot("status-unsealing")
    clerk.press("确定启封（1人）")
    clerk.confirm("办理确认")
    clerk.hears("您已完成办理缴存人启封！")
    clerk.sees(EMPTY_UNSEALING)


@pytest.mark.manual("B9.2", "B9.4")
def test_two_of_ten_that_are_sealed_already_keep_the_workbook_out(
    hall: Hall, arrive: Arrive
) -> None:
    """Scenario F3; then eight of them go in."""
    clerk = arrive("clerk1")
    ten = [
        *people(hall, ContributorStatus.NORMAL)[:8],
        *people(hall, ContributorStatus.SEALED)[:2],
    ]
    heads, _ = due(hall)
    clerk.open(PAGE)
    clerk.press("批量导入")
    name, template = clerk.download("下载封存模板")
    assert name.endswith(".xlsx")
    clerk.choose_file("封存.xlsx", _filled(template, ten), clerk.dialog("批量导入"))
    clerk.sees("文件未导入：发现2处错误，涉及2行。请按下表修改后重新上传，原有数据未受影响。")
    for row, number in enumerate(("第10行", "第11行")):
        expect(clerk.cell(row, 0)).to_have_text(number)
        expect(clerk.cell(row, 4)).to_have_text("当前状态为封存，不能办理封存")
    assert_all_chinese(clerk.page)
    clerk.shot("status-import-errors")
    assert "当前状态为封存，不能办理封存" in books.texts(clerk.download("下载错误清单")[1])
    clerk.confirm("批量导入", "取消")
    clerk.sees(EMPTY)
    clerk.press("批量导入")
    clerk.choose_file("封存.xlsx", _filled(template, ten[:8]), clerk.dialog("批量导入"))
    clerk.sees("检查通过：8名职工的数据全部正确。")
    clerk.confirm("批量导入")
    clerk.hears(f"{ENTERED}，共8人")
    clerk.tick(SEALING, -1)
    clerk.press("确定封存（8人）")
    clerk.confirm("办理确认")
    clerk.hears("您已完成办理缴存人封存！")
    assert due(hall)[0] == heads - 8


def _filled(template: bytes, chosen: list[Person]) -> bytes:
    book = load_workbook(BytesIO(template))
    sheet = book.worksheets[0]
    for row, (account, name, _) in enumerate(chosen, start=2):
        cells = (row - 1, account, name, None, "01-终止/解除劳动关系", None, "2026-07")
        for column, value in enumerate(cells, start=1):
            sheet.cell(row, column).value = value
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()
