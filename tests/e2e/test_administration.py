"""Administration walked: a policy change (H14), a new employer and its UKey, new staff, the auditor."""

import re

from playwright.sync_api import expect

from data.enums import BusinessKind
from data.policy_codes import PolicyKey
from services import review
from tests.conftest import person
from tests.credits import receive
from tests.desk_cases import rate_case
from tests.e2e import conftest
from tests.e2e.accessible import assert_accessible
from tests.e2e.conftest import Arrive
from tests.e2e.visitor import Visitor
from tests.e2e.wording import assert_all_chinese
from tests.policy_rows import set_for
from ukey import verify_evidence

TOPIC = "缴存基数与月缴存额上下限"
SOURCE = "州公积金管委会〔2026〕8号"
#: As long as a name may be: 60 characters.
LONG_NAME = (
    "黔东南苗族侗族自治州凯里经济开发区清水江流域生态环境综合治理与"
    "民族文化旅游融合发展投资集团有限责任公司下司古镇第一分公司"
)
hall = conftest.own_hall


def test_an_administrators_policy_change(arrive: Arrive) -> None:
    admin, security = arrive("admin"), arrive("security")
    _propose(admin)
    _confirm(security)
    _where_she_worked(security)
    _seen_in_force(admin)
    _what_is_confirmed_stands_in_a_later_change(admin)


def _propose(admin: Visitor) -> None:
    admin.open("/")
    admin.shot("policy-list")
    admin.row(TOPIC).get_by_role("button", name="变更").click()
    admin.idle()
    upper = admin.page.get_by_label("缴存基数上限（元）（必填）")
    upper.fill("1000")
    upper.press("Enter")
    admin.idle()
    admin.press("试算影响")
    expect(admin.page.get_by_role("alert").first).to_contain_text(
        "缴存基数下限（元）须小于缴存基数上限（元）"
    )
    admin.shot("policy-form-error")
    upper.fill("8000")
    upper.press("Enter")
    admin.idle()
    admin.page.get_by_label("依据（必填）").fill(SOURCE)
    admin.page.get_by_label("依据（必填）").press("Enter")
    admin.idle()
    month = admin.page.get_by_role("spinbutton", name="月, 生效日期（必填）")
    month.click()
    month.press_sequentially("08")
    admin.page.get_by_label("说明（生效日期早于今天时必填）").click()
    admin.idle()
    told = admin.page.get_by_role("status").filter(
        has_text="缴存基数高于新上限8,000.00元的正常缴存人"
    )
    expect(told).to_contain_text("家单位")
    admin.shot("policy-form-tried")
    assert_all_chinese(admin.page)
    admin.press("提交复核")
    admin.hears("变更已提交，等待另一名管理员复核")
    admin.to_tab("待复核")
    admin.row(TOPIC).filter(has_text=SOURCE).get_by_role("button", name="办理").click()
    admin.idle()
    admin.sees("本变更由您提出，须由另一名管理员复核后生效。")
    expect(admin.button("确认生效")).to_have_count(0)
    admin.shot("policy-own-proposal")


def _confirm(security: Visitor) -> None:
    security.open("/")
    expect(security.page.get_by_role("button", name="变更", exact=True)).to_have_count(0)
    security.to_tab("待复核")
    security.row(TOPIC).filter(has_text=SOURCE).get_by_role("button", name="办理").click()
    security.idle()
    line = security.page.locator(".hall-table tbody tr").filter(has_text="缴存基数上限（元）").first
    expect(line).to_contain_text("21,774.00")
    expect(line).to_contain_text("8,000.00")
    security.press("退回")
    expect(security.page.get_by_role("alert")).to_contain_text("请填写退回原因")
    security.shot("policy-confirm")
    security.press("确认生效")
    security.hears("变更已复核，将按生效日期执行")


def _where_she_worked(security: Visitor) -> None:
    """The page stays on the tab that a decision, and a look, were begun from."""
    security.sees("暂无待复核的变更。系统管理员提出变更后会显示在这里。")
    security.shot("policy-decided")
    security.to_tab("变更记录")
    security.row(TOPIC).filter(has_text=SOURCE).get_by_role("button", name="查看").click()
    security.idle()
    security.press("返回列表")
    expect(security.row(TOPIC).filter(has_text=SOURCE).first).to_be_visible()


def _seen_in_force(admin: Visitor) -> None:
    admin.press("返回列表")
    admin.sees("暂无待复核的变更。系统管理员提出变更后会显示在这里。")  # the tab she came from
    expect(admin.page.get_by_role("tab", name="待复核（0）")).to_have_attribute(
        "aria-selected", "true"
    )
    admin.to_tab("现行参数")
    expect(admin.row(TOPIC).first).to_contain_text("2026-08-06起：缴存基数上限（元） 8,000.00")
    admin.row(TOPIC).first.get_by_role("button", name="历史").click()
    admin.idle()
    rows = admin.page.locator(".hall-table tbody tr")
    expect(rows.filter(has_text=re.compile("缴存基数上限"))).to_have_count(2)
    expect(rows.first).to_contain_text("谢文博提出，田晓岚复核")
    admin.shot("policy-history")
    admin.press("返回列表")
    admin.to_tab("待复核")
    admin.shot("policy-none-waiting")


def _what_is_confirmed_stands_in_a_later_change(admin: Visitor) -> None:
    """Once a day is chosen on which 8,000 holds, the form begins with it, and keeps what is typed."""
    admin.open("/")
    admin.row(TOPIC).get_by_role("button", name="变更").click()
    admin.idle()
    upper = admin.page.get_by_label("缴存基数上限（元）（必填）")
    expect(upper).to_have_value("21774.00")
    typed(admin, "缴存基数下限（元）（必填）", "2000")
    month = admin.page.get_by_role("spinbutton", name="月, 生效日期（必填）")
    month.click()
    month.press_sequentially("09")
    admin.page.get_by_label("说明（生效日期早于今天时必填）").click()
    admin.idle()
    expect(upper.first).to_have_value("8000.00")  # the one it replaces goes a moment later
    expect(admin.page.get_by_label("缴存基数下限（元）（必填）")).to_have_value("2000")
    admin.sees("届时：8,000.00")
    admin.shot("policy-form-later")
    with admin.hall.behind():
        set_for(BusinessKind.DEFERRAL, PolicyKey.APPROVAL_LEVELS, "reviewer,director", "2026-08-01")
    admin.press("返回列表")
    admin.entry("缓缴/解除缓缴").get_by_role("button", name="环节").click()
    admin.idle()
    second = admin.page.get_by_role("combobox", name=re.compile("第2级"))
    expect(second).to_have_value("终审员")
    month.click()
    month.press_sequentially("09")
    admin.page.get_by_label("说明（生效日期早于今天时必填）").click()
    admin.idle()
    expect(second.first).to_have_value("主任")
    admin.shot("policy-levels-later")


def typed(visitor: Visitor, label: str, text: str) -> None:
    field = visitor.page.get_by_label(label, exact=True)
    field.fill(text)
    field.press("Enter")
    visitor.idle()


def to(visitor: Visitor, page: str) -> None:
    visitor.page.get_by_test_id("stSidebarNavLink").filter(has_text=page).click()
    visitor.idle()


def test_a_new_employer_gets_its_clerk_her_key_and_loses_it(arrive: Arrive) -> None:
    """Opened at the counter, the key made and bound, the clerk lets herself in, and is put out."""
    officer, security = arrive("officerA"), arrive("security")
    number = _opened(officer)
    _found(officer, number)
    _bound(security, number)
    clerk = arrive()
    clerk.open_sign_in()
    clerk.sign_in("newkey1", "260717")
    clerk.sees("单位经办人 潘小梅")
    _suspended(security)
    clerk.page.reload()
    expect(clerk.page.locator("#sign-in")).to_be_visible()
    _read_in_the_log(security)


def _opened(officer: Visitor) -> str:
    officer.open("/register")
    officer.shot("register-empty")
    officer.press("单位开户")
    typed(officer, "单位名称（必填）", LONG_NAME)
    officer.press("确认开户")
    expect(officer.page.get_by_role("alert")).to_contain_text("统一社会信用代码不正确")
    officer.shot("opening-faults")
    for label, text in (
        ("统一社会信用代码（必填）", "91522601MA6DBBBB0U"), ("单位地址（必填）", "凯里市北京西路1号"),
        ("法定代表人（必填）", "杨清江"), ("法定代表人身份证号码（必填）", "522601199003070017"),
        ("受托银行（必填）", "农业银行凯里分行"), ("经办人姓名（必填）", "潘小梅"),
        ("经办人手机号码（必填）", "13885511111"),
    ):  # fmt: skip
        typed(officer, label, text)
    officer.shot("opening-filled")
    assert_all_chinese(officer.page)
    officer.press("确认开户")
    done = officer.page.get_by_role("status").filter(has_text="已开户，单位账号")
    told = re.search(r"单位账号(\d{12})", done.inner_text())
    assert told
    officer.shot("opening-done")
    return told.group(1)


def _found(officer: Visitor, number: str) -> None:
    officer.page.set_viewport_size({"width": 1366, "height": 768})
    officer.press("打开单位档案")
    officer.sees("未绑定UKey")
    main = officer.page.get_by_test_id("stMain")
    assert main.evaluate("e => e.scrollWidth <= e.clientWidth")  # the longest name fits
    title = officer.page.locator(".hall-title").bounding_box()
    assert title
    assert title["height"] < 80  # pixels: two lines of it, and one beside them
    officer.press("返回查找")
    typed(officer, "查找", number)
    expect(officer.row(number)).to_contain_text(LONG_NAME)
    typed(officer, "查找", "第九中学")
    officer.row("522601000101").get_by_role("button", name="打开").first.click()
    officer.idle()
    officer.shot("employer-file")
    officer.page.get_by_role("tab", name="欠缴").click()
    officer.idle()
    officer.shot("employer-file-owed")
    assert_all_chinese(officer.page)
    officer.page.reload()
    officer.sees("单位档案：登记、人员、业务、汇缴和欠缴。")
    officer.page.go_back()
    officer.sees("查找凯里管理部的单位和缴存人，打开单位档案。")


def _bound(security: Visitor, number: str) -> None:
    security.open("/certificates")
    expect(security.row("已过期").first).to_contain_text("吴芝兰")  # bound, and past its end
    security.shot("certificates-list")
    security.page.get_by_role("tab", name="吊销列表").click()
    security.idle()
    security.shot("certificates-crl")
    assert_all_chinese(security.page)
    security.page.get_by_role("tab", name="绑定UKey").click()
    typed(security, "查找要绑定的人员", number)
    security.row("潘小梅").get_by_role("button", name="绑定").click()
    security.idle()
    security.press("读取插入的UKey")
    expect(security.page.get_by_label("UKey中的证书")).to_be_visible()
    security.shot("certificates-bind")
    security.page.get_by_text("制作演示UKey（仅演示环境）").click()
    typed(security, "UKey名称", "newkey1")
    typed(security, "Ukey证书密码", "260717")
    security.press("制作并绑定")
    security.hears("演示UKey newkey1已制作并绑定给潘小梅")


def _suspended(security: Visitor) -> None:
    security.to_tab("在用及历史证书")
    typed(security, "查找", "潘小梅")
    security.row("潘小梅").get_by_role("button", name="办理").first.click()
    security.idle()
    security.press("停用")
    expect(security.page.get_by_role("alert").first).to_contain_text("请填写原因")
    typed(security, "原因（必填）", "UKey遗失")
    security.shot("certificates-key")
    security.press("停用")
    security.hears("潘小梅的UKey已停用")
    _asked_before_it_ends(security)


def _asked_before_it_ends(security: Visitor) -> None:
    """What cannot be undone is asked once more; the list stands as it was left, found and all."""
    expect(security.page.get_by_label("查找", exact=True)).to_have_value("潘小梅")
    security.row("潘小梅").get_by_role("button", name="办理").first.click()
    security.idle()
    typed(security, "原因（必填）", "换发新UKey")
    security.press("注销")
    expect(security.dialog("办理确认")).to_contain_text(
        "确定注销潘小梅的UKey？注销后不能恢复，须重新绑定新证书。"
    )
    security.shot("certificates-revoke")
    security.confirm("办理确认", "取消")
    security.press("返回列表")
    expect(security.row("潘小梅").first).to_contain_text("停用")


def _read_in_the_log(security: Visitor) -> None:
    """The key's fingerprint stands on one line, the whole of it where the pointer rests."""
    to(security, "审计日志")
    shown = security.page.locator("abbr.hall-digest").first
    expect(shown).to_have_text(re.compile(r"^[0-9a-f]{8}…[0-9a-f]{8}$"))
    expect(shown).to_have_attribute("title", re.compile(r"^[0-9a-f]{64}$"))
    box = shown.bounding_box()
    assert box
    assert box["height"] < 24
    security.shot("audit-fingerprints")
    assert_accessible(security.page)


def test_staff_are_taken_on_and_given_a_role_by_two(arrive: Arrive) -> None:
    admin, security = arrive("admin"), arrive("security")
    admin.open("/users")
    admin.shot("users-list")
    admin.press("新增人员")
    typed(admin, "姓名（必填）", "蒙建军")
    typed(admin, "用户名（必填）", "mengjj")
    typed(admin, "初始密码（必填，12位以上）", "short")
    admin.press("确认新增")
    expect(admin.page.get_by_role("alert")).to_contain_text("密码须为12位以上")
    admin.shot("users-new-error")
    typed(admin, "初始密码（必填，12位以上）", "kaili-xinren-2026")
    admin.press("确认新增")
    admin.hears("蒙建军已新增")
    admin.row("欧阳志强").get_by_role("button", name="办理").click()
    admin.idle()
    expect(admin.button("提交复核")).to_be_visible()
    expect(admin.button("办理")).to_have_count(0)
    admin.shot("users-person")
    assert_all_chinese(admin.page, "officerc")
    typed(admin, "依据（必填）", "任免通知〔2026〕3号")
    admin.press("提交复核")
    expect(admin.page.get_by_role("alert")).to_contain_text("变更后的内容与现行内容相同")
    admin.pick("角色（必填）", "初审员")
    admin.press("提交复核")
    admin.hears("角色变更已提交复核")
    security.open("/users")
    security.to_tab("待复核")
    security.shot("users-waiting")
    security.row("任免通知〔2026〕3号").get_by_role("button", name="确认", exact=True).click()
    security.sign_if_asked()
    security.hears("欧阳志强的角色变更已办理")
    security.sees("暂无待复核的角色变更。系统管理员提出后会显示在这里。")
    security.page.get_by_role("tab", name="变更记录").click()
    security.idle()
    expect(security.row("任免通知〔2026〕3号").first).to_contain_text("已复核")
    for act, signer in (("提出", "谢文博"), ("复核", "田晓岚")):
        _, content = security.download(act)
        assert verify_evidence.verify(content)["signer"]["name"] == signer  # type: ignore[index]
    security.shot("users-changed")
    assert_all_chinese(security.page, "officerc")


def test_a_colleague_is_stopped_after_a_question_and_let_in_again(arrive: Arrive) -> None:
    admin = arrive("admin")
    admin.open("/users")
    admin.row("石玉兰").get_by_role("button", name="办理").click()
    admin.idle()
    admin.press("停用")
    expect(admin.dialog("办理确认")).to_contain_text("确定停用石玉兰？")
    admin.shot("users-stop")
    admin.confirm("办理确认", "取消")
    admin.press("停用")
    admin.confirm("办理确认")
    admin.hears("石玉兰已停用，已登录的会话已结束")
    admin.row("石玉兰").get_by_role("button", name="办理").click()
    admin.idle()
    admin.press("恢复使用")
    admin.hears("石玉兰已恢复使用")


def test_the_auditor_reads_what_was_done(arrive: Arrive) -> None:
    auditor = arrive("auditor")
    auditor.open("/")
    expect(auditor.page.locator(".hall-table tbody tr").first).to_contain_text("彭立新")
    auditor.shot("audit-log")
    auditor.page.get_by_role("tab", name="数据下载日志").click()
    auditor.idle()
    auditor.shot("audit-exports-empty")
    for page in ("政策参数", "人员管理", "证书管理"):
        to(auditor, page)
        for act in ("变更", "办理", "新增人员", "导入"):
            expect(auditor.button(act)).to_have_count(0)


def test_the_auditor_reads_who_decided_and_where_the_money_went(arrive: Arrive) -> None:
    auditor = arrive("auditor")
    with auditor.hall.behind():
        clerk, officer = person("clerk2"), person("officerA")
        case_id = rate_case(clerk, 10)
        review.approve(officer, case_id, version=2, opinion="材料齐全")
        receive(officer, clerk, "1234.50")
    auditor.open("/register")
    auditor.fill("查找", "522601000202")
    auditor.row("522601000202").get_by_role("button", name="打开").first.click()
    auditor.idle()
    auditor.to_tab("业务")
    auditor.pick("流程图", "01")
    auditor.sees("材料齐全")
    auditor.shot("auditor-flow")
    auditor.to_tab("未分摊台账")
    expect(auditor.page.get_by_role("row").filter(has_text="到账").last).to_contain_text("1,234.50")
    auditor.shot("auditor-ledger")
    assert_all_chinese(auditor.page)
    assert_accessible(auditor.page)
