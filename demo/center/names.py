"""Invented names (虚构名称): of people and of employers, plausible for a prefecture in Guizhou."""

import random
from typing import Final

from data.codes import EmployerKind
from data.enums import Branch

_SURNAMES: Final = "杨吴龙潘王李张刘罗石姜陆欧田彭胡陈周唐谭莫蒙韦邰顾"
_GIVEN: Final = (
    "秀英文军建国春梅志强玉兰再明芝德昌光洪波正华家兴永福胜利海燕小红丽娟雪莲庆天祥俊杰"
    "晓东慧敏涛鹏飞琴芳霞静婷勇刚辉宏伟成龙凤仙金花银水木林森山川江河云月星晨"
)
_PLACES: Final = (
    "城关",
    "城东",
    "城西",
    "新区",
    "河滨",
    "龙溪",
    "清江",
    "雷公山",
    "月亮山",
    "舞阳",
)
_WORDS: Final = "苗岭侗乡锦绣黔源丰达恒信润泽华宏嘉禾瑞祥鸿运安泰康源"
_TAILS: Final = {
    EmployerKind.STATE_ORGAN: ("财政局", "教育局", "民政局", "水务局", "人民法院", "镇人民政府", "乡人民政府"),
    EmployerKind.STATE_OWNED: ("供电局", "自来水公司", "烟草专卖公司", "粮油储备公司", "公路养护公司"),
    EmployerKind.COLLECTIVE: ("供销合作社", "手工业联社", "农村信用社"),
    EmployerKind.FOREIGN: ("电子（外资）有限公司", "食品（合资）有限公司"),
    EmployerKind.OTHER_URBAN: ("建筑有限公司", "食品有限公司", "物流有限公司", "商贸有限公司"),
    EmployerKind.NON_ENTERPRISE: ("民办幼儿园", "民办培训学校", "养老服务中心"),
    EmployerKind.OTHER: ("劳务服务部", "服务站"),
    EmployerKind.SELF_EMPLOYED: ("餐饮店", "百货商行"),
    EmployerKind.PUBLIC_INSTITUTION: ("第一中学", "第二中学", "人民医院", "中心小学", "文化馆"),
    EmployerKind.ASSOCIATION: ("工商业联合会", "个体劳动者协会"),
}  # fmt: skip
_PRIVATE: Final = {
    EmployerKind.OTHER_URBAN, EmployerKind.FOREIGN, EmployerKind.SELF_EMPLOYED, EmployerKind.OTHER,
}  # fmt: skip


def person(luck: random.Random) -> str:
    given = "".join(luck.sample(_GIVEN, luck.choice((1, 2, 2, 2))))
    return luck.choice(_SURNAMES) + given


def employer(luck: random.Random, kind: EmployerKind, branch: Branch, number: int) -> str:
    """Return a name that no other employer of the demo has."""
    county = branch.label.removesuffix("管理部")
    tail = luck.choice(_TAILS[kind])
    if kind in _PRIVATE:
        words = "".join(luck.sample(_WORDS, 2))
        return f"{county}{words}{tail}(示例{number})"
    return f"{county}{luck.choice(_PLACES)}{tail}(示例{number})"
