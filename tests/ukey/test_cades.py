"""The signature of a document holds for these bytes, this certificate, this hour, no other."""

from __future__ import annotations

import shutil
import subprocess
from datetime import timedelta

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding

from tests.ukey.authorities import NOW, World, rsa_key
from ukey import cades
from ukey.canonical import canonical, read_canonical
from ukey.rejection import SignatureRejected

DOCUMENT = canonical({"origin": "https://hall.example", "类型": "基数调整", "金额": "18650.00"})
RSA_KEY = rsa_key()


@pytest.fixture(scope="module")
def world() -> World:
    return World.make()


def sign(world: World, key: PrivateKeyTypes | None = None) -> tuple[bytes, bytes]:
    key = key or world.key
    leaf = world.leaf(key.public_key())
    der = leaf.public_bytes(Encoding.DER)
    kind = "rsa" if key is RSA_KEY else "ec"

    def by_key(data: bytes) -> bytes:
        if kind == "rsa":
            return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return key.sign(data, ec.ECDSA(hashes.SHA256()))

    return cades.build(DOCUMENT, der, by_key, kind, NOW), der


def code_of(signature: bytes, der: bytes, document: bytes = DOCUMENT, at=NOW) -> str:
    with pytest.raises(SignatureRejected) as refusal:
        cades.verify(signature, document, der, at)
    assert refusal.value.text != "UKey验证失败"
    return refusal.value.code


KEYS = [None, RSA_KEY, ec.generate_private_key(ec.SECP384R1())]


@pytest.mark.parametrize("key", KEYS, ids=["P-256", "RSA-2048", "P-384"])
def test_a_signature_holds(world: World, key) -> None:
    signature, der = sign(world, key)
    signed = cades.verify(signature, DOCUMENT, der, NOW + timedelta(minutes=9))
    assert signed.signed_at == NOW
    assert signed.certificate == der


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.parametrize("key", KEYS, ids=["P-256", "RSA-2048", "P-384"])
def test_openssl_says_the_same(world: World, key, tmp_path) -> None:
    signature, _ = sign(world, key)
    (tmp_path / "cms").write_bytes(signature)
    (tmp_path / "document").write_bytes(DOCUMENT)
    authorities = [world.root.certificate, world.issuing.certificate]
    pem = b"".join(one.public_bytes(Encoding.PEM) for one in authorities)
    (tmp_path / "trust").write_bytes(pem)
    command = (
        "openssl cms -verify -cades -binary -inform DER -in cms -content document -CAfile trust "
        f"-purpose any -out out -attime {int(NOW.timestamp())}"
    )
    done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out").read_bytes() == DOCUMENT
    (tmp_path / "document").write_bytes(DOCUMENT.replace(b"18650", b"28650"))
    done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode != 0


def test_an_altered_amount_is_seen(world: World) -> None:
    signature, der = sign(world)
    assert code_of(signature, der, DOCUMENT.replace(b"18650", b"28650")) == "cms_digest"


def test_another_digest_in_the_signature_is_seen(world: World) -> None:
    signature, der = sign(world)
    other = canonical({"origin": "https://hall.example", "类型": "其他"})
    digest, forged = (hashes.Hash(hashes.SHA256()) for _ in range(2))
    digest.update(DOCUMENT)
    forged.update(other)
    swapped = signature.replace(digest.finalize(), forged.finalize())
    assert code_of(swapped, der, other) == "cms_signature"


def test_a_broken_signature_is_seen(world: World) -> None:
    signature, der = sign(world)
    assert code_of(signature[:-1] + bytes([signature[-1] ^ 1]), der) == "cms_signature"


def test_the_signature_of_a_colleague_is_not_that_of_the_one_who_signed_in(world: World) -> None:
    signature, _ = sign(world)
    _, other = sign(world, ec.generate_private_key(ec.SECP256R1()))
    assert code_of(signature, other) == "cms_certificate"


def test_a_certificate_swapped_for_another_of_the_same_key_is_seen(world: World) -> None:
    signature, der = sign(world)
    twin = world.leaf().public_bytes(Encoding.DER)
    info = cms.ContentInfo.load(signature)
    twin_parsed = cms.CertificateChoices("certificate", cms.Certificate.load(twin))
    info["content"]["certificates"] = [twin_parsed]
    sid = info["content"]["signer_infos"][0]["sid"].chosen
    sid["serial_number"] = cms.Certificate.load(twin).serial_number
    assert code_of(info.dump(force=True), twin) in {"cms_certificate", "cms_structure"}
    assert der != twin


@pytest.mark.parametrize("minutes", [-11, 11])
def test_a_clock_that_is_far_off_is_seen(world: World, minutes: int) -> None:
    signature, der = sign(world)
    assert code_of(signature, der, at=NOW + timedelta(minutes=minutes)) == "cms_time"


SHAPES = ("inside", "two signers", "cut", "trailing", "rubbish", "huge")


def reshaped(signature: bytes, alter: str) -> bytes:
    info = cms.ContentInfo.load(signature)
    if alter == "inside":
        info["content"]["encap_content_info"] = {"content_type": "data", "content": DOCUMENT}
    signers = info["content"]["signer_infos"]
    if alter == "two signers":
        info["content"]["signer_infos"] = [signers[0], signers[0]]
    shapes = {
        "cut": signature[:-20],
        "trailing": signature + b"\0",
        "rubbish": b"rubbish",
        "huge": signature + bytes(70_000),
    }
    return shapes.get(alter) or info.dump(force=True)


@pytest.mark.parametrize("alter", SHAPES)
def test_a_signature_of_another_shape_is_refused(world: World, alter: str) -> None:
    signature, der = sign(world)
    assert code_of(reshaped(signature, alter), der) == "cms_structure"


def test_a_signature_with_any_byte_altered_is_refused_and_nothing_breaks(world: World) -> None:
    signature, der = sign(world)
    codes = set()
    for place in range(len(signature)):
        altered = bytearray(signature)
        altered[place] ^= 0x11
        try:
            cades.verify(bytes(altered), DOCUMENT, der, NOW)
        except SignatureRejected as refusal:
            codes.add(refusal.code)
        else:
            codes.add(f"byte {place} of {len(signature)}")
    assert codes <= {
        "cms_structure",
        "cms_certificate",
        "cms_digest",
        "cms_signature",
        "cms_algorithm",
    }


def test_canonical_json_knows_one_way_to_write_a_thing() -> None:
    assert (
        canonical({"b": [True, None, 1], "a": "省\n"}) == '{"a":"省\\n","b":[true,null,1]}'.encode()
    )
    assert canonical({"\U0001f600": 1, "\ufb33": 2}).startswith('{"\U0001f600"'.encode())


@pytest.mark.parametrize("value", [1.5, {1: 2}, {"a": {2, 3}}, b"x", float("nan")])
def test_what_has_more_than_one_way_to_be_written_is_not_signed(value) -> None:
    with pytest.raises(TypeError):
        canonical(value)


def test_a_number_that_javascript_would_round_is_not_signed() -> None:
    with pytest.raises(ValueError, match="out of range"):
        canonical({"n": 2**53})


@pytest.mark.parametrize(
    "text",
    [
        '{"b":1,"a":2}',
        '{"a": 1}',
        '{"a":1,"a":1}',
        '{"a":1.0}',
        "[1]",
        "{",
        "[" * 5000,
        '{"a":"\\ud800"}',
    ],
)
def test_text_that_is_not_canonical_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        read_canonical(text)
