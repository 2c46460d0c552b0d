"""The script behind every page: who is signed in, asked on each run; the menu of that person; the frame.

`st.navigation` is called on every run, signed in or not. The menu is no lock: every service
function checks by itself.
"""

from functools import partial
from pathlib import Path
from types import ModuleType

import streamlit as st

from components import brand, feedback, frame, session, signing
from components.refusal_watch.watch import keep_in_view
from components.ukey_watch import watch
from data.enums import Role
from pages.account import handbook
from pages.center import (
    arrivals,
    audit_log,
    certificates,
    months,
    overview,
    policy,
    register,
    review,
    users,
)
from pages.employer import (
    base_adjustment,
    contributor_info_change,
    contributor_query,
    contributor_registration,
    contributor_status_change,
    deferral,
    employer_info_change,
    employer_info_query,
    home,
    inbox,
    rate_adjustment,
    remittance,
)
from services.actor import Actor

ICON = Path(__file__).parent.parent / "web" / "static" / "icon.png"
#: The ten businesses, in the manual's order.
BUSINESSES = (
    employer_info_change, base_adjustment, remittance, employer_info_query, rate_adjustment,
    contributor_query, contributor_registration, contributor_info_change,
    contributor_status_change, deferral,
)  # fmt: skip
#: The center's pages, by role; the first is where one begins.
DESK = (review, months, arrivals, register, certificates)
CENTER = {
    Role.REVIEWER: DESK,
    Role.SENIOR_REVIEWER: DESK,
    Role.DIRECTOR: (*DESK, policy),
    Role.MANAGER: (overview, register, policy),
    Role.ADMINISTRATOR: (policy, users, certificates, register),
    Role.SECURITY_ADMINISTRATOR: (policy, users, certificates, register, audit_log),
    Role.AUDITOR: (audit_log, policy, users, certificates, register),
}


def page(module: ModuleType, actor: Actor, *, is_first: bool = False) -> st.Page:
    """Make a page of a module: its name is its address, its TITLE the menu's entry."""
    address = module.__name__.rpartition(".")[2]
    return st.Page(
        partial(module.render, actor),
        title=module.TITLE,
        icon=module.ICON,
        url_path="" if is_first else address,
        default=is_first,
    )


def menu(actor: Actor) -> dict[str, list[st.Page]]:
    """Return the pages of this person, by section."""
    if actor.role is Role.CLERK:
        businesses = [page(module, actor) for module in BUSINESSES]
        return {
            "": [page(home, actor, is_first=True)],
            "业务办理": businesses,
            "服务": [page(inbox, actor), page(handbook, actor)],
        }
    first, *others = CENTER[actor.role]
    return {
        "": [page(first, actor, is_first=True), *(page(module, actor) for module in others)],
        "服务": [page(handbook, actor)],
    }


def _remember(sections: dict[str, list[st.Page]]) -> None:
    """Let pages lead to each other without knowing each other; follow where one has asked to go."""
    everything = [entry for section in sections.values() for entry in section]
    st.session_state["business_pages"] = sections.get("业务办理", [])
    st.session_state["business_notes"] = {base_adjustment.TITLE: "仅7月办理"}
    st.session_state["home_page"] = everything[0]
    st.session_state["inbox_page"] = next((p for p in everything if p.title == inbox.TITLE), None)
    wanted = st.session_state.pop("go_to", None)
    for entry in everything:
        if wanted and entry.title == wanted:
            st.switch_page(entry)


def main() -> None:
    st.set_page_config(page_title=brand.HALL, page_icon=str(ICON), layout="wide")
    brand.style()
    who = session.signed_in()
    if who is None:
        st.navigation(
            [st.Page(partial(watch.leave, "idle"), title="登录", default=True)], position="hidden"
        ).run()
        return
    sections = menu(who.actor)
    chosen = st.navigation(sections)
    _remember(sections)
    with st.container(key="chrome"):
        frame.bar(who)
        watch.keep_watch(who.token_serial)
        keep_in_view()
    feedback.show_notice()
    with feedback.refusals():
        chosen.run()
    signing.prompt()


main()
