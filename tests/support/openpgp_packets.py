# SPDX-License-Identifier: Apache-2.0
"""Reads just enough of OpenPGP (RFC 9580) to describe test material: armor, packet framing, and
what a key says of itself. It checks no signature: it exists so that the indexes of test data and
the interoperability test can name fingerprints and packets without asking the engine under test.
"""
import base64
import dataclasses
import hashlib

SIGNATURE, PKESK, SKESK, ONE_PASS = 2, 1, 3, 4
SECRET_KEY, PUBLIC_KEY, SECRET_SUBKEY, PUBLIC_SUBKEY = 5, 6, 7, 14
COMPRESSED, SED, MARKER, LITERAL, TRUST, USER_ID, ATTRIBUTE = 8, 9, 10, 11, 12, 13, 17
SEIPD, MDC, AEAD, PADDING = 18, 19, 20, 21

KEYS = (SECRET_KEY, PUBLIC_KEY, SECRET_SUBKEY, PUBLIC_SUBKEY)
SUBKEYS = (SECRET_SUBKEY, PUBLIC_SUBKEY)

CURVES = {
    "2b06010401da470f01": "ed25519legacy", "2b060104019755010501": "curve25519legacy",
    "2a8648ce3d030107": "p256", "2b81040022": "p384", "2b81040023": "p521",
    "2b2403030208010107": "brainpool256", "2b240303020801010b": "brainpool384",
    "2b240303020801010d": "brainpool512", "2b8104000a": "secp256k1",
}


class Malformed(Exception):
    """The octets are not what this small reader understands."""


@dataclasses.dataclass
class Packet:
    tag: int
    body: bytes
    legacy: bool    # the header is in the legacy format
    partial: bool   # the body came in partial lengths, or with an indeterminate length
    raw: bytes      # header and body as they stood


@dataclasses.dataclass
class Key:
    version: int
    created: int
    algorithm: int
    curve: str
    fingerprint: str
    secret: bool
    subkey: bool


def dearmor(data: bytes) -> bytes:
    """The octets inside armor; octets that are not armored come back as they are.

    Of a cleartext signed message it gives the signature."""
    if b"-----BEGIN PGP " not in data or (data[:1] and data[0] & 0x80):
        return data
    block = data[data.rindex(b"-----BEGIN PGP "):]
    out = b""
    lines = iter(block.splitlines()[1:])
    for line in lines:
        if not line.strip():
            break
    for line in lines:
        if line.startswith(b"-----END") or (line.startswith(b"=") and len(line.strip()) == 5):
            break
        out += line.strip()
    return base64.b64decode(out)


def armor(data: bytes, kind: str) -> bytes:
    """`data` in armor without a checksum; `kind` is as in `PGP MESSAGE`."""
    text = base64.b64encode(data)
    lines = [text[at:at + 64] for at in range(0, len(text), 64)]
    return b"\n".join([b"-----BEGIN PGP %s-----" % kind.encode(), b"", *lines,
                       b"-----END PGP %s-----" % kind.encode(), b""])


def cleartext(message: bytes) -> bytes:
    """The text of a cleartext signed message (RFC 9580, 7.1 and 7.2), lines ended by \\n; the line
    end before the signature is no part of it."""
    lines = message.replace(b"\r\n", b"\n").split(b"\n")
    begin = lines.index(b"-----BEGIN PGP SIGNED MESSAGE-----")
    begin = lines.index(b"", begin) + 1
    end = lines.index(b"-----BEGIN PGP SIGNATURE-----", begin)
    return b"\n".join(line.removeprefix(b"- ") for line in lines[begin:end])


def packets(data: bytes) -> list[Packet]:
    """The packets at the top level of `data`, armored or not (RFC 9580, 4.2)."""
    data = dearmor(data)
    out, at = [], 0
    try:
        while at < len(data):
            begin, first = at, data[at]
            at += 1
            if not first & 0x80:
                raise Malformed(f"no packet header at octet {begin}")
            body, partial = b"", False
            if first & 0x40:
                tag = first & 0x3F
                while True:
                    octet = data[at]
                    at += 1
                    if octet < 192:
                        length = octet
                    elif octet < 224:
                        length = ((octet - 192) << 8) + data[at] + 192
                        at += 1
                    elif octet == 255:
                        length = int.from_bytes(data[at:at + 4], "big")
                        at += 4
                    else:
                        length = 1 << (octet & 0x1F)
                        partial = True
                    body += data[at:at + length]
                    if at + length > len(data):
                        raise Malformed("a body ends early")
                    at += length
                    if not 224 <= octet < 255:
                        break
            else:
                tag = (first >> 2) & 0x0F
                size = (1, 2, 4, 0)[first & 3]
                partial = size == 0
                length = int.from_bytes(data[at:at + size], "big") if size else len(data) - at
                at += size
                body = data[at:at + length]
                if at + length > len(data):
                    raise Malformed("a body ends early")
                at += length
            out.append(Packet(tag, body, not first & 0x40, partial, data[begin:at]))
    except IndexError as error:
        raise Malformed("a header ends early") from error
    return out


def encode(tag: int, body: bytes, form: str = "new") -> bytes:
    """A packet. `form`: `new` (shortest length), `five` (5-octet length), `partial` (parts of 512
    octets), `legacy` (shortest), `legacy4` (4-octet length), `open` (indeterminate length)."""
    size = len(body)
    if form in ("legacy", "legacy4", "open"):
        if tag > 15:
            raise Malformed(f"packet type {tag} has no legacy header")
        if form == "open":
            return bytes([0x80 | tag << 2 | 3]) + body
        kind = 2 if form == "legacy4" or size > 65535 else 0 if size < 256 else 1
        return bytes([0x80 | tag << 2 | kind]) + size.to_bytes((1, 2, 4)[kind], "big") + body
    head = bytes([0xC0 | tag])
    if form == "partial":
        out = head
        while len(body) >= 512:
            out, body = out + bytes([0xE0 | 9]) + body[:512], body[512:]
        return out + _new_length(len(body)) + body
    length = b"\xff" + size.to_bytes(4, "big") if form == "five" else _new_length(size)
    return head + length + body


def _new_length(size):
    if size < 192:
        return bytes([size])
    if size < 8384:
        return bytes([((size - 192) >> 8) + 192, (size - 192) & 0xFF])
    return b"\xff" + size.to_bytes(4, "big")


def tags(data: bytes) -> list[int]:
    """The packet types at the top level."""
    return [packet.tag for packet in packets(data)]


def _mpi_end(body, at):
    return at + 2 + (int.from_bytes(body[at:at + 2], "big") + 7) // 8


# How many MPIs the public part of each algorithm has; the curves follow below.
_MPIS = {1: 2, 2: 2, 3: 2, 16: 3, 17: 4, 20: 3}
# How many octets the native algorithms of RFC 9580 have.
_NATIVE = {25: 32, 26: 56, 27: 32, 28: 57}


def _public_end(body, version, algorithm):
    """Where the public part ends, and the curve's name."""
    if version in (5, 6):
        return 10 + int.from_bytes(body[6:10], "big"), _curve(body, 10, algorithm)
    at = 8 if version in (2, 3) else 6
    if algorithm in _NATIVE:
        return at + _NATIVE[algorithm], ""
    if algorithm in _MPIS:
        for _ in range(_MPIS[algorithm]):
            at = _mpi_end(body, at)
        return at, ""
    if algorithm in (18, 19, 22):
        curve = _curve(body, at, algorithm)
        at = _mpi_end(body, at + 1 + body[at])
        if algorithm == 18:
            at += 1 + body[at]
        return at, curve
    raise Malformed(f"public key algorithm {algorithm}")


def _curve(body, at, algorithm):
    if algorithm not in (18, 19, 22):
        return ""
    oid = body[at + 1:at + 1 + body[at]].hex()
    return CURVES.get(oid, oid)


def key(packet: Packet) -> Key:
    """What a key packet says of itself (RFC 9580, 5.5.2 and 5.5.4). Versions 3, 4, 5 and 6."""
    body = packet.body
    version = body[0]
    if version not in (2, 3, 4, 5, 6):
        raise Malformed(f"key version {version}")
    created = int.from_bytes(body[1:5], "big")
    algorithm = body[7] if version in (2, 3) else body[5]
    end, curve = _public_end(body, version, algorithm)
    public = body[:end]
    if version in (2, 3):
        middle = _mpi_end(body, 8)
        modulus, exponent = body[10:middle], body[middle + 2:_mpi_end(body, middle)]
        fingerprint = hashlib.md5(modulus + exponent).hexdigest()
    elif version == 4:
        fingerprint = hashlib.sha1(b"\x99" + len(public).to_bytes(2, "big") + public).hexdigest()
    else:
        head = b"\x9a" if version == 5 else b"\x9b"
        fingerprint = hashlib.sha256(head + len(public).to_bytes(4, "big") + public).hexdigest()
    return Key(version, created, algorithm, curve, fingerprint,
               packet.tag in (SECRET_KEY, SECRET_SUBKEY), packet.tag in SUBKEYS)


def keys(data: bytes) -> list[Key]:
    """All the keys of one or more certificates, in order."""
    return [key(packet) for packet in packets(data) if packet.tag in KEYS]


def user_ids(data: bytes) -> list[str]:
    """The user IDs, in order; octets that are no UTF-8 are shown as \\x."""
    return [packet.body.decode("utf-8", "backslashreplace")
            for packet in packets(data) if packet.tag == USER_ID]


def certificates(data: bytes) -> list[bytes]:
    """The certificates (or secret keys) in `data`, each from its primary key on."""
    out: list[bytes] = []
    for packet in packets(data):
        if packet.tag in KEYS and packet.tag not in SUBKEYS:
            out.append(b"")
        elif not out:
            raise Malformed("no primary key comes first")
        out[-1] += packet.raw
    return out


def describe(data: bytes) -> dict:
    """A certificate or secret key as the indexes of test data show it; of several the first."""
    data = certificates(data)[0]
    first, *others = keys(data)

    def facts(one):
        shown = {"fingerprint": one.fingerprint, "algorithm": one.algorithm}
        if one.curve:
            shown["curve"] = one.curve
        return shown

    return {"version": first.version, **facts(first), "created": first.created,
            "user_ids": user_ids(data), "subkeys": [facts(one) for one in others]}


def signature(packet: Packet) -> dict:
    """What a signature packet of version 3, 4 or 6 says of itself, for the indexes."""
    body = packet.body
    version = body[0]
    if version == 3:
        return {"version": 3, "type": body[2], "hash": body[16],
                "created": int.from_bytes(body[3:7], "big")}
    if version not in (4, 6):
        raise Malformed(f"signature version {version}")
    size = 4 if version == 6 else 2
    facts = {"version": version, "type": body[1], "hash": body[3]}
    at = 4 + size
    end = at + int.from_bytes(body[4:at], "big")
    while at < end:
        length = body[at]
        at += 1
        if length == 255:
            length = int.from_bytes(body[at:at + 4], "big")
            at += 4
        elif length >= 192:
            length = ((length - 192) << 8) + body[at] + 192
            at += 1
        if body[at] & 0x7F == 2:
            facts["created"] = int.from_bytes(body[at + 1:at + 5], "big")
        at += length
    return facts
