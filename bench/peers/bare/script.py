"""The bare page: a title, a button, and a fragment with a table of 200 rows to type into."""

import pandas as pd
import streamlit as st

ROWS = 200


@st.fragment
def table() -> None:
    frame = pd.DataFrame(
        {
            "选择": [False] * ROWS,
            "序号": list(map(str, range(1, ROWS + 1))),
            "个人账号": [f"5226{number:08d}" for number in range(ROWS)],
            "姓名": ["杨秀英"] * ROWS,
            "证件号码": ["5226**********1234"] * ROWS,
            **{
                name: [6000.0] * ROWS
                for name in ("调整前基数", "调整后基数", "前额", "后额", "变动")
            },
            "说明": [""] * ROWS,
        }
    )
    fixed = [name for name in frame if name not in ("选择", "调整后基数")]
    st.data_editor(frame, disabled=fixed, hide_index=True, key="table", on_change=lambda: None)


st.title("清册")
st.button("提交审批")
table()
