"""What a clerk does on the page of the base adjustment, step by step, for several journeys."""

from playwright.sync_api import expect

from tests.e2e import books
from tests.e2e.visitor import Visitor

PAGE = "/base_adjustment"
TEMPLATE = "基数调整数据下载"
SUBMITTED = "已提交至中心审核"
SUBMIT = "上传完成并提交审批"


def template(clerk: Visitor) -> bytes:
    clerk.open(PAGE)
    return clerk.download(TEMPLATE)[1]


def offer(clerk: Visitor, content: bytes, name: str = "基数调整.xlsx") -> None:
    """Open 【批量导入】 and choose a file; the outcome of the checks then stands in the dialog."""
    clerk.press("批量导入")
    dialog = clerk.dialog("批量导入")
    clerk.choose_file(name, content, dialog)
    expect(dialog.locator(".hall-banner")).to_be_visible(timeout=20_000)
    clerk.idle()


def take_in(clerk: Visitor, people: int) -> None:
    """Press 【确定】 in the dialog of the import."""
    clerk.dialog("批量导入").get_by_role("button", name="确定", exact=True).click()
    clerk.hears(f"导入成功，共{people}人")
    clerk.idle()


def import_all(clerk: Visitor, base: object, people: int) -> None:
    offer(clerk, books.filled(template(clerk), base))
    take_in(clerk, people)


def upload(clerk: Visitor, name: str = "缴存基数变更证明.pdf") -> None:
    """Upload the document that is required."""
    clerk.choose_file(name, books.PDF)
    expect(clerk.button("上传")).to_be_enabled()
    clerk.press("上传")
    clerk.hears("“缴存基数变更证明”已上传")


def submit(clerk: Visitor, base: object, people: int) -> None:
    """Go all the way from the template to the center."""
    import_all(clerk, base, people)
    clerk.press("提交审批")
    upload(clerk)
    clerk.press(SUBMIT)
    clerk.hears(SUBMITTED)
