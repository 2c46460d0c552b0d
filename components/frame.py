"""The frame around every page: the bar at the top, with who is here and the way out."""

from datetime import timedelta
from html import escape

import streamlit as st

from components import brand
from services.rules import clock
from services.sessions import SignedIn
from services.works import desk

WARN_BEFORE = timedelta(days=60)


def bar(who: SignedIn) -> None:
    """Draw the top bar: hall, employer or branch, person, certificate's end, business date, 退出."""
    actor = who.actor
    if who.employer_name:
        edition, place = brand.EDITION, f"{who.employer_name}　{who.employer_number}"
    else:
        edition, place = (
            brand.CENTER_EDITION,
            actor.branch.label if actor.branch else "住房公积金管理中心",
        )
    ends = who.certificate_ends
    soon = ends - clock.instant() < WARN_BEFORE
    left = f"，剩{(ends - clock.instant()).days}天" if soon else ""
    certificate = f'<span class="{"amber" if soon else ""}">证书到期 {ends:%Y-%m-%d}{left}</span>'
    moved = f'<span class="moved">业务日期 {clock.today()}</span>' if clock.is_moved() else ""
    count = desk.live(actor)
    works = f'<a class="works" href="/">{count}项正在处理</a>' if count else ""
    st.html(
        f'<div class="hall-top"><strong>{brand.HALL} <small>· {edition}</small></strong>'
        f'<span title="{escape(place, quote=True)}">{escape(place)}</span>'
        f'<div class="who">{works}{moved}{certificate}<span>{escape(actor.role.label)} '
        f'{escape(actor.name)}</span><a href="/auth/sign-out">退出</a></div></div>'
    )
