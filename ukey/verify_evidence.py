"""`python -m ukey.verify_evidence FILE`: prove an exported signature (签名证据) with nothing but the file.

With `--root FILE` the root certificate is the one given; without, the one in the file is taken and
its fingerprint printed, to be compared with what the authority publishes. With `--extract FOLDER` the
parts are written out, for `openssl cms -verify -cades -binary -inform DER -in signature.der -content
document.json -CAfile chain.pem -purpose any -out signed.json`.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from ukey import cades
from ukey.canonical import read_canonical
from ukey.certificate import TrustStore, check
from ukey.rejection import Rejected
from ukey.revocation import CrlIndex

FORMAT = "hall-evidence-1"


class Unproven(Exception):
    """The file does not prove what it says; the text tells why."""


def verify(content: bytes, root: x509.Certificate | None = None) -> dict[str, object]:
    """Return what was signed, where everything holds. Raises Unproven."""
    try:
        return _verify(json.loads(content), root)
    except Rejected as rejected:
        raise Unproven(f"{rejected.text}（{rejected.code}）") from rejected
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise Unproven(f"文件内容不完整：{error}") from error


def _verify(given: dict[str, Any], root: x509.Certificate | None) -> dict[str, object]:
    if given["format"] != FORMAT:
        raise Unproven("不是签名证据文件")
    document = str(given["document"])
    said = read_canonical(document)
    received_at = datetime.fromisoformat(given["received_at"])
    chain = x509.load_pem_x509_certificates(given["chain"].encode("ascii"))
    signature = base64.b64decode(given["signature"], validate=True)
    signer = chain[0].public_bytes(Encoding.DER)
    cades.verify(signature, document.encode("utf-8"), signer, received_at)
    lists = [CrlIndex.read(base64.b64decode(one, validate=True)) for one in given["lists"]]
    check(chain[0], TrustStore([root or chain[-1]], chain[1:-1], lists), received_at)
    return said


def extract(content: bytes, folder: Path) -> None:
    """Write the parts of an evidence file into a folder, as other programs read them."""
    given = json.loads(content)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "document.json").write_bytes(given["document"].encode("utf-8"))
    (folder / "signature.der").write_bytes(base64.b64decode(given["signature"]))
    (folder / "chain.pem").write_text(given["chain"], "ascii")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m ukey.verify_evidence")
    parser.add_argument("file", type=Path)
    parser.add_argument("--root", type=Path)
    parser.add_argument("--extract", type=Path)
    asked = parser.parse_args(arguments)
    content = asked.file.read_bytes()
    root = x509.load_pem_x509_certificate(asked.root.read_bytes()) if asked.root else None
    try:
        said = verify(content, root)
    except Unproven as error:
        sys.stderr.write(f"签名证据不成立：{error}\n")
        return 1
    if asked.extract:
        extract(content, asked.extract)
    chain = x509.load_pem_x509_certificates(json.loads(content)["chain"].encode("ascii"))
    lines = [
        "签名证据成立：签名、证书链、吊销状态和签名时间均已核验。",
        f"签名人证书：{chain[0].subject.rfc4514_string()}",
        f"根证书SHA-256：{(root or chain[-1]).fingerprint(hashes.SHA256()).hex()}",
        json.dumps(said, ensure_ascii=False, indent=2),
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
