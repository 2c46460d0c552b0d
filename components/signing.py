"""What is signed before it is done (UKey签名): a page hands over the act, the person signs, it is done.

The act is rehearsed first, so that a refusal is read before a PIN is typed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from components import brand, feedback, session
from components.ukey_sign import sign
from services import signing
from services.actor import Actor
from services.signing import Prepared

_PENDING = "signing"
LABEL = "签名并提交"


@dataclass(frozen=True, slots=True)
class _Pending:
    prepared: Prepared
    act: Callable[[Actor], Any]
    done: Callable[[Any], None]


def begin(actor: Actor, act: Callable[[Actor], Any], done: Callable[[Any], None]) -> None:
    """Have the act signed and done, then call `done` with what it returned.

    Where no signature is needed, both happen at once. Raises whatever the act would.
    """
    prepared = signing.prepare(actor, act)
    if prepared is None:
        done(act(actor))
        return
    st.session_state[_PENDING] = _Pending(prepared, act, done)
    st.rerun()


def prompt() -> None:
    """Open the dialog of what waits to be signed, if anything does; drawn last on every page."""
    if _PENDING in st.session_state:
        _dialog()


def _forget() -> None:
    st.session_state.pop(_PENDING, None)


@st.dialog("UKey签名确认", width="medium", on_dismiss=_forget)
def _dialog() -> None:
    who = session.signed_in()
    pending: _Pending | None = st.session_state.get(_PENDING)
    if who is None or pending is None:
        st.rerun()
    st.write("请核对以下内容。签名后即办理，签名作为证据保存。")
    for item in pending.prepared.items:
        _item(item)
    signature = sign.ask(pending.prepared.document, who.fingerprint, LABEL)
    if signature is None:
        return
    with feedback.refusals():
        actor = signing.sign(who.actor, who.fingerprint, pending.prepared, signature)
        result = pending.act(actor)
        _forget()
        pending.done(result)
        st.rerun()


def _item(item: dict[str, object]) -> None:
    """Show what one step says."""
    figures = item["figures"]
    cells = (
        [(str(label), str(value)) for label, value in figures] if isinstance(figures, list) else []
    )
    if "rows" in item:
        cells.append(("明细行数", f"{item['rows']}"))
    papers = item["documents"]
    if isinstance(papers, list) and papers:
        cells.append(("材料", f"{len(papers)}份"))
    if "opinion" in item:
        cells.append(("意见", str(item["opinion"])))
    brand.facts(f"{item['business']}　{item['action']}　{item['employer']}", cells)
