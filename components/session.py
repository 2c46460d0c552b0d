"""Who is signed in, asked of the database again and again: the browser's word is never taken.

A full run asks in `pages/main.py`. Fragments and callbacks run without it, so they take their actor
from here. Whoever comes first in a run asks, before anything is done in it; the others are told the same.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast
from weakref import WeakKeyDictionary

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

import settings
from services import sessions
from services.actor import Actor
from services.sessions import SignedIn

P = ParamSpec("P")
R = TypeVar("R")

#: What each run was told. Streamlit makes a coordinator for one run and drops it: nothing outlives it.
_told: WeakKeyDictionary[object, SignedIn] = WeakKeyDictionary()


def signed_in() -> SignedIn | None:
    """Return the live session of this browser's cookie, if there is one, as this run was first told."""
    context = get_script_run_ctx(suppress_warning=True)
    run = context.parallel_coordinator if context else None
    if run is None:
        return _asked()
    who = _told.get(run) or _asked()
    if who:
        _told[run] = who
    return who


def _asked() -> SignedIn | None:
    secret = st.context.cookies.get(settings.COOKIE)
    return sessions.signed_in(secret) if isinstance(secret, str) else None


def fragment(
    draw: Callable[Concatenate[Actor, P], None],
) -> Callable[Concatenate[Actor, P], None]:
    """Make a drawing function a Streamlit fragment that asks who is signed in at each of its runs."""

    @st.fragment
    @wraps(draw)
    def guarded(_first_actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> None:
        if who := signed_in():
            draw(who.actor, *args, **kwargs)
        else:
            st.rerun()

    return cast(Callable[Concatenate[Actor, P], None], guarded)


def acting(act: Callable[Concatenate[Actor, P], R]) -> Callable[P, R | None]:
    """Make a callback act for whoever is signed in at that moment; for nobody it does nothing."""

    @wraps(act)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | None:
        who = signed_in()
        return act(who.actor, *args, **kwargs) if who else None

    return guarded
