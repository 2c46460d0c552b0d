"""What happens when a page's script fails (页面出错): the log gets the trace, the user a number."""

import logging
import traceback

import streamlit as st

from web import refusal

log = logging.getLogger("hall.web")


def show(error: Exception) -> bool:
    """Log the error and draw a calm sentence where the page stopped.

    Streamlit calls this within the failed run, so it may draw. True keeps Streamlit from drawing
    its own English box. It has already logged the trace; this adds the number to find it by.
    """
    number = refusal.reference()
    place = traceback.extract_tb(error.__traceback__)[-1:]
    where = f"{place[0].name}:{place[0].lineno}" if place else "?"
    log.error("page_failed reference=%s error=%s at=%s", number, type(error).__name__, where)
    st.error(
        f"页面暂时无法显示，已提交的业务不受影响。请刷新页面重试；如仍不行，请致电0855-8685631，"
        f"并告知编号{number}。"
    )
    return True
