"""SM2 as the hall checks it: the national standard's own examples, and chains made with openssl."""

from __future__ import annotations

import base64
import json
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from ukey import sm2, sm2_keys
from ukey.certificate import CertificateRejected, CrlIndex, TrustStore, check
from ukey.sign_in_token import TokenRejected, new_nonce, verify
from ukey.sm2 import SM2, Curve

VECTORS = json.loads((Path(__file__).parent / "vectors" / "sm2.json").read_text("utf-8"))
STANDARD, DRAFT = VECTORS["signatures"]
ID = STANDARD["id"].encode()
MESSAGE = STANDARD["msg"].encode()
R, S = int(STANDARD["r"], 16), int(STANDARD["s"], 16)
KEY = int(STANDARD["pub"][2:66], 16), int(STANDARD["pub"][66:], 16)
#: The Fp-256 curve of GB/T 32918.2, annex A.
EXAMPLE_CURVE = Curve(
    p=0x8542D69E4C044F18E8B92435BF6FF7DE457283915C45517D722EDB8B08F1DFC3,
    a=0x787968B4FA32C3FD2417842E73BBFEFF2F3C848B6831D7E0EC65228B3937E498,
    b=0x63E4C6D3B23B0C849CF84241484BFE48F61D59A5B16BA06E6E12D1DA27C5249A,
    n=0x8542D69E4C044F18E8B92435BF6FF7DD297720630485628D5AE74EE7C32E79B7,
    gx=0x421DEBD61B62EAB6746434EBC3CC315E32220B3BADD50BDC4C4E6C147FEDD43D,
    gy=0x0680512BCBB42C07D47349D2153B70C4E5D7FDFCBFA36EA1A85841B9E46E09A2,
)
ORIGIN = "https://hall.example.gov.cn"


def test_sm3_gives_the_digests_of_the_standard() -> None:
    assert sm2.sm3(b"abc").hex() == (
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )
    assert sm2.sm3(b"abcd" * 16).hex() == (
        "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    )


def test_the_example_of_the_standard_holds_with_its_identity_digest() -> None:
    assert sm2.identity_digest(KEY, ID).hex().upper() == STANDARD["za"]
    assert sm2.is_valid(KEY, MESSAGE, R, S, identity=ID)


DIFFERENT = [
    ("another message", KEY, b"Message digest", R, S, ID),
    ("another identity", KEY, MESSAGE, R, S, b""),
    ("r and s swapped", KEY, MESSAGE, S, R, ID),
    ("r is nought", KEY, MESSAGE, 0, S, ID),
    ("s is the order", KEY, MESSAGE, R, SM2.n, ID),
    ("r and s sum to the order", KEY, MESSAGE, R, SM2.n - R, ID),
    ("the key is no point of the curve", (KEY[0], KEY[1] + 1), MESSAGE, R, S, ID),
    ("the key is beyond the field", (KEY[0] + SM2.p, KEY[1]), MESSAGE, R, S, ID),
]


@pytest.mark.parametrize(("name", "key", "message", "r", "s", "identity"), DIFFERENT)
def test_what_differs_from_the_example_does_not_hold(name, key, message, r, s, identity) -> None:
    assert not sm2.is_valid(key, message, r, s, identity=identity), name


def test_the_older_example_holds_on_its_own_curve() -> None:
    d = int(DRAFT["d"], 16)
    key = sm2._sum_of_multiples(
        EXAMPLE_CURVE, d, (EXAMPLE_CURVE.gx, EXAMPLE_CURVE.gy), 0, (EXAMPLE_CURVE.gx, 0)
    )
    assert key is not None
    assert EXAMPLE_CURVE.has(key)
    signed = (DRAFT["msg"].encode(), int(DRAFT["r"], 16), int(DRAFT["s"], 16))
    assert sm2.is_valid(key, *signed, identity=DRAFT["id"].encode(), curve=EXAMPLE_CURVE)


# ---- a world of SM2 certificates, made by openssl


@dataclass
class Sm2World:
    """A root and a person's signing and encryption certificates, with the root's list."""

    folder: Path

    def openssl(self, *words: str, given: bytes | None = None) -> bytes:
        done = subprocess.run(
            ["openssl", *words], cwd=self.folder, input=given, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def read(self, name: str) -> x509.Certificate:
        return x509.load_pem_x509_certificate((self.folder / f"{name}.pem").read_bytes())

    def crl(self, name: str = "list") -> CrlIndex:
        return CrlIndex.read((self.folder / f"{name}.crl").read_bytes())

    def trust(self, *crls: CrlIndex, root: str = "root") -> TrustStore:
        return TrustStore([self.read(root)], [], crls or (self.crl(),))


ISSUE = ("-sigopt", "distid:1234567812345678", "-sm3")
EXTENSIONS = """
[root]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign
[person]
keyUsage=critical,digitalSignature,nonRepudiation
extendedKeyUsage=clientAuth
[encryption]
keyUsage=critical,keyEncipherment,dataEncipherment
extendedKeyUsage=clientAuth
[ca]
default_ca=mine
[mine]
database=index.txt
default_md=sm3
default_crl_days=30
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Sm2World:
    return make_world(tmp_path_factory.mktemp("sm2"))


def make_world(folder: Path) -> Sm2World:
    """Make an SM2 root with its lists and persons in a folder."""
    made = Sm2World(folder)
    (made.folder / "extensions.cnf").write_text(EXTENSIONS)
    for root in ("root", "impostor"):
        _key(made, root)
        made.openssl(
            "req", "-new", "-x509", "-key", f"{root}.key", "-subj", "/CN=SM2 root", "-days", "900",
            "-config", "extensions.cnf", "-extensions", "root", *ISSUE, "-out", f"{root}.pem",
        )  # fmt: skip
    for person in ("person", "encryption", "revoked"):
        _key(made, person)
        _issue(made, person, "encryption" if person == "encryption" else "person")
    serial = format(made.read("revoked").serial_number, "X")
    serial = serial.zfill(len(serial) + len(serial) % 2)  # openssl reads whole bytes
    entry = f"R\t300101000000Z\t260101000000Z\t{serial}\tunknown\t/CN=revoked\n"
    for name, index in (("empty", ""), ("list", entry)):
        (made.folder / "index.txt").write_text(index)
        _list(made, "root", name)
    _list(made, "impostor", "forged")
    return made


def _key(made: Sm2World, name: str) -> None:
    curve = ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2")
    made.openssl("genpkey", *curve, "-out", f"{name}.key")


def _issue(made: Sm2World, name: str, profile: str) -> None:
    made.openssl(
        "req", "-new", "-key", f"{name}.key", "-subj", f"/CN={name}", *ISSUE, "-out", f"{name}.csr"
    )
    made.openssl(
        "x509", "-req", "-in", f"{name}.csr", "-CA", "root.pem", "-CAkey", "root.key",
        "-CAcreateserial", "-days", "400", "-extfile", "extensions.cnf", "-extensions", profile,
        "-vfyopt", "distid:1234567812345678", *ISSUE, "-out", f"{name}.pem",
    )  # fmt: skip


def _list(made: Sm2World, root: str, name: str) -> None:
    made.openssl(
        "ca", "-config", "extensions.cnf", "-gencrl", "-keyfile", f"{root}.key", "-cert",
        f"{root}.pem", "-sigopt", "distid:1234567812345678", "-out", f"{name}.crl",
    )  # fmt: skip


def verdict(certificate: x509.Certificate, trust: TrustStore, at: datetime | None = None) -> str:
    try:
        check(certificate, trust, at or datetime.now(UTC) + timedelta(minutes=1))
    except CertificateRejected as error:
        return error.code
    return "ok"


def test_a_persons_sm2_certificate_is_good_and_openssl_agrees(world: Sm2World) -> None:
    assert verdict(world.read("person"), world.trust()) == "ok"
    said = world.openssl(
        "verify", "-CAfile", "root.pem", "-vfyopt", "distid:1234567812345678", "person.pem"
    )
    assert said == b"person.pem: OK\n"


SAME_CODES = [
    ("cert_revoked", "revoked", "list", "root"),
    ("ok", "revoked", "empty", "root"),
    ("cert_key_usage", "encryption", "list", "root"),
    ("cert_chain_invalid", "person", "list", "impostor"),
    ("crl_invalid", "person", "forged", "root"),
    ("cert_is_ca", "root", "list", "root"),
]


@pytest.mark.parametrize(("expected", "name", "crl", "root"), SAME_CODES)
def test_an_sm2_certificate_gets_the_same_codes(world, expected, name, crl, root) -> None:
    assert verdict(world.read(name), world.trust(world.crl(crl), root=root)) == expected


def test_an_sm2_list_past_its_day_closes_the_door(world: Sm2World) -> None:
    late = datetime.now(UTC) + timedelta(days=31)
    assert verdict(world.read("person"), world.trust(), late) == "crl_stale"
    assert verdict(world.read("person"), TrustStore([world.read("root")])) == "crl_unavailable"


def test_twenty_signatures_of_openssl_hold_and_none_for_another_message(world: Sm2World) -> None:
    key = _public(world, "person")
    for number in range(20):
        message = f"第{number}份".encode()
        signature = _signed(world, "person", message)
        assert sm2_keys.is_signed(key, message, signature)
        assert not sm2_keys.is_signed(key, message + b".", signature)
        assert not sm2_keys.is_signed(key, message, signature + b"\0")


def test_a_key_that_spells_out_another_generator_is_refused() -> None:
    good = _spelt_out(SM2.gx, SM2.gy)
    assert sm2_keys.read_key(good) == KEY
    with pytest.raises(ValueError, match="not an SM2 key"):
        sm2_keys.read_key(_spelt_out(*KEY))


@pytest.mark.parametrize(
    ("origin", "signed_nonce", "expected"),
    [(ORIGIN, "same", "ok"), ("https://evil.example", "same", "token_signature"),
     (ORIGIN, "other", "token_signature")],
)  # fmt: skip
def test_an_sm2_key_signs_in_to_this_origin_and_this_nonce_alone(
    world: Sm2World, origin: str, signed_nonce: str, expected: str
) -> None:
    nonce = new_nonce()
    told = nonce if signed_nonce == "same" else new_nonce()
    data = sm2.sm3(origin.encode()) + sm2.sm3(told.encode())
    pair = sm2_keys._Signature.load(_signed(world, "person", data))
    raw = b"".join(pair[name].native.to_bytes(32, "big") for name in ("r", "s"))
    der = world.openssl("x509", "-in", "person.pem", "-outform", "DER")
    token = json.dumps(
        {
            "unverifiedCertificate": base64.b64encode(der).decode(),
            "algorithm": "SM2",
            "signature": base64.b64encode(raw).decode(),
            "format": "web-eid:1.0",
        }
    )
    at = datetime.now(UTC) + timedelta(minutes=1)
    if expected == "ok":
        assert verify(token, nonce, ORIGIN, world.trust(), at).subject == "CN=person"
    else:
        with pytest.raises(TokenRejected, match=expected):
            verify(token, nonce, ORIGIN, world.trust(), at)
    with pytest.raises(TokenRejected, match="token_alg"):
        verify(token.replace('"SM2"', '"ES256"'), nonce, ORIGIN, world.trust(), at)


def _public(world: Sm2World, name: str) -> sm2.Point:
    der = world.openssl("pkey", "-in", f"{name}.key", "-pubout", "-outform", "DER")
    return sm2_keys.read_key(der)


def _signed(world: Sm2World, name: str, message: bytes) -> bytes:
    (world.folder / "message").write_bytes(message)
    return world.openssl(
        "pkeyutl", "-sign", "-inkey", f"{name}.key", "-rawin", "-digest", "sm3",
        "-pkeyopt", "distid:1234567812345678", "-in", "message",
    )  # fmt: skip


def _spelt_out(gx: int, gy: int) -> bytes:
    """Return the key of the standard's example with its curve spelt out, and this generator."""
    from asn1crypto import core

    def octets(number: int) -> bytes:
        return number.to_bytes(32, "big")

    point = b"\4" + octets(KEY[0]) + octets(KEY[1])
    curve = sm2_keys._Spelt(
        {
            "version": 1,
            "field": {"type": "1.2.840.10045.1.1", "prime": SM2.p},
            "curve": {"a": octets(SM2.a), "b": octets(SM2.b)},
            "base": b"\4" + octets(gx) + octets(gy),
            "order": SM2.n,
            "cofactor": 1,
        }
    )
    algorithm = sm2_keys._Algorithm({"algorithm": "1.2.840.10045.2.1", "parameters": curve})
    bits = core.BitString.load(b"\3" + bytes([len(point) + 1]) + b"\0" + point)
    return sm2_keys._PublicKey({"algorithm": algorithm, "public_key": bits}).dump()
