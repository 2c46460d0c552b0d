"""A long work under way (处理进度): how far it is, in counts; asks again until it has ended.

Not `run_every`: a fragment of that kind inside a dialog can rerun itself, never the dialog.
"""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from components import brand
from data.enums import WorkState
from services.works.desk import Progress

EVERY = 700  # milliseconds
LEAVE = "可以离开本页或退出登录，处理不会中断，完成后可在首页【我的处理】中查看结果。"


@cache
def _component() -> Any:  # noqa: ANN401 — Streamlit's renderer has no public type
    script = Path(__file__).with_name("tick.js").read_text(encoding="utf-8")
    return st.components.v2.component("work_tick", html="<span></span>", js=script)


def show(now: Progress, *, key: str) -> None:
    """Draw how far a work is; run the dialog, fragment or page around it again in a moment."""
    brand.progress(words(now), share(now))
    st.caption(LEAVE)
    tick(key)


def tick(key: str) -> None:
    """Run what is around this again in a moment, and again, while this is drawn."""
    _component()(data={"milliseconds": EVERY}, key=f"{key}_tick", on_tick_change=_looked)


def share(now: Progress) -> float:
    return min(now.done / now.total, 1.0) if now.total else 0.0


def words(now: Progress) -> str:
    """Say how far a work is: “正在检查数据：已完成3,200，共5,000”."""
    if now.state is WorkState.WAITING:
        return "排队中，前面的处理完成后自动开始"
    if not now.total:
        return f"{now.stage or '正在处理'}…"
    return f"{now.stage}：已完成{now.done:,}，共{now.total:,}"


def _looked() -> None:
    """Do nothing: the run itself looks."""
