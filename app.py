"""The launcher (启动): `uvicorn app:app`, one worker, or `python app.py`.

The main script stands in `pages/`, not beside it: beside a folder of that name, Streamlit would run
the scripts in it for whoever asks, sign-in or not.
"""

import gc
import importlib
import pkgutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import streamlit as st
import uvicorn

import settings
from data import database, schema
from services.works import queue
from services.works import store as works
from web import application, logs, schedule, wording
from web.seats import seats

SCRIPT: Final = Path(__file__).parent / "pages" / "main.py"
#: Imported before the first visitor comes, who would otherwise wait a second for them.
HEAVY: Final = (
    "pandas",
    "pyarrow",
    "plotly.graph_objects",
    "xlsxwriter",
    "streamlit.elements.arrow",
    "streamlit.elements.plotly_chart",
    "streamlit.elements.widgets.data_editor",
)


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Open the database, import what is heavy, and take all that off the garbage collector's hands.

    Streamlit collects garbage after every run: 26–40 ms over these modules, nothing once frozen.
    """
    engine = database.connect(settings.DATABASE_URL, settings.DATABASE_REPLICA_URL)
    try:
        schema.require(engine)
    except schema.Unfit as unfit:
        sys.stderr.write(f"网厅未启动：{unfit}。\n")
        raise
    works.recover()
    if settings.WORKS_BY == "queue":
        queue.prepare()
    for name in (*HEAVY, *_screens()):
        importlib.import_module(name)
    wording.prepare()
    logs.configure()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*settings.GARBAGE)
    sys.setswitchinterval(settings.TURN)
    async with schedule.running(), seats.watched():
        yield
    engine.dispose()


def _screens() -> list[str]:
    """Return the names of the pages' modules, which draw nothing when imported."""
    found = pkgutil.walk_packages([str(SCRIPT.parent)], "pages.")
    return [module.name for module in found if module.name != "pages.main"]


app = application.build(SCRIPT, lifespan)

if __name__ == "__main__":
    uvicorn.run(
        app, host="127.0.0.1", port=settings.HALL_PORT, server_header=False, access_log=False
    )
