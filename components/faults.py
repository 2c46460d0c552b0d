"""Faults of an upload: all of them at once, and the same as a workbook to mend."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from components import brand, roster
from services.files.faults import Fault

SHOWN = 500


def show(
    faults: Sequence[Fault], report: str, template: str, *, total: int, rows: int, who: str = "职工"
) -> None:
    """Draw the list, the first of `total` faults in `rows` rows.

    `report` and `template` are the addresses of the two files to fetch; `who` heads the column that
    says whose row it is.
    """
    brand.banner(
        f"文件未导入：发现{total}处错误，涉及{rows}行。请按下表修改后重新上传，原有数据未受影响。",
        "stop",
    )
    table = pd.DataFrame(
        {
            "行号": [f"第{fault.row}行" if fault.row else "整个文件" for fault in faults[:SHOWN]],
            who: [fault.person for fault in faults[:SHOWN]],
            "列": [fault.column for fault in faults[:SHOWN]],
            "填写内容": [fault.value for fault in faults[:SHOWN]],
            "错误原因": [fault.reason for fault in faults[:SHOWN]],
        }
    )
    st.dataframe(
        table, hide_index=True, height=roster.height(len(table), tallest=330), width="stretch"
    )
    if total > len(table):
        st.caption(f"仅显示前{len(table)}处，完整清单请下载。")
    with st.container(horizontal=True):
        brand.link("下载错误清单", report)
        brand.link("重新下载模板并带入已填数据", template)
