"""The forms of certificate keeping (证书管理): a certificate from a file or a key, and what it says."""

from collections.abc import Callable

import streamlit as st

from components import brand, feedback
from components.ukey_reader import reader
from services.administration.certificate_text import Read


def certificate(*, key: str, examine: Callable[[bytes], Read]) -> Read | None:
    """Draw the two ways to give a certificate, and what it says; return it once there is one."""
    with st.container(width=brand.FORM_WIDTH):
        left, right = st.columns(2, gap="medium")
        with left:
            file = st.file_uploader("上传证书文件（PEM或DER）", key=f"{key}_file",
                                    type=["pem", "cer", "crt", "der"], max_upload_size=1)  # fmt: skip
        with right:
            st.markdown("或者插入UKey后读取（不需要密码）")
            found = reader.ask(key=f"{key}_reader")
            if found:
                st.session_state[f"{key}_on_keys"] = found
            kept: list[reader.OnKey] = st.session_state.get(f"{key}_on_keys", [])
            chosen = st.selectbox(
                "UKey中的证书", kept, key=f"{key}_chosen", index=None, placeholder="请选择",
                format_func=lambda one: f"{one.token}　{one.holder}",
            ) if kept else None  # fmt: skip
    content = file.getvalue() if file else chosen.der if chosen else None
    if content is None:
        return None
    with feedback.refusals():
        read = examine(content)
        _facts(read)
        return read
    return None


def _facts(read: Read) -> None:
    with st.container(width=brand.FORM_WIDTH):
        brand.facts("证书", [
            ("持有人", read.person or "—"), ("单位", read.organization or "—"),
            ("统一社会信用代码", read.uscc or "（证书中没有）"), ("序列号", read.serial),
            ("签发机构", read.issuer),
            ("有效期", f"{read.not_before:%Y-%m-%d}至{read.not_after:%Y-%m-%d}"),
            ("指纹（SHA-256）", read.fingerprint),
        ])  # fmt: skip
        if read.objection:
            brand.banner(f"该证书不能绑定：{read.objection}", "stop")
        else:
            brand.banner("证书校验通过：签发机构、用途、强度、吊销状态均符合要求。", "good")
