"""The first page of managers and administrators, until their own pages stand."""

from components import brand
from data.enums import Role
from services.actor import Actor

TITLE = "首页"
ICON = ":material/home:"
WHEN = {
    Role.MANAGER: "缴存统计图表将在后续批次开放，届时本页显示归集、人数、比例等指标。",
    Role.ADMINISTRATOR: "参数、人员与证书管理将在后续批次开放；当前参数由初始数据设定。",
    Role.SECURITY_ADMINISTRATOR: "参数复核与证书管理将在后续批次开放；当前参数由初始数据设定。",
    Role.AUDITOR: "审计日志查询将在后续批次开放。",
}


def render(actor: Actor) -> None:
    brand.title(TITLE, f"{actor.role.label}，{actor.name}，您好。")
    brand.banner(WHEN[actor.role])
