"""The least that Streamlit can cost: a page with a table as large as the roster's, and no more.

It checks nobody, reads nothing and writes nothing down; what the hall costs beyond it is the hall's.
"""

import gc
import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    for name in ("pandas", "pyarrow", "streamlit.elements.widgets.data_editor"):
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    yield


app = st.App(Path(__file__).with_name("script.py"), lifespan=lifespan)
