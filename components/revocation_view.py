"""The CAs' revocation lists (吊销列表) on the page: those held, and taking in a newer one."""

import streamlit as st

from components import case_timeline, feedback, plain_table
from data.enums import Role
from services.actor import Actor
from services.administration import revocation_lists


def show(actor: Actor, *, key: str) -> None:
    """Draw the lists held, how old each is, and the way to take one in for who may."""
    rows = [
        (one.authority, case_timeline.moment(one.issued_at) or "—",
         case_timeline.moment(one.due_at) or "—",
         f"{one.age_hours}小时" if one.age_hours is not None else "—", f"{one.entries:,}", one.state)
        for one in revocation_lists.held(actor)
    ]  # fmt: skip
    heads = ("CA", "签发时间", "下次更新", "距今", "吊销数", "状态")
    plain_table.show(heads, rows, numbers=(3, 4))
    st.caption("吊销列表缺失或过期时，该CA的UKey一律不能登录。")
    if actor.role is not Role.SECURITY_ADMINISTRATOR:
        return
    file = st.file_uploader("导入吊销列表", key=f"{key}_crl", type=["crl", "pem"])
    if st.button("导入", type="primary", key=f"{key}_take_in", disabled=file is None) and file:
        with feedback.refusals():
            now = revocation_lists.take_in(actor, file.getvalue())
            feedback.done(f"已导入：{now.entries:,}张证书被吊销")
