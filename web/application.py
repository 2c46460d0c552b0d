"""The hall as one ASGI application: Streamlit, with everything of ours that stands before it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware

from web import downloads, front, health, prints, refusal, script_errors, sign_in
from web.gate import Gate
from web.headers import SecurityHeaders
from web.wording import Wording

Lifespan = Callable[[st.App], AbstractAsyncContextManager[dict[str, Any] | None]]


def build(script: Path, lifespan: Lifespan | None = None) -> st.App:
    """Return the application that runs `script` for those who are signed in."""
    return st.App(
        script,
        lifespan=lifespan,
        routes=[*front.ROUTES, *sign_in.ROUTES, *prints.ROUTES, *downloads.ROUTES, *health.ROUTES],
        # From the outside in.
        middleware=[Middleware(SecurityHeaders), Middleware(Gate), Middleware(Wording)],
        on_script_error=script_errors.show,
        exception_handlers={404: refusal.not_found, Exception: refusal.broken},
    )
