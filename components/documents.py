"""Documents (材料): what is asked for, uploading and taking back, and looking at them."""

from collections.abc import Callable, Sequence

import streamlit as st

from components import brand, feedback
from components.pdf_view import view
from services.approval.papers import Paper
from services.approval.requirements import Material

TYPES = ["pdf", "jpg", "jpeg", "png"]


def are_complete(materials: Sequence[Material], papers: Sequence[Paper]) -> bool:
    """Tell whether every required material has been uploaded."""
    there = {paper.material for paper in papers}
    return all(material.code in there for material in materials if material.required)


def upload(
    materials: Sequence[Material],
    papers: Sequence[Paper],
    *,
    key: str,
    attach: Callable[[str, str, bytes], None],
    detach: Callable[[int], None],
) -> None:
    """Draw the upload of an open case: choose the material, 【上传】, 【取消上传】."""
    if not materials and not papers:
        brand.quiet("本业务无需上传材料。")
        return
    asked, sent = st.columns((1, 1.25), gap="medium")
    with asked:
        st.markdown("**选择材料**")
        material = st.radio(
            "材料类型", materials, key=f"{key}_material",
            format_func=lambda m: f"{m.label}（{'必传' if m.required else '选传'}）",
        )  # fmt: skip
        uploads = st.session_state.setdefault(f"{key}_uploads", 0)
        file = st.file_uploader("本地文件", type=TYPES, key=f"{key}_file_{uploads}")
        if st.button("上传", disabled=file is None, key=f"{key}_upload") and file:
            with feedback.refusals():
                attach(material.code, file.name, file.getvalue())
                st.session_state[f"{key}_uploads"] += 1
                feedback.done(f"“{material.label}”已上传")
    with sent:
        st.markdown(f"**已上传材料（{len(papers)}份）**")
        if not papers:
            brand.quiet("尚未上传材料。请在左侧选择材料类型和文件，点击【上传】。")
        for paper in papers:
            name, button = st.columns((4, 1.2), vertical_alignment="center")
            with name:
                _line(paper)
            if button.button("取消上传", key=f"{key}_detach_{paper.id}"):
                with feedback.refusals():
                    detach(paper.id)
                    feedback.done(f"已取消上传“{paper.filename}”")


def listed(papers: Sequence[Paper]) -> None:
    """Draw a submitted case's documents, to be looked at."""
    if not papers:
        brand.quiet("本业务没有上传材料。")
    for paper in papers:
        _line(paper)


def viewed(papers: Sequence[Paper], *, key: str) -> None:
    """Draw a submitted case's documents, one of them open beside the data."""
    if not papers:
        brand.quiet("本业务没有上传材料。")
        return
    chosen = st.radio(
        "查看材料", papers, key=f"{key}_paper", label_visibility="collapsed",
        format_func=lambda paper: f"{paper.label}　{feedback.plain(paper.filename)}",
    )  # fmt: skip
    address = f"/download/document/{chosen.id}"
    if chosen.content_type.startswith("image/"):
        st.html(f'<img class="hall-view" src="{address}" alt="{brand.safe(chosen.filename)}">')
    else:
        view.show(address, chosen.filename, height=520, key=f"{key}_view_{chosen.id}")


def _line(paper: Paper) -> None:
    size = f"{max(1, round(paper.size / 1024)):,} KB"
    st.html(
        f'<p class="hall-paper"><b>{brand.safe(paper.label)}</b>　'
        f'<a href="/download/document/{paper.id}?as=attachment">{brand.safe(paper.filename)}</a>'
        f"<span>{size}　{paper.uploaded_at:%Y-%m-%d %H:%M}</span></p>"
    )
