"""The first page of managers, until the charts stand."""

from components import brand
from data.enums import Role
from services.actor import Actor

TITLE = "首页"
ICON = ":material/home:"
WHEN = {
    Role.MANAGER: "缴存统计图表将在后续批次开放，届时本页显示归集、人数、比例等指标。",
}


def render(actor: Actor) -> None:
    brand.title(TITLE, f"{actor.role.label}，{actor.name}，您好。")
    brand.banner(WHEN[actor.role])
