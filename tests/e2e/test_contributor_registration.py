"""Registration in a browser (manual B7): one person from the form to the account, six by workbook."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect
from sqlalchemy import select, update

from data.database import snapshot, transaction
from data.enums import ContributorStatus
from data.models.people import UserSession
from data.models.register import Contributor
from services.rules import clock
from tests.conftest import person
from tests.e2e import books, conftest
from tests.e2e.conftest import Arrive
from tests.e2e.visitor import Visitor
from tests.e2e.wording import assert_all_chinese

hall = conftest.own_hall
PAGE = "/contributor_registration"
UNIT = "凯里市第九中学(示例)"
DONE = f"尊敬的{UNIT}，您已完成办理缴存人登记！"
EMPTY = "开户清册为空。请填写上方表单后点击【录入清册】，或点击【批量导入】。"
SEALED_HERE = "该职工账户在本单位封存，请办理启封"
ACCOUNT = re.compile(r"\b5226\d{8}\b")
#: Of the scenarios, but for the first, who is registered by the form; the last is invented.
SIX = (
    ("吴丽娟", "522601198508150026"), ("龙海燕", "522625199512310032"),
    ("潘小红", "522630198802290048"), ("石国庆", "522601197811050058"),
    ("欧阳春梅", "522601200001010067"), ("陆家兴", "522601199203040074"),
)  # fmt: skip
NAME, ID_NUMBER, SEX, MOBILE, BASE, MONTH, EDUCATION = 2, 4, 5, 7, 8, 9, 12  # columns, from 1


@pytest.mark.manual("B7.1", "B7.3", "B7.4", "B7.5")
def test_one_person_goes_from_the_form_to_an_account(arrive: Arrive) -> None:
    clerk = arrive("clerk1")
    clerk.open(PAGE)
    clerk.sees(EMPTY)
    assert_all_chinese(clerk.page)
    clerk.shot("registration-empty")
    _type_the_wrong_and_then_the_right(clerk)
    _enter(clerk)
    _be_told_who_is_known_already(clerk)
    _take_a_wrong_row_off(clerk)
    _open_the_account(clerk)
    _be_led_to_the_unsealing(clerk)


def _type_the_wrong_and_then_the_right(clerk: Visitor) -> None:
    clerk.press("录入清册")
    clerk.blamed("不能为空")
    clerk.shot("registration-nothing-filled-in")
    clerk.fill("姓名（必填）", "杨再兴")
    clerk.fill("证件号码（必填）", "522601199003070018")
    clerk.blamed("证件号码校验位错误")
    clerk.fill("手机号码（必填）", "13885512345")
    clerk.fill("缴存基数（元）（必填）", "1500")
    clerk.blamed("缴存基数低于下限1980.00")
    clerk.press("录入清册")
    clerk.sees(EMPTY)
    clerk.shot("registration-errors")
    clerk.fill("证件号码（必填）", "522601199003070017")
    clerk.fill("缴存基数（元）（必填）", "5200")
    for label, value in (
        ("性别（由身份证号码得出）", "男"),
        ("出生日期（由身份证号码得出）", "1990-03-07"),
    ):
        expect(clerk.field(label)).to_have_value(value)
        expect(clerk.field(label)).to_be_disabled()
    for label, value in (
        ("缴存比例", "12%+12%"), ("单位月缴存额", "624.00"), ("个人月缴存额", "624.00"),
    ):  # fmt: skip
        expect(clerk.figure(label)).to_have_text(value)
    clerk.shot("registration-filled")


def _enter(clerk: Visitor) -> None:
    clerk.press("录入清册")
    clerk.hears("杨再兴已录入开户清册")
    expect(clerk.figure("清册人数")).to_have_text("1")
    expect(clerk.figure("月缴存额合计")).to_have_text("1,248.00")
    assert_all_chinese(clerk.page)


def _be_told_who_is_known_already(clerk: Visitor) -> None:
    with clerk.hall.behind(), snapshot() as session:
        one = session.scalars(
            select(Contributor).filter_by(employer_id=person("clerk2").employer)
        ).first()
        assert one
    for name, reason in (
        ("冒名", "姓名与该证件号码已登记的姓名不一致"),
        (one.name, "该职工在其他单位有正常账户，须先由原单位封存"),
    ):
        clerk.fill("姓名（必填）", name)
        clerk.fill("证件号码（必填）", one.id_number)
        clerk.fill("手机号码（必填）", "13885512345")
        clerk.fill("缴存基数（元）（必填）", "5200")
        clerk.press("录入清册")
        clerk.blamed(reason)
        expect(clerk.figure("清册人数")).to_have_text("1")
    expect(clerk.field("姓名（必填）")).to_have_value(one.name)


def _take_a_wrong_row_off(clerk: Visitor) -> None:
    clerk.fill("姓名（必填）", "陆家兴")
    clerk.fill("证件号码（必填）", "522601199203040074")
    clerk.press("录入清册")
    expect(clerk.figure("清册人数")).to_have_text("2")
    clerk.tick("contributor_registration", 1)
    clerk.press("删除（1）")
    clerk.shot("registration-delete")
    clerk.confirm("删除确认", "取消")
    expect(clerk.figure("清册人数")).to_have_text("2")
    clerk.press("删除（1）")
    clerk.confirm("删除确认")
    clerk.hears("已删除1人")
    expect(clerk.figure("清册人数")).to_have_text("1")
    clerk.shot("registration-roster")


def _open_the_account(clerk: Visitor) -> None:
    clerk.press("确认开户（全部1人）")
    expect(clerk.dialog("确认开户")).to_contain_text(
        "将为1名职工开户，月缴存额增加1,248.00元。开户立即生效，请确认信息无误。"
    )
    clerk.shot("registration-confirm")
    clerk.confirm("确认开户")
    clerk.sees("开户成功，共1人，个人账号如下。")
    clerk.sees(EMPTY)
    assert_all_chinese(clerk.page)
    clerk.shot("registration-done")
    with clerk.hall.behind(), snapshot() as session:
        opened = session.scalars(
            select(Contributor).filter_by(id_number="522601199003070017")
        ).one()
    assert ACCOUNT.fullmatch(opened.account)
    assert (opened.status, opened.first_month) == (ContributorStatus.NORMAL, 202607)
    clerk.open("/contributor_query")
    clerk.pick("个人账号", opened.account)
    clerk.press("查询")
    expect(clerk.page.get_by_text("共1条记录")).to_be_visible()
    clerk.open("/")
    clerk.sees(DONE)


def _be_led_to_the_unsealing(clerk: Visitor) -> None:
    """Scenario E9."""
    with clerk.hall.behind(), snapshot() as session:
        sealed = session.scalars(
            select(Contributor).filter_by(
                employer_id=person("clerk1").employer, status=ContributorStatus.SEALED
            )
        ).first()
        assert sealed
    clerk.open(PAGE)
    clerk.fill("姓名（必填）", sealed.name)
    clerk.fill("证件号码（必填）", sealed.id_number)
    clerk.fill("手机号码（必填）", "13885512345")
    clerk.fill("缴存基数（元）（必填）", "5200")
    clerk.press("录入清册")
    clerk.blamed(SEALED_HERE)
    clerk.shot("registration-sealed-here")
    clerk.press("去办理启封")
    expect(clerk.page.locator("h1")).to_have_text("缴存人状态变更")
    expect(clerk.field("姓名")).to_have_value(sealed.name)
    expect(clerk.button("确定启封")).to_have_count(0)
    clerk.sees("待启封清册为空。请填写上方表单后点击【录入清册】，或点击【批量导入】。")
    clerk.shot("registration-led-to-unsealing")


@pytest.mark.manual("B7.2", "B7.3", "B7.4", "B7.5")
def test_six_people_come_in_by_workbook_and_the_roster_outlives_the_session(
    arrive: Arrive,
) -> None:
    clerk = arrive("clerk1")
    clerk.open(PAGE)
    template = _download_the_template(clerk)
    _import_two_errors(clerk, template)
    _import_all_six(clerk, template)
    clerk.tick("contributor_registration", 4, 5)
    clerk.press("删除（2）")
    clerk.confirm("删除确认")
    expect(clerk.figure("清册人数")).to_have_text("4")
    _come_back_after_the_time_out(clerk)
    _open_four_accounts(clerk)


def _download_the_template(clerk: Visitor) -> bytes:
    clerk.press("批量导入")
    dialog = clerk.dialog("批量导入")
    expect(dialog.get_by_role("combobox")).to_have_value(re.compile(r"12%\+12%"))
    clerk.shot("registration-import")
    name, content = clerk.download("下载模板")
    assert name == "缴存人登记模板_522601000101_12%.xlsx"
    sheet = load_workbook(BytesIO(content)).worksheets[0]
    lists = {
        str(rule.sqref).rstrip("0123456789").partition(":")[0].rstrip("0123456789")
        for rule in sheet.data_validations.dataValidation
        if rule.type == "list"
    }
    assert lists >= {"C", "E", "L"}  # 证件类型, 性别, 学历
    return content


def _import_two_errors(clerk: Visitor, template: bytes) -> None:
    """Scenarios E3 and E10; nothing is stored."""
    wrong = {(3, SEX): "2-女", (5, BASE): 1500}
    dialog = clerk.dialog("批量导入")
    clerk.choose_file("登记.xlsx", _filled(template, wrong), dialog)
    clerk.sees("文件未导入：发现2处错误，涉及2行。请按下表修改后重新上传，原有数据未受影响。")
    for row, cells in enumerate(
        (
            ("第3行", "龙海燕", "性别", "2-女", "性别与证件号码不一致"),
            ("第5行", "石国庆", "缴存基数*", "1500", "缴存基数低于下限1980.00"),
        )
    ):
        for column, text in enumerate(cells):
            expect(clerk.cell(row, column)).to_have_text(text)
    assert_all_chinese(clerk.page)
    clerk.sees("1人低于下限，改为1,980.00元；其余内容不变。")
    clerk.shot("registration-import-errors")
    name, report = clerk.download("下载错误清单")
    assert name == "缴存人登记错误清单.xlsx"
    assert "性别与证件号码不一致" in books.texts(report)
    clerk.press("按上下限修正并重新检查")
    clerk.sees("文件未导入：发现1处错误，涉及1行。请按下表修改后重新上传，原有数据未受影响。")
    expect(clerk.cell(0, 2)).to_have_text("性别")
    expect(clerk.button("按上下限修正并重新检查")).to_have_count(0)
    clerk.confirm("批量导入", "取消")
    clerk.sees(EMPTY)


def _import_all_six(clerk: Visitor, template: bytes) -> None:
    clerk.press("批量导入")
    dialog = clerk.dialog("批量导入")
    clerk.choose_file("登记.xlsx", _filled(template, {}), dialog)
    clerk.sees("检查通过：6名职工的数据全部正确。")
    expect(clerk.figure("月缴存额合计")).to_have_text("7,488.00")
    clerk.shot("registration-import-good")
    clerk.confirm("批量导入")
    clerk.hears("导入成功，6人已录入开户清册")
    expect(clerk.figure("清册人数")).to_have_text("6")


def _come_back_after_the_time_out(clerk: Visitor) -> None:
    """Scenario E13."""
    with clerk.hall.behind(), transaction() as session:
        session.execute(update(UserSession).values(seen_at=clock.instant() - timedelta(minutes=16)))
    clerk.page.goto(clerk.hall.origin + PAGE)
    expect(clerk.page.locator("#sign-in")).to_be_visible()


def _open_four_accounts(clerk: Visitor) -> None:
    clerk.sign_in("clerk1")
    expect(clerk.page.locator("h1")).to_have_text("缴存人登记")
    expect(clerk.figure("清册人数")).to_have_text("4")
    clerk.press("确认开户（全部4人）")
    clerk.confirm("确认开户")
    clerk.sees("开户成功，共4人，个人账号如下。")
    name, content = clerk.download("下载开户结果")
    assert name == "开户结果.xlsx"
    accounts = [int(account) for account in ACCOUNT.findall(books.texts(content))]
    assert accounts == list(range(accounts[0], accounts[0] + 4))


def _filled(template: bytes, changes: dict[tuple[int, int], object]) -> bytes:
    book = load_workbook(BytesIO(template))
    sheet = book.worksheets[0]
    for row, (name, number) in enumerate(SIX, start=2):
        cells = {
            1: row - 1, NAME: name, 3: "01-身份证", ID_NUMBER: number, MOBILE: "13885512345",
            BASE: 5200, MONTH: "2026-07", EDUCATION: "21-大学本科毕业",
        }  # fmt: skip
        for column, value in cells.items():
            sheet.cell(row, column).value = value
    for (row, column), value in changes.items():
        sheet.cell(row, column).value = value  # type: ignore[assignment]
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()
