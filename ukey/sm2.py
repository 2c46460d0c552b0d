"""SM2 signatures with SM3 (GB/T 32918.2, GM/T 0009-2012), as the hall checks them; it never signs.

`cryptography` has SM3 but not SM2. Only public values pass through here, so nothing needs
constant time. Points are Jacobian, (x, y, z) with z = 0 at infinity.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes

DEFAULT_ID = b"1234567812345678"
"""The signer's identity where none is agreed on: GM/T 0009-2012, section 10."""

Point = tuple[int, int]
_Jacobian = tuple[int, int, int]
_INFINITY: _Jacobian = (0, 1, 0)


@dataclass(frozen=True)
class Curve:
    """y² = x³ + ax + b over p, with a generator (gx, gy) of order n."""

    p: int
    a: int
    b: int
    n: int
    gx: int
    gy: int

    @property
    def size(self) -> int:
        return (self.p.bit_length() + 7) // 8

    def has(self, point: Point) -> bool:
        x, y = point
        in_field = 0 <= x < self.p and 0 <= y < self.p
        return in_field and (y * y - (x * x * x + self.a * x + self.b)) % self.p == 0


SM2 = Curve(
    p=0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF,
    a=0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC,
    b=0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93,
    n=0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123,
    gx=0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    gy=0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
"""sm2p256v1, GB/T 32918.5."""


def sm3(*parts: bytes) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    for part in parts:
        digest.update(part)
    return digest.finalize()


def identity_digest(key: Point, identity: bytes = DEFAULT_ID, curve: Curve = SM2) -> bytes:
    """Answer Z, the digest of the signer's identity, the curve and the key."""
    numbers = (curve.a, curve.b, curve.gx, curve.gy, *key)
    words = [number.to_bytes(curve.size, "big") for number in numbers]
    return sm3((len(identity) * 8).to_bytes(2, "big"), identity, *words)


def is_valid(
    key: Point,
    message: bytes,
    r: int,
    s: int,
    *,
    identity: bytes = DEFAULT_ID,
    curve: Curve = SM2,
) -> bool:
    """Whether (r, s) is the signature of `message` by this key under this identity."""
    in_range = 1 <= r < curve.n and 1 <= s < curve.n
    t = (r + s) % curve.n
    if not (in_range and t and curve.has(key)):
        return False
    e = int.from_bytes(sm3(identity_digest(key, identity, curve), message), "big")
    point = _sum_of_multiples(curve, s, (curve.gx, curve.gy), t, key)
    return point is not None and (e + point[0]) % curve.n == r


def _sum_of_multiples(curve: Curve, s: int, g: Point, t: int, q: Point) -> Point | None:
    """Return s·G + t·Q, both multiples in one pass over the bits; None at infinity."""
    first, second = (*g, 1), (*q, 1)
    table: tuple[_Jacobian, ...] = (_INFINITY, first, second, _add(curve, first, second))
    found = _INFINITY
    for bit in range(max(s.bit_length(), t.bit_length()) - 1, -1, -1):
        found = _double(curve, found)
        found = _add(curve, found, table[(s >> bit & 1) | (t >> bit & 1) << 1])
    x, y, z = found
    if not z:
        return None
    inverse = pow(z, -1, curve.p)
    return x * inverse * inverse % curve.p, y * inverse * inverse * inverse % curve.p


def _double(curve: Curve, point: _Jacobian) -> _Jacobian:
    x, y, z = point
    if not y or not z:
        return _INFINITY
    p = curve.p
    square = y * y % p
    slope = (3 * x * x + curve.a * pow(z, 4, p)) % p
    middle = 4 * x * square % p
    new_x = (slope * slope - 2 * middle) % p
    return new_x, (slope * (middle - new_x) - 8 * square * square) % p, 2 * y * z % p


def _add(curve: Curve, one: _Jacobian, other: _Jacobian) -> _Jacobian:
    if not one[2]:
        return other
    if not other[2]:
        return one
    p = curve.p
    (x1, y1, z1), (x2, y2, z2) = one, other
    u1, u2 = x1 * z2 * z2 % p, x2 * z1 * z1 % p
    s1, s2 = y1 * pow(z2, 3, p) % p, y2 * pow(z1, 3, p) % p
    if u1 == u2:
        return _double(curve, one) if s1 == s2 else _INFINITY
    across, up = (u2 - u1) % p, (s2 - s1) % p
    square, cube = across * across % p, pow(across, 3, p)
    new_x = (up * up - cube - 2 * u1 * square) % p
    return new_x, (up * (u1 * square - new_x) - s1 * cube) % p, across * z1 * z2 % p
