"""The query of the employer's information changes (单位信息查询, manual B4)."""

import streamlit as st

from components import brand, feedback, query_bar
from services import employer_info_query, queries
from services.actor import Actor
from services.exports import Conditions

TITLE = "单位信息查询"
ICON = ":material/manage_search:"
KEY = "employer_info_query"


def render(actor: Actor) -> None:
    brand.title(TITLE, "查询已办结的单位信息变更记录，可打印或下载。", guide="/handbook")
    row, listing = st.container(horizontal=True, vertical_alignment="bottom"), None
    with row:
        first, last = query_bar.days(KEY, "变更日期", Conditions.this_month())
        asked = query_bar.asked(KEY, Conditions(first, last))
    if asked:
        with feedback.refusals():
            listing = employer_info_query.changes(actor, asked)
    with row:
        query_bar.ways_out(KEY, listing, queries.EMPLOYER_CHANGES, asked)
    if asked is None:
        brand.quiet("请选择变更日期的起止，点击【查询】。日期留空表示不限。")
    elif listing:
        query_bar.found(
            KEY, listing,
            f"{asked.period}没有已办结的单位信息变更记录，请放宽变更日期后再查询。"
            "正在审核的变更办结后才会列出。",
        )  # fmt: skip
