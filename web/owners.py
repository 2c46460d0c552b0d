"""Whose Streamlit session is whose: its id alone must open nothing.

Streamlit takes anybody who knows a session's id for its owner. Here the id belongs to the signed-in
session that began it: another cannot resume it, nor upload into it.
"""

import hashlib
from collections import OrderedDict

from starlette.types import Scope

#: More than can be alive at once; the oldest is forgotten first, and then merely starts afresh.
REMEMBERED = 20_000
_PROTOCOL = b"sec-websocket-protocol"
_WITH_SESSION_ID = 3


class Owners:
    def __init__(self) -> None:
        self._owners: OrderedDict[str, str] = OrderedDict()

    def claim(self, session_id: str, secret: str) -> None:
        """Note that the holder of the cookie `secret` began this Streamlit session."""
        self._owners[session_id] = _digest(secret)
        self._owners.move_to_end(session_id)
        if len(self._owners) > REMEMBERED:
            self._owners.popitem(last=False)

    def is_owner(self, session_id: str, secret: str) -> bool:
        return self._owners.get(session_id) == _digest(secret)

    def without_foreign_session(self, scope: Scope, secret: str) -> Scope:
        """Return the scope as it is, or with the session to resume taken out if it is not hers.

        Streamlit's browser half sends `streamlit, <xsrf token>, <session id>` as subprotocols.
        """
        changed = []
        for name, value in scope["headers"]:
            parts = [part.strip() for part in value.decode("latin-1").split(",")]
            if name == _PROTOCOL and len(parts) >= _WITH_SESSION_ID:
                kept = parts if self.is_owner(parts[2], secret) else parts[:2]
                changed.append((name, ", ".join(kept[:_WITH_SESSION_ID]).encode("latin-1")))
            else:
                changed.append((name, value))
        return {**scope, "headers": changed}


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
