"""Money arrives (到账): short is kept, exact is booked, the clerk reads it; a bank's workbook; dunning."""

from datetime import date
from decimal import Decimal
from io import BytesIO

from openpyxl import load_workbook
from playwright.sync_api import Locator, expect

from services.remittance import arrivals
from services.remittance.credits import Credit
from tests.conftest import person
from tests.e2e import conftest, newcomers
from tests.e2e.accessible import assert_accessible
from tests.e2e.conftest import Arrive
from tests.e2e.newcomers import Newcomer
from tests.e2e.serving import Hall
from tests.e2e.visitor import Visitor
from tests.e2e.wording import assert_all_chinese
from ukey import verify_evidence

hall = conftest.own_hall
KEY = "M1"
UNIT = newcomers.BY_KEY[KEY].employer
#: Of the bank's workbook, of the credit that goes back, of the refund: each journey has a balance of its own.
PAID, WRONG, TOO_MUCH = (newcomers.BY_KEY[key] for key in ("B1", "B4", "B5"))
LATE = "凯里鼓楼建筑(示例)"
MONTHS, MONEY = "/months", "/arrivals"


def test_short_is_kept_exact_is_booked_and_the_clerk_reads_it(arrive: Arrive) -> None:
    clerk, officer = arrive(KEY), arrive("officerA")
    clerk.open("/remittance")
    clerk.press("汇缴核定")
    clerk.dialog("汇缴核定").get_by_role("button", name="确定").click()
    clerk.sign_if_asked()
    clerk.hears("核定成功")
    officer.open(MONTHS)
    officer.shot("money-months")
    month = officer.entry(UNIT)
    month.get_by_role("button", name="通过").click()
    officer.sign_if_asked()
    officer.hears(f"{UNIT}2026年7月核定已审批")
    _enter(officer, "4725.50", "E2E-0001")
    officer.hears(
        f"{UNIT}：到账金额不足，2026-07未入账：应缴4,726.00元，未分摊余额4,725.50元，还差0.50元"
    )
    expect(officer.entry(UNIT)).to_contain_text("4,725.50")
    clerk.open("/remittance")
    clerk.sees("本单位未分摊余额4,725.50元，可用于缴纳已审批的月度，由所属管理部办理入账。")
    clerk.shot("money-clerk")
    _enter(officer, "0.50", "E2E-0002")
    officer.hears(f"{UNIT}：2026-07已入账")
    expect(officer.entry(UNIT)).to_have_count(0)
    clerk.open("/")
    clerk.sees(f"尊敬的{UNIT}，贵单位2026年7月住房公积金4,726.00元已入账，缴至年月为2026年7月。")


def test_the_banks_workbook_is_checked_whole_and_who_is_behind_is_told(arrive: Arrive) -> None:
    officer = arrive("officerA")
    officer.open(MONEY)
    officer.press("批量导入")
    dialog = officer.dialog("批量导入到账")
    _, content = officer.download("下载模板")
    officer.choose_file("到账.xlsx", _filled(content, "E2E-0009", 100), dialog)
    officer.idle()
    expect(dialog).to_contain_text("检查通过：1笔到账，共100.00元，1家单位，可入账0个月度。")
    officer.shot("money-import")
    dialog.get_by_role("button", name="确定").click()
    officer.hears("已登记1笔到账，共100.00元")
    officer.press("批量导入")
    officer.choose_file("到账.xlsx", _filled(content, "E2E-0009", 100), dialog)
    officer.idle()
    expect(dialog).to_contain_text("该银行流水号已登记")
    officer.shot("money-import-faults")
    dialog.get_by_role("button", name="取消").click()
    expect(dialog).to_be_hidden()
    officer.shot("money-balances")
    officer.entry(PAID.employer).get_by_role("button", name="台账").click()
    expect(officer.dialog("未分摊台账")).to_contain_text(PAID.number)
    officer.shot("money-ledger")
    officer.page.keyboard.press("Escape")
    officer.to_tab("催缴")
    officer.entry(LATE).get_by_role("button", name="催缴").last.click()
    officer.hears(f"已向{LATE}发送催缴消息")
    officer.to_tab("催缴")
    officer.shot("money-behind")
    assert_all_chinese(officer.page)


def test_a_credit_entered_wrongly_is_reversed_by_two_officers(hall: Hall, arrive: Arrive) -> None:
    day, amount = date(2026, 7, 6), Decimal("100.00")
    wrong = Credit("E2E-0100", WRONG.number, amount, day, payer=WRONG.employer)
    with hall.behind():
        arrivals.receive(person("officerA"), wrong)
    first, second = arrive("officerA"), arrive("officerB")
    dialog = _ledger(first, WRONG)
    dialog.get_by_role("radio", name="到账冲正").click()
    dialog.get_by_label("冲正原因（必填）").fill("登记到了别的单位")
    dialog.get_by_label("冲正原因（必填）").press("Tab")
    expect(dialog).to_contain_text("复核通过后：不影响已入账月度，冲正后未分摊余额0.00元。")
    first.shot("money-reversal")
    dialog.get_by_role("button", name="提出冲正").click()
    expect(first.dialog("UKey签名确认")).to_contain_text("冲正后未分摊余额0.00元")
    first.shot("money-reversal-signing")
    assert_all_chinese(first.page)
    first.sign_if_asked()
    first.hears("冲正已提出，请本管理部另一名审批员复核")
    second.open(MONEY)
    second.to_tab("资金更正")
    second.entry(WRONG.employer).get_by_role("button", name="复核").click()
    asked = second.dialog("资金更正复核")
    second.shot("money-second")
    assert_accessible(second.page)
    asked.get_by_role("button", name="复核通过").click()
    second.sign_if_asked()
    second.hears("到账冲正已生效")
    second.to_tab("资金更正")
    expect(second.entry(WRONG.employer)).to_contain_text("已复核")
    second.shot("money-corrected")
    assert_all_chinese(second.page)
    second.entry(WRONG.employer).get_by_role("button", name="查看").click()
    expect(second.dialog("资金更正")).to_contain_text("复核签名证据")
    second.shot("money-evidence")
    for act, officer in (("提出", "王建国"), ("复核", "李春梅")):
        _, content = second.download(f"{act}签名证据")
        said = verify_evidence.verify(content)
        assert said["signer"]["name"] == officer  # type: ignore[index]
    second.page.keyboard.press("Escape")
    _read_by_the_auditor(arrive("auditor"))


def _read_by_the_auditor(auditor: Visitor) -> None:
    auditor.open("/")
    auditor.page.get_by_role("tab", name="资金更正").click()
    auditor.idle()
    row = auditor.entry(WRONG.employer)
    expect(row).to_contain_text("到账冲正")
    for act, officer in (("提出", "王建国"), ("复核", "李春梅")):
        with auditor.page.expect_download() as caught:
            row.get_by_role("link", name=act, exact=True).click()
        said = verify_evidence.verify(caught.value.path().read_bytes())
        assert said["signer"]["name"] == officer  # type: ignore[index]
    assert_all_chinese(auditor.page)
    assert_accessible(auditor.page)
    for width, height in ((1366, 768), (1920, 1080)):
        auditor.page.set_viewport_size({"width": width, "height": height})
        auditor.shot(f"audit-corrections-{width}")


def test_a_refund_is_turned_down_with_a_signed_reason(hall: Hall, arrive: Arrive) -> None:
    over = Credit("E2E-0200", TOO_MUCH.number, Decimal("80.00"), date(2026, 7, 6), payer="某单位")
    with hall.behind():
        arrivals.receive(person("officerA"), over)
    first, second = arrive("officerA"), arrive("officerB")
    dialog = _ledger(first, TOO_MUCH)
    dialog.get_by_role("radio", name="未分摊退款").click()
    for label, text in (
        ("收款户名（必填）", "某单位"), ("收款银行（必填）", "建设银行凯里分行"),
        ("收款账号（必填）", "52001234567890"), ("退款原因（必填）", "单位申请退回多缴款项"),
    ):  # fmt: skip
        dialog.get_by_label(label).fill(text)
        dialog.get_by_label(label).press("Tab")
        first.idle()
    first.shot("money-refund")
    dialog.get_by_role("button", name="提出退款").click()
    first.sign_if_asked()
    first.hears("退款已提出，请本管理部另一名审批员复核")
    second.open(MONEY)
    second.to_tab("资金更正")
    second.shot("money-waiting")
    second.entry("未分摊退款").get_by_role("button", name="复核").click()
    asked = second.dialog("资金更正复核")
    asked.get_by_role("button", name="退回").click()
    expect(asked.get_by_role("alert").first).to_contain_text("请填写退回原因")
    second.shot("money-refused-without-reason")
    asked.get_by_label("退回原因（退回时必填）").fill("收款账号与单位名称不符")
    asked.get_by_label("退回原因（退回时必填）").press("Tab")
    asked.get_by_role("button", name="退回").click()
    second.sign_if_asked()
    second.hears("更正已退回")
    second.to_tab("资金更正")
    expect(second.entry("未分摊退款")).to_contain_text("已退回")
    second.shot("money-refused")


def _ledger(officer: Visitor, whose: Newcomer) -> Locator:
    officer.open(MONEY)
    officer.entry(whose.employer).get_by_role("button", name="台账").click()
    return officer.dialog("未分摊台账")


def _enter(officer: Visitor, amount: str, reference: str) -> None:
    officer.entry(UNIT).get_by_role("button", name="到账登记").click()
    dialog = officer.dialog("到账登记")
    dialog.get_by_label("银行流水号（必填）").fill(reference)
    dialog.get_by_label("到账金额（元）（必填）").fill(amount)
    dialog.get_by_label("付款户名").fill(UNIT)
    dialog.get_by_label("付款户名").press("Enter")
    expect(dialog).to_contain_text("登记后：")
    officer.shot(f"money-arrival-{reference}")
    dialog.get_by_role("button", name="确定").click()


def _filled(content: bytes, reference: str, amount: int) -> bytes:
    book = load_workbook(BytesIO(content))
    for column, value in enumerate(
        (1, reference, "2026-07-03", PAID.number, PAID.employer, amount), start=1
    ):
        book.worksheets[0].cell(2, column).value = value
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()
