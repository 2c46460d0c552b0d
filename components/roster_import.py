"""The inside of a 【批量导入】 dialog: the file, all its faults or its effect, 取消 and 确定.

Check and taking in are works: short ones end before the page is drawn, long ones show how far they
are, and are found again after a reload.
"""

from collections.abc import Callable

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from components import brand, faults, feedback
from components.work_progress import progress
from services import imports, slips
from services.actor import Actor
from services.files.template import File
from services.imports import Found, Import
from services.works import desk
from services.works.desk import Progress

MEGABYTES = 5  # what the reading of workbooks takes, said before the file is sent
BEGIN = "导入前系统会检查全部数据：有错误时一次列出，全部正确后点击【确定】才会写入清册。"
WANTED = "work_wanted"
"""The kind of work that the person asked at home to see: its page opens it."""


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
    for name in ("work", "file_seen", "template"):
        st.session_state.pop(f"{key}_{name}", None)


def is_wanted(batch: Import) -> bool:
    """Tell, once, whether the person asked at home to see this import."""
    if st.session_state.get(WANTED) not in (batch.check.code, batch.take.code):
        return False
    del st.session_state[WANTED]
    return True


def draw(
    actor: Actor,
    *,
    key: str,
    batch: Import,
    hint: str,
    preview: Callable[[Found], None],
    renew: Callable[[str], None],
    begin: str = BEGIN,
    who: str = "职工",
) -> None:
    """Draw the upload; `preview` shows a good file's effect, `renew` forgets the roster's marks.

    `hint` says how much a file may hold, `begin` what importing does, `who` what a row is about.
    """
    file = st.file_uploader(
        f"选择填写完成的模板文件（.xlsx，{hint}）",
        type=["xlsx"],
        key=f"{key}_file",
        max_upload_size=MEGABYTES,
    )
    now = None
    with feedback.refusals():
        now = _current(actor, key, batch, file)
    if now is None:
        brand.quiet(begin)
    elif now.is_live:
        progress.show(now, key=key)
    else:
        if file is None:
            st.caption(f"{feedback.plain(now.filename)}　{now.started_at:%H:%M}上传")
        _ended(actor, now, key=key, batch=batch, preview=preview, renew=renew, who=who)
    _buttons(actor, now, key=key, batch=batch)


def _current(actor: Actor, key: str, batch: Import, file: UploadedFile | None) -> Progress | None:
    """Return the work that the dialog shows: of the file just chosen, or one left behind."""
    state, seen = st.session_state, f"{key}_file_seen"
    if file is not None and state.get(seen) != file.file_id:
        _put_away(actor, key)
        state[seen] = file.file_id
        _show(key, imports.begin(
            actor, batch, click=file.file_id, name=file.name, content=file.getvalue()
        ))  # fmt: skip
    elif file is None and state.pop(seen, None):
        _put_away(actor, key)
    elif f"{key}_work" not in state and (found := desk.latest(actor, batch.check, batch.take)):
        state[f"{key}_work"] = found.id
    work_id = state.get(f"{key}_work")
    return _waited(actor, key, work_id) if work_id else None


def _show(key: str, work_id: int) -> None:
    """Have the dialog show this work, waiting a moment for it first."""
    st.session_state.update({f"{key}_work": work_id, f"{key}_waiting": True})


def _waited(actor: Actor, key: str, work_id: int) -> Progress:
    if not st.session_state.pop(f"{key}_waiting", False):
        return desk.progress(actor, work_id)
    with st.spinner("正在处理，请稍候…", show_time=True):
        return desk.soon(actor, work_id)


def _put_away(actor: Actor, key: str) -> None:
    if work_id := st.session_state.get(f"{key}_work"):
        desk.close(actor, work_id)
    st.session_state[f"{key}_work"] = 0


def _ended(
    actor: Actor,
    now: Progress,
    *,
    key: str,
    batch: Import,
    preview: Callable[[Found], None],
    renew: Callable[[str], None],
    who: str,
) -> None:
    if not now.is_done:
        st.error(feedback.plain(now.refusal), icon=":material/error:")
        return
    found = imports.found(now)
    if found.faults:
        faults.show(
            found.faults, found.report, found.again, total=found.total, rows=found.rows, who=who
        )
        if now.kind == batch.check.code and batch.mending and found.mendable:
            _mend(actor, now, key=key, batch=batch, label=batch.mending.label, what=found.mendable)
    elif now.kind == batch.check.code:
        preview(found)
    else:
        desk.close(actor, now.id)
        renew(key)
        feedback.done(found.summary)


def _mend(actor: Actor, now: Progress, *, key: str, batch: Import, label: str, what: str) -> None:
    """Offer to put right what the business can by itself, and to look at the rest again."""
    with st.container(horizontal=True, vertical_alignment="center"):
        is_asked = st.button(f"{label}并重新检查", key=f"{key}_import_mend")
        st.caption(f"{what}；其余内容不变。", width="stretch")
    if is_asked:
        with feedback.refusals():
            _show(key, imports.mend(actor, batch, now))
            desk.close(actor, now.id)
            st.rerun(scope="fragment")


def _buttons(actor: Actor, now: Progress | None, *, key: str, batch: Import) -> None:
    is_live = now is not None and now.is_live
    is_good = now is not None and now.kind == batch.check.code and _is_good(now)
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("转后台处理" if is_live else "取消", key=f"{key}_import_no"):
            _put_away(actor, key)
            st.rerun()
        if now and now.can_begin_again and st.button("重新处理", key=f"{key}_import_again"):
            kind = batch.check if now.kind == batch.check.code else batch.take
            with feedback.refusals():
                _show(key, desk.again(actor, kind, now.id))
                st.rerun(scope="fragment")
        if (
            st.button("确定", type="primary", disabled=not is_good, key=f"{key}_import_yes")
            and now
            and is_good
        ):
            with feedback.refusals():
                _show(key, imports.take(actor, batch, now))
                desk.close(actor, now.id)
                st.rerun(scope="fragment")


def _is_good(now: Progress) -> bool:
    return now.is_done and not imports.found(now).faults
