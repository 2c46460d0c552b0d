"""The inside of a 【批量导入】 dialog: the file, all its faults or its effect, 取消 and 确定."""

from collections.abc import Callable
from typing import Protocol, TypeVar

import streamlit as st

from components import brand, faults, feedback, person_roster
from services import slips
from services.actor import Actor
from services.files.faults import Fault

BEGIN = "导入前系统会检查全部数据：有错误时一次列出，全部正确后点击【确定】才会写入清册。"


class File(Protocol):
    """A file to hand out."""

    @property
    def name(self) -> str: ...
    @property
    def content(self) -> bytes: ...


class Checked(Protocol):
    """What a business has found out about an upload."""

    @property
    def faults(self) -> list[Fault]: ...
    @property
    def report(self) -> bytes | None: ...
    @property
    def again(self) -> File | None: ...


C = TypeVar("C", bound=Checked)


def template(actor: Actor, label: str, make: Callable[[], File], *, key: str, version: str) -> None:
    """Draw the link to the template, made once for each `version` and opening of the dialog."""
    kept = st.session_state.get(f"{key}_template")
    if kept is None or kept[0] != version:
        file = make()
        kept = (version, slips.keep(actor, file.name, file.content))
        st.session_state[f"{key}_template"] = kept
    brand.link(label, f"/download/slip/{kept[1]}")


def forget(key: str) -> None:
    """Begin anew: the dialog is opened."""
    for name in ("checked", "template"):
        st.session_state.pop(f"{key}_{name}", None)


def draw(
    actor: Actor,
    *,
    key: str,
    report: str,
    check: Callable[[bytes], C],
    take: Callable[[bytes], C],
    preview: Callable[[C], None],
    done: Callable[[C], str],
    most: str = "5000人",
    begin: str = BEGIN,
    who: str = "职工",
) -> None:
    """Draw the upload; `preview` shows a good file's effect, `done` words what was taken in.

    `most` says how much a file may hold, `begin` what importing does, `who` what a row is about.
    """
    file = st.file_uploader(
        f"选择填写完成的模板文件（.xlsx，不超过5MB，最多{most}）", type=["xlsx"], key=f"{key}_file"
    )
    checked = None
    if file is None:
        brand.quiet(begin)
    else:
        with feedback.refusals():
            checked = _checked(actor, key, report, file.file_id, lambda: check(file.getvalue()))
    if checked and checked.faults:
        faults.show(checked.faults, *st.session_state[f"{key}_slips"], who=who)
    elif checked:
        preview(checked)
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("取消", key=f"{key}_import_no"):
            st.rerun()
        is_good = checked is not None and not checked.faults
        if (
            st.button("确定", type="primary", disabled=not is_good, key=f"{key}_import_yes")
            and file
        ):
            with feedback.refusals(), st.spinner("正在导入，请稍候…", show_time=True):
                _take(key, lambda: take(file.getvalue()), done)


def _take(key: str, take: Callable[[], C], done: Callable[[C], str]) -> None:
    taken = take()
    st.session_state.pop(f"{key}_checked", None)
    if not taken.faults:
        person_roster.renew(key)
        feedback.done(done(taken))
    st.rerun(scope="fragment")


def _checked(actor: Actor, key: str, report: str, file_id: str, check: Callable[[], C]) -> C:
    """Check an upload once; a rerun of the dialog finds the outcome."""
    kept = st.session_state.get(f"{key}_checked")
    if kept and kept[0] == file_id:
        return kept[1]  # type: ignore[no-any-return]
    with st.spinner("正在检查全部数据，请稍候…", show_time=True):
        checked = check()
        if checked.faults and checked.again:
            listed = slips.keep(actor, report, checked.report or b"")
            again = slips.keep(actor, checked.again.name, checked.again.content)
            st.session_state[f"{key}_slips"] = (
                f"/download/slip/{listed}",
                f"/download/slip/{again}",
            )
    st.session_state[f"{key}_checked"] = (file_id, checked)
    return checked
