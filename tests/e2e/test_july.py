"""The July day whole (manual B2, H3–H7): from the template to the new bases, in three browsers."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e import base_adjustment as adjusting
from tests.e2e import books
from tests.e2e.accessible import assert_accessible
from tests.e2e.base_adjustment import PAGE, SUBMIT, SUBMITTED, TEMPLATE
from tests.e2e.conftest import Arrive
from tests.e2e.visitor import Visitor
from tests.e2e.wording import assert_all_chinese

UNIT = "凯里市第九中学(示例)"
DONE = f"尊敬的{UNIT}，您已完成办理缴存人基数变更！"
NEW_BASE_CELL = 6
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")


@pytest.mark.manual(
    "B2.1", "B2.2", "B2.3", "B2.4", "B2.5", "B2.6", "B2.10", "H3", "H4", "H6", "H7", "H8"
)
def test_a_base_adjustment_goes_from_the_template_to_the_new_bases(arrive: Arrive) -> None:
    clerk = arrive("clerk1")
    template = _download(clerk)
    _import_three_errors(clerk, template)
    good = _import_the_right_one(clerk, template)
    _delete_a_row_and_miss_it(clerk, good)
    _import_that_row_again(clerk, good)
    _type_a_base(clerk)
    _upload_twice_and_submit(clerk)
    _see_it_pending(clerk)
    officer, other = arrive("officerA"), arrive("officerB")
    serial = _open_case(officer)
    _find_it_taken(other, serial)
    _approve(officer, serial)
    clerk.open("/")
    _read_the_message(clerk)
    _see_the_flow(clerk, "已办", serial)
    _see_the_flow(clerk, "我发起的", serial)
    _read_and_delete(clerk)
    _go_to_the_whole_history(clerk, serial)
    _see_the_new_bases(clerk)


def _download(clerk: Visitor) -> bytes:
    clerk.open(PAGE)
    assert_all_chinese(clerk.page)
    clerk.sees(
        "清册为空。请先点击【基数调整数据下载】下载模板，填写“调整后基数”列后点击【批量导入】。"
    )
    name, content = clerk.download(TEMPLATE)
    assert name == "基数调整模板_522601000101_2026.xlsx"
    people = books.rows(content)
    assert len(people) == 300
    assert {(row[books.OLD_BASE - 1], row[books.NEW_BASE - 1]) for row in people} == {(6000, None)}
    return content


def _import_three_errors(clerk: Visitor, template: bytes) -> None:
    people = books.rows(template)
    wrong = {(20, books.NAME): "冒名", (35, books.NEW_BASE): None, (50, books.NEW_BASE): 30000}
    adjusting.offer(clerk, books.filled(template, 6500, wrong))
    dialog = clerk.dialog("批量导入")
    clerk.sees("文件未导入：发现3处错误，涉及3行。请按下表修改后重新上传，原有数据未受影响。")
    expected = [
        ("第20行", str(people[18][2]), "姓名", "冒名", "不得修改“姓名”列"),
        ("第35行", str(people[33][2]), "调整后基数", "", "不能为空，基数不变的也需填写"),
        ("第50行", str(people[48][2]), "调整后基数", "30000", "缴存基数高于上限21774.00"),
    ]
    for row, cells in enumerate(expected):
        for column, text in enumerate(cells):
            expect(clerk.cell(row, column)).to_have_text(text)
    expect(dialog.get_by_role("button", name="确定", exact=True)).to_be_disabled()
    assert_all_chinese(clerk.page)
    clerk.shot("july-errors")
    assert_accessible(clerk.page)
    name, report = clerk.download("下载错误清单")
    assert name == "基数调整错误清单.xlsx"
    for cells in expected:
        assert cells[-1] in books.texts(report)
    name, again = clerk.download("重新下载模板并带入已填数据")
    assert books.rows(again)[0][books.NEW_BASE - 1] == 6500
    clerk.sees("1人高于上限，改为21,774.00元；其余内容不变。")
    clerk.press("按上下限修正并重新检查")
    clerk.sees("文件未导入：发现2处错误，涉及2行。请按下表修改后重新上传，原有数据未受影响。")
    expect(dialog.get_by_role("button", name="按上下限修正并重新检查")).to_have_count(0)
    dialog.get_by_role("button", name="取消", exact=True).click()
    clerk.idle()
    clerk.sees(
        "清册为空。请先点击【基数调整数据下载】下载模板，填写“调整后基数”列后点击【批量导入】。"
    )


def _import_the_right_one(clerk: Visitor, template: bytes) -> bytes:
    good = books.filled(template, 6500)
    adjusting.offer(clerk, good)
    clerk.sees("检查通过：300名职工的数据全部正确。")
    _amounts(clerk, "432,000.00", "468,000.00", "+36,000.00")
    clerk.shot("july-preview")
    adjusting.take_in(clerk, 300)
    expect(clerk.cell(0, NEW_BASE_CELL)).to_have_text("6500")
    assert_all_chinese(clerk.page)
    clerk.shot("july-roster")
    assert_accessible(clerk.page)
    return good


def _amounts(clerk: Visitor, before: str, after: str, difference: str) -> None:
    expect(clerk.figure("调整前月缴存额")).to_have_text(before)
    expect(clerk.figure("调整后月缴存额")).to_have_text(after)
    expect(clerk.figure("差额")).to_have_text(difference)


def _delete_a_row_and_miss_it(clerk: Visitor, good: bytes) -> None:
    account, name = (str(cell) for cell in books.rows(good)[2][1:3])
    words = clerk.page.get_by_placeholder("按姓名、账号或证件号后四位查找")
    words.fill(account)
    words.press("Enter")
    expect(clerk.cell(0, 2)).to_have_text(account)
    clerk.idle()
    clerk.tick_row(0)  # the grid's own tools stand above it now
    clerk.press("删除（1）")
    dialog = clerk.dialog("删除确认")
    expect(dialog).to_contain_text("确定删除选中的1条数据？删除后可重新导入。")
    clerk.shot("july-delete")
    dialog.get_by_role("button", name="取消", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(clerk.figure("职工人数")).to_have_text("300")
    clerk.press("删除（1）")
    clerk.dialog("删除确认").get_by_role("button", name="确定", exact=True).click()
    clerk.hears("已删除1条数据")
    clerk.sees("没有符合条件的职工，请减少查找内容或取消“只看需核对的行”。")
    words.fill("")
    words.press("Enter")
    expect(clerk.figure("职工人数")).to_have_text("299")
    clerk.sees(f"清册缺少1名正常状态职工：{name}，提交前请补充导入。")
    clerk.press("提交审批")
    adjusting.upload(clerk)
    clerk.press(SUBMIT)
    clerk.sees(f"清册缺少1名正常状态职工：{name}，请补充导入")
    clerk.press("取消上传")
    clerk.hears("已取消上传“缴存基数变更证明.pdf”")
    clerk.press("返回清册")


def _import_that_row_again(clerk: Visitor, good: bytes) -> None:
    adjusting.offer(clerk, books.only(good, books.rows(good)[2][1]))
    adjusting.take_in(clerk, 300)
    expect(clerk.figure("职工人数")).to_have_text("300")


def _type_a_base(clerk: Visitor) -> None:
    clerk.type_into_cell(0, NEW_BASE_CELL, "50000")
    expect(
        clerk.page.get_by_role("alert").filter(has_text="缴存基数高于上限21774.00")
    ).to_be_visible()
    expect(clerk.cell(0, NEW_BASE_CELL)).to_have_text("6500")
    clerk.type_into_cell(0, NEW_BASE_CELL, "6600")
    _amounts(clerk, "432,000.00", "468,024.00", "+36,024.00")
    clerk.open(PAGE)
    clerk.sees("有未提交的清册，已为您保存，可继续办理。")
    expect(clerk.cell(0, NEW_BASE_CELL)).to_have_text("6600")


def _upload_twice_and_submit(clerk: Visitor) -> None:
    clerk.press("提交审批")
    clerk.press(SUBMIT)
    expect(clerk.page.get_by_role("alert").filter(has_text="缴存基数变更证明")).to_be_visible()
    adjusting.upload(clerk, "错误的文件.pdf")
    clerk.sees("错误的文件.pdf")
    clerk.shot("july-documents")
    clerk.press("取消上传")
    clerk.hears("已取消上传“错误的文件.pdf”")
    clerk.sees("尚未上传材料。请在左侧选择材料类型和文件，点击【上传】。")
    adjusting.upload(clerk)
    assert_all_chinese(clerk.page)
    clerk.press(SUBMIT)
    clerk.hears(SUBMITTED)


def _see_it_pending(clerk: Visitor) -> None:
    clerk.sees("已提交审核但未审批的业务，不得重复提交")
    expect(clerk.page.get_by_role("img", name="流程图：")).to_be_visible()
    expect(clerk.page.locator(".hall-table")).to_contain_text("待审核")
    expect(clerk.button("批量导入")).to_have_count(0)
    assert_all_chinese(clerk.page)
    clerk.shot("july-pending")


def _open_case(officer: Visitor) -> str:
    """Open the case of the unit; return its serial."""
    officer.open("/")
    row = officer.row(UNIT)
    serial = re.search(r"\d{15}", row.inner_text())
    assert serial
    assert_all_chinese(officer.page)
    officer.shot("july-queue")
    row.get_by_role("button", name="办理").click()
    officer.sees("自动检查通过：按当前数据和政策，可以审批。")
    officer.idle()
    _amounts(officer, "432,000.00", "468,024.00", "+36,024.00")
    assert_all_chinese(officer.page)
    officer.shot("july-case")
    return serial.group()


def _find_it_taken(other: Visitor, serial: str) -> None:
    other.open("/")
    row = other.row(serial)
    expect(row).to_contain_text("王建国正在审核")
    row.get_by_role("button", name="办理").click()
    other.sees("王建国正在审核此业务，您可以查看，暂不能办理。")
    expect(other.page.get_by_role("button", name=re.compile("^通过"))).to_have_count(0)
    other.shot("july-case-taken")


def _approve(officer: Visitor, serial: str) -> None:
    expect(officer.page.get_by_label("审批意见")).to_have_value("同意")
    officer.decide("通过")
    officer.hears(f"业务{serial}已办理")
    officer.open("/")
    expect(officer.row(serial)).to_have_count(0)


def _read_the_message(clerk: Visitor) -> None:
    clerk.sees(DONE)
    assert_all_chinese(clerk.page)
    clerk.shot("july-message")
    clerk.row(DONE).get_by_role("button", name="查看").click()
    dialog = clerk.dialog("消息详情")
    for label, value in (("业务名称", "基数调整"), ("时间", MOMENT), ("推送渠道", "网厅")):
        item = dialog.locator(".hall-card dl > div").filter(has_text=label)
        expect(item.locator("dd")).to_have_text(value)
    expect(dialog).to_contain_text(DONE)
    clerk.shot("july-message-dialog")
    dialog.get_by_role("button", name="标为已阅").click()
    clerk.hears("已标为已阅")
    clerk.idle()


def _see_the_flow(clerk: Visitor, tab: str, serial: str) -> None:
    clerk.to_tab(tab)
    clerk.row(serial).get_by_role("button", name="查看").click()
    dialog = clerk.dialog("业务详情")
    expect(dialog.get_by_role("img", name="流程图：")).to_be_visible()
    steps = dialog.locator(".hall-table tbody tr")
    expect(steps).to_have_count(3)
    expect(steps.nth(0)).to_contain_text("杨秀英")
    for text in ("王建国（初审员）", "通过", "同意", MOMENT):
        expect(steps.nth(1)).to_contain_text(text)
    expect(steps.nth(2)).to_contain_text("办结")
    assert_all_chinese(clerk.page)
    clerk.shot(f"july-flow-{tab}")
    clerk.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def _read_and_delete(clerk: Visitor) -> None:
    clerk.to_tab("已阅")
    clerk.sees(DONE)
    clerk.row(DONE).get_by_role("button", name="删除").click()
    clerk.hears("消息已删除")
    clerk.to_tab("已阅")
    clerk.sees("暂无已阅消息。在消息详情中点击【标为已阅】后会移到这里。")


def _go_to_the_whole_history(clerk: Visitor, serial: str) -> None:
    clerk.to_tab("我发起的")
    clerk.press("更多")
    expect(clerk.page.locator("h1")).to_have_text("消息事务管理")
    chosen = clerk.page.get_by_role("radio", name=re.compile("^我发起的（"))
    expect(chosen).to_be_checked()
    clerk.sees(serial)
    assert_all_chinese(clerk.page)
    clerk.shot("july-history")


def _see_the_new_bases(clerk: Visitor) -> None:
    people = books.rows(adjusting.template(clerk))
    bases = [row[books.OLD_BASE - 1] for row in people]
    assert (bases[0], set(bases[1:])) == (6600, {6500})
