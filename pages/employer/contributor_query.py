"""The queries of the employer's people (缴存人信息查询, manual B6), in three tabs."""

from dataclasses import replace

import streamlit as st

from components import brand, feedback, query_bar
from components.query_bar import Tab
from data.enums import ContributorStatus
from services import queries
from services.actor import Actor
from services.contributor_query import statuses
from services.contributor_query.listing import choices
from services.exports import Conditions

TITLE = "缴存人信息查询"
ICON = ":material/person_search:"
KEY = "contributor_query"


TABS = (
    Tab(
        "缴存人账户信息", queries.ACCOUNTS, "开户日期", tuple(ContributorStatus), "账户状态",
        Conditions, "请选择开户日期或勾选账户状态，点击【查询】；也可选择个人账号单个查询。不选表示不限。",
    ),
    Tab(
        "缴存人客户信息变更查询", queries.CONTRIBUTOR_CHANGES, "变更日期", (), "",
        Conditions.this_month, "请选择变更日期，点击【查询】；也可选择个人账号单个查询。日期留空表示不限。",
    ),
    Tab(
        "缴存人账户状态变更查询", queries.STATUSES, "变更日期", statuses.KINDS, "变更类型",
        Conditions.this_month, "请选择个人账号、变更类型和变更日期，点击【查询】。不选表示不限。",
    ),
)  # fmt: skip


def render(actor: Actor) -> None:
    brand.title(
        TITLE, "查询本单位缴存人的账户、信息变更和状态变更，可打印或下载。", guide="/handbook"
    )
    labels = {
        entry.account: f"{entry.account}　{entry.name}　{entry.ending}" for entry in choices(actor)
    }
    places = st.tabs([tab.name for tab in TABS], key=f"{KEY}_tabs", on_change="rerun")
    for tab, place in zip(TABS, places, strict=True):
        if place.open:
            with place:
                _query(actor, tab, labels)


def _query(actor: Actor, tab: Tab, labels: dict[str, str]) -> None:
    key = f"{KEY}_{tab.query}"
    conditions = _conditions(key, tab, labels)
    row, listing = st.container(horizontal=True, vertical_alignment="center"), None
    with row:
        codes = query_bar.ticks(key, tab.codes_label, tab.codes) if tab.codes else ()
        asked = query_bar.asked(key, replace(conditions, codes=codes))
    if asked:
        with feedback.refusals():
            listing = queries.ask(tab.query, actor, asked)
    with row:
        query_bar.ways_out(key, listing, tab.query, asked)
    if asked is None:
        brand.quiet(tab.begin)
    elif listing:
        query_bar.found(key, listing, _nothing(tab, asked))


def _conditions(key: str, tab: Tab, labels: dict[str, str]) -> Conditions:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first, last = query_bar.days(key, tab.day, tab.default())
        return Conditions(first, last, query_bar.account(key, labels))


def _nothing(tab: Tab, asked: Conditions) -> str:
    """Say which condition to loosen."""
    loosen = []
    if asked.first or asked.last:
        loosen.append(f"放宽{tab.day}（现为{asked.period}）")
    if asked.codes:
        loosen.append(f"多勾选{tab.codes_label}或全部不勾选")
    if asked.account:
        loosen.append(f"将个人账号（现为{asked.account}）改为全部")
    if not loosen:
        return "本单位还没有此类记录。"
    return f"没有符合条件的记录。可以{'，或'.join(loosen)}后再查询。"
