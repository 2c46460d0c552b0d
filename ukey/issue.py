"""Making a demo UKey (制作演示UKey): a new token with a key and a certificate of the development CA.

    python -m ukey.issue --store FOLDER --ca FOLDER --token LABEL --person NAME --organization NAME

The PIN comes on standard input; the certificate goes to standard output (PEM). A process of its own,
because a process holds one store, and the hall holds none.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from ukey import softhsm
from ukey.dev_ca import DevCA
from ukey.faults import KeyFault
from ukey.tokens import Tokens


def main(arguments: Sequence[str] | None = None) -> int:
    """Make one; 0 when done, 1 when it could not be made."""
    asked = _parser().parse_args(arguments)
    pin = sys.stdin.readline().strip()
    try:
        sys.stdout.write(_made(asked, pin))
    except (KeyFault, softhsm.ModuleMissing, softhsm.StoreFault) as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    return 0


def _made(asked: argparse.Namespace, pin: str) -> str:
    module = softhsm.ensure_store(asked.store)
    tokens = Tokens(module, asked.store)
    if any(token.label == asked.token for token in tokens.tokens()):
        raise softhsm.StoreFault(f"{asked.token}: 已有同名UKey")
    softhsm.init_token(asked.token, softhsm.SO_PIN, pin)
    key_id, public_key = tokens.generate_key(asked.token, pin)
    certificate = DevCA.open(asked.ca).issue(
        public_key, person=asked.person, organization=asked.organization, unit=asked.unit,
        uscc=asked.uscc,
    )  # fmt: skip
    tokens.write_certificate(asked.token, pin, key_id, certificate.public_bytes(Encoding.DER))
    softhsm.note_change(asked.store)
    return certificate.public_bytes(Encoding.PEM).decode("ascii")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ukey.issue", description="制作演示UKey")
    for name in ("store", "ca"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    for name in ("token", "person", "organization"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("unit", "uscc"):
        parser.add_argument(f"--{name}", default="")
    return parser


if __name__ == "__main__":
    sys.exit(main())
