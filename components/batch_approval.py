"""Several cases approved at once (批量通过): the question before it, the summary after it."""

from functools import partial

import streamlit as st

from components import brand, confirming, signing
from services import review_batch
from services.actor import Actor
from services.review_batch import Summary

AGREED = "同意"


@st.dialog("批量通过")
def ask(chosen: dict[int, int], key: str) -> None:
    """Ask for the opinion, then approve the cases chosen: id to the version seen."""
    st.write(
        f"将逐件复核并通过所选{len(chosen)}件业务。自动检查有提示的不在此通过，请单独打开办理；"
        "未通过复核的保持待审核。"
    )
    opinion = st.text_input("审批意见", AGREED, max_chars=500, key=f"{key}_batch_opinion")

    def approve(actor: Actor) -> None:
        with st.spinner("正在逐件复核…"):
            signing.begin(
                actor,
                lambda officer: review_batch.approve(officer, chosen, opinion=opinion),
                partial(_remember, key),
            )

    confirming.answer(approve)


def _remember(key: str, done: Summary) -> None:
    st.session_state[f"{key}_summary"] = done
    st.session_state[_count(key)] = decided(key) + 1
    st.rerun()


def decided(key: str) -> int:
    """Return how many batches have been decided in this session."""
    return int(st.session_state.get(_count(key), 0))


def _count(key: str) -> str:
    return f"{key}_batches"


def summary(key: str) -> None:
    """Say what became of the last batch, until it is read."""
    done = st.session_state.get(f"{key}_summary")
    if not isinstance(done, Summary):
        return
    left = len(done.failed) + len(done.left_out)
    brand.banner(
        f"批量审批完成：通过{len(done.approved)}件，未通过复核{len(done.failed)}件，"
        f"需单独核对{len(done.left_out)}件。",
        "warn" if left else "good",
    )
    if left:
        brand.table(
            ("业务流水号", "单位名称", "结果", "原因"),
            [(one.serial, one.employer, "未通过复核", one.reason) for one in done.failed]
            + [(one.serial, one.employer, "需单独核对", one.reason) for one in done.left_out],
        )
    if st.button("知道了", key=f"{key}_read"):
        del st.session_state[f"{key}_summary"]
        st.rerun()
