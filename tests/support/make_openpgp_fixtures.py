#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes fresh OpenPGP keys, messages and signatures with every peer of openpgp_peers.py.

    make_openpgp_fixtures.py DIRECTORY [--peers gpg,sqop] [--allow-missing]
    make_openpgp_fixtures.py tests/data/openpgp/made --snapshot

DIRECTORY gets the files and an index.json of the form that tests/data/openpgp/README.md tells,
with `peer` (who made it) and `how` (what was chosen) besides. A peer that is not installed is
an error unless --allow-missing is given; then it stands in the index as missing.

--snapshot makes a smaller set, has another peer open or verify each file, and writes who did as
`confirmed_by`. What no other peer could read is said on standard error.
"""
import argparse
import concurrent.futures
import dataclasses
import hashlib
import json
import pathlib
import random
import shutil
import sys
import threading
import time

import openpgp_packets as packets
from openpgp_peers import CIPHERS, HASHES, How, NotOffered, PeerError, peers

PASSWORD = "correct horse"
TEXT = ("From the start a line that mail software likes to quote,\n"
        "- a dash, \n-----BEGIN PGP NOTHING-----\n\ttab and umlauts: äöüß €\n\n"
        "the last line ends with a line end.\n").encode()
BINARY = bytes(range(256)) * 3 + b"\r\n\n\r\0end without a line end"
# Long, and hard to press together, so that it takes several parts and chunks.
LONG = random.Random(9580).randbytes(20000)
SHORTER = LONG[:9000]
# The files that hold them.
CONTENTS = {"text.txt": TEXT, "binary.bin": BINARY, "long.bin": LONG, "shorter.bin": SHORTER}
COMPRESSION = {"none": 0, "zip": 1, "zlib": 2, "bzip2": 3}
AEAD = {"eax": 1, "ocb": 2, "gcm": 3}


class Set:
    """The directory and its index."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.entries = []
        self.failures = []
        self.lock = threading.Lock()

    def write(self, name, data):
        """A file; the ending tells armor from octets."""
        file = name + (".asc" if data.startswith(b"-----") else ".pgp")
        (self.directory / file).write_bytes(data)
        return file

    def add(self, name, kind, data, **facts):
        file = self.write(name, data)
        facts.setdefault("verdict", "good")
        with self.lock:
            self.entries.append({"name": name, "file": file, "kind": kind, **facts})
        return file

    def read(self, file):
        return (self.directory / file).read_bytes()

    def save(self, **more):
        self.entries.sort(key=lambda entry: entry["name"])
        for name in {entry.get("plaintext_file") for entry in self.entries} - {None}:
            (self.directory / name).write_bytes(CONTENTS[name])
        # One line an entry: small, and a change shows where it is.
        lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in self.entries)
        head = json.dumps(more, ensure_ascii=False)[:-1]
        text = f'{head},\n"entries": [\n{lines}\n]}}\n'
        (self.directory / "index.json").write_text(text)


@dataclasses.dataclass
class Made:
    """A key that a peer made, and its files."""
    profile: str
    key: object
    cert: bytes
    secret_file: str
    cert_file: str
    primary: str


def content(data):
    """How the index shows what must come out."""
    for name, known in CONTENTS.items():
        if data == known:
            return {"plaintext_file": name}
    try:
        if len(data) <= 600:
            return {"plaintext": data.decode()}
    except UnicodeDecodeError:
        pass
    return {"plaintext_sha256": hashlib.sha256(data).hexdigest(), "plaintext_length": len(data)}


def chosen(how):
    """The choices that were made, for the index."""
    return {field.name: getattr(how, field.name) for field in dataclasses.fields(how)
            if getattr(how, field.name) != field.default}


def about_encryption(message):
    """What an index says of the encrypted packets themselves."""
    for packet in packets.packets(message):
        if packet.tag == packets.SED:
            return {"container": "sed"}
        if packet.tag == packets.AEAD:
            return {"container": "aead20", "cipher": packet.body[1], "aead": packet.body[2]}
        if packet.tag == packets.SEIPD and packet.body[0] == 2:
            return {"container": "seipd2", "cipher": packet.body[1], "aead": packet.body[2]}
        if packet.tag == packets.SEIPD:
            return {"container": "seipd1"}
    raise PeerError("nothing is encrypted")


class Maker:
    """Makes the files of one peer."""

    def __init__(self, peer, out, small):
        self.peer = peer
        self.out = out
        self.small = small
        self.made = {}

    def say(self, text):
        print(f"{self.peer.name}: {text}", file=sys.stderr, flush=True)

    def attempt(self, what, action):
        """Runs one step: what a peer does not offer is left out, what it fails at is recorded."""
        try:
            return action()
        except NotOffered:
            return None
        except PeerError as error:
            with self.out.lock:
                self.out.failures.append({"peer": self.peer.name, "what": what,
                                          "error": str(error)[-300:]})
            self.say(f"{what} FAILED: {str(error)[-200:]}")
            return None

    def add(self, name, kind, data, **facts):
        return self.out.add(f"{self.peer.name}_{name}", kind, data,
                            peer=self.peer.name, **facts)

    def run(self):
        begin = time.monotonic()
        self.keys()
        self.say(f"{len(self.made)} keys after {time.monotonic() - begin:.0f} s")
        for made in list(self.made.values()):
            self.with_key(made)
        self.say(f"messages of each key after {time.monotonic() - begin:.0f} s")
        if self.made:
            self.choices()
            self.passwords()
            self.revocations()
        self.say(f"done after {time.monotonic() - begin:.0f} s")

    def keys(self):
        profiles = list(self.peer.profiles)
        if self.small and self.peer.name in ("rnp", "sq"):
            profiles = ["v4-25519legacy"]
        for profile in profiles:
            self.attempt(profile, lambda: self.one_key(profile, profile, None))
        first = self.peer.profiles[0]
        self.attempt("locked", lambda: self.one_key(first, "locked", PASSWORD))
        if self.peer.name == "openpgpjs":
            self.attempt("locked", lambda: self.one_key(first, "locked_argon2", PASSWORD,
                                                        s2k="argon2"))
            self.attempt("locked", lambda: self.one_key("v4-25519legacy", "locked_v4", PASSWORD))

    def one_key(self, profile, name, password, **more):
        user_id = f"{self.peer.name} {name} <{name}@{self.peer.name}.example>"
        key = self.peer.generate_key(profile, user_id, password, **more)
        cert = self.peer.extract_cert(key)
        facts = packets.describe(key.data)
        if packets.describe(cert)["fingerprint"] != facts["fingerprint"]:
            raise PeerError("the certificate is another than the key")
        if password:
            facts["password"] = password
        secret_file = self.add(f"{name}_key", "secret_key", key.data, **facts)
        facts.pop("password", None)
        cert_file = self.add(f"{name}_cert", "certificate", cert, **facts)
        self.made[name] = Made(profile, key, cert, secret_file, cert_file, facts["fingerprint"])

    def signed_by(self, made, signature=None):
        facts = {"certificate": made.cert_file, "primary": made.primary, "verdict": "good"}
        if signature is not None:
            found = [one for one in packets.packets(signature) if one.tag == packets.SIGNATURE]
            facts.update(packets.signature(found[0]))
        return [facts]

    def detached(self, name, made, data, how):
        signature = self.peer.sign(data, [made.key], how)
        self.add(name, "detached_signature", signature, **content(data), how=chosen(how),
                 signatures=self.signed_by(made, signature))

    def clearsigned(self, name, made, data, how):
        if not self.peer.trailing_blanks:
            data = b"\n".join(line.rstrip() for line in data.split(b"\n"))
        message = self.peer.clearsign(data, [made.key], how)
        self.add(name, "cleartext_signed", message, how=chosen(how),
                 **content(packets.cleartext(message)), signatures=self.signed_by(made, message))

    def inline(self, name, made, data, how):
        message = self.peer.inline_sign(data, [made.key], how)
        facts = {} if how.compression is None else {"compression": COMPRESSION[how.compression]}
        self.add(name, "inline_signed", message, **content(data), how=chosen(how), **facts,
                 signatures=self.signed_by(made))

    def encrypted(self, name, data, made=(), passwords=(), signer=None, how=How()):
        message = self.peer.encrypt(data, [one.cert for one in made], passwords,
                                    [signer.key] if signer else [], how)
        facts = about_encryption(message)
        if how.cipher:
            facts["cipher"] = CIPHERS[how.cipher]
        if how.compression:
            facts["compression"] = COMPRESSION[how.compression]
        if facts["container"] == "sed":
            facts["verdict"] = "no_integrity"
        elif how.cipher in ("idea", "twofish"):
            facts["verdict"] = "unsupported"
        if how.container and facts["container"] != how.container:
            raise PeerError(f"{facts['container']} came in place of {how.container}")
        if how.aead and facts["aead"] != AEAD[how.aead]:
            raise PeerError(f"AEAD {facts['aead']} came in place of {how.aead}")
        if made:
            facts["secret_keys"] = [one.secret_file for one in made]
        if passwords:
            facts["passwords"] = list(passwords)
        if signer:
            facts["signatures"] = self.signed_by(signer)
        self.add(name, "encrypted", message, **content(data), how=chosen(how), **facts)

    def with_key(self, made):
        """The usual work of a mail gateway, with each key."""
        name = next(one for one, that in self.made.items() if that is made)
        steps = [
            ("detached", lambda n: self.detached(n, made, BINARY, How())),
            ("clear", lambda n: self.clearsigned(n, made, TEXT, How())),
            ("sealed", lambda n: self.encrypted(n, TEXT, [made], signer=made)),
        ]
        main = made is next(iter(self.made.values()))
        if main or not self.small:
            steps += [("text", lambda n: self.detached(n, made, TEXT, How(text=True))),
                      ("inline", lambda n: self.inline(n, made, BINARY, How()))]
        if main:
            steps += [("inline_text", lambda n: self.inline(n, made, TEXT, How(text=True))),
                      ("encrypted", lambda n: self.encrypted(n, BINARY, [made])),
                      ("empty", lambda n: self.encrypted(n, b"", [made], signer=made)),
                      ("long", lambda n: self.encrypted(n, LONG, [made], how=How(armor=False)))]
            if self.small:
                steps.pop()
        for step, action in steps:
            self.attempt(f"{name} {step}", lambda: action(f"{name}_{step}"))

    def choices(self):
        """Everything that a peer lets one choose, with its first key."""
        made = next(iter(self.made.values()))
        every = []
        for compression in COMPRESSION:
            every.append(How(compression=compression))
        for cipher in CIPHERS:
            every.append(How(cipher=cipher))
        for container, aead in (("seipd1", None), ("seipd2", "ocb"), ("seipd2", "eax"),
                                ("seipd2", "gcm"), ("aead20", "ocb"), ("aead20", "eax")):
            every.append(How(container=container, aead=aead))
        for cipher in ("aes128", "aes192"):
            every.append(How(container="seipd2", aead="ocb", cipher=cipher))
            every.append(How(container="aead20", aead="ocb", cipher=cipher))
        every += [How(container="sed", cipher="cast5"), How(hidden=True), How(armor=False)]
        for how in every:
            name = "_".join(str(value) for value in chosen(how).values() if value is not True)
            name = name.replace("False", "binary") or "hidden"
            signer = made if how.compression else None
            data = TEXT if how.compression else BINARY
            # X25519 carries AES keys only; the older way of Curve25519 any.
            to = self.made.get("v4-25519legacy", made) if how.cipher and not how.container \
                else made
            self.attempt(f"choice {name}", lambda: self.encrypted(
                f"choice_{name}", data, [to], signer=signer, how=how))
        for name, how in (("partial", How(partial=True, armor=False, compression="none")),
                          ("partial_zip", How(partial=True, armor=False, compression="zip"))):
            self.attempt(name, lambda: self.encrypted(f"choice_{name}", SHORTER, [made], how=how))
        for digest in HASHES:
            self.attempt(f"hash {digest}", lambda: self.digest(made, digest))
        for compression in ("zip", "zlib", "bzip2"):
            self.attempt(f"inline {compression}", lambda: self.inline(
                f"inline_{compression}", made, TEXT, How(compression=compression)))
        for name, how in (("chunks", How(container="seipd2", aead="ocb", chunk=3)),
                          ("chunks_gcm", How(container="seipd2", aead="gcm", chunk=3)),
                          ("chunks_aead20", How(container="aead20", aead="ocb", chunk=3))):
            self.attempt(name, lambda: self.encrypted(
                f"choice_{name}", SHORTER[:2000], [made],
                how=dataclasses.replace(how, armor=False, compression="none")))
        others = [one for name, one in self.made.items() if name != "locked"][:3]
        if len(others) > 1:
            self.attempt("several", lambda: self.encrypted("several_recipients", TEXT, others,
                                                           signer=made))

    def digest(self, made, digest):
        """A signature over this hash; peers that put another in its place do not offer it."""
        signature = self.peer.sign(TEXT, [made.key], How(hash=digest))
        signed = self.signed_by(made, signature)
        if signed[0]["hash"] != HASHES[digest]:
            raise NotOffered(f"{digest} was not taken")
        weak = digest in ("md5", "sha1", "ripemd160")
        if weak:
            signed[0]["verdict"] = "weak"
        self.add(f"hash_{digest}", "detached_signature", signature, **content(TEXT),
                 how={"hash": digest}, signatures=signed, verdict="weak" if weak else "good")

    def passwords(self):
        for name, how in (("password", How()), ("password_simple", How(s2k="simple")),
                          ("password_salted", How(s2k="salted")),
                          ("password_iterated", How(s2k="iterated", container="seipd1")),
                          ("password_argon2", How(s2k="argon2", container="seipd1")),
                          ("password_argon2_ocb",
                           How(s2k="argon2", container="seipd2", aead="ocb")),
                          ("password_aead20", How(container="aead20")),
                          ("password_3des", How(cipher="3des"))):
            self.attempt(name, lambda: self.encrypted(name, TEXT, passwords=[PASSWORD], how=how))
        made = next(iter(self.made.values()))
        self.attempt("key and password", lambda: self.encrypted(
            "key_and_password", TEXT, [made], passwords=[PASSWORD]))

    def revocations(self):
        revoke = getattr(self.peer, "revoke_key", None)
        made = self.made.get("v4-25519legacy")
        if revoke is None or made is None:
            return
        for reason, name in ((0, "none"), (1, "superseded"), (2, "compromised"), (3, "retired")):
            def one(reason=reason, name=name):
                cert = revoke(made.key, reason)
                self.add(f"revoked_{name}", "certificate", cert, **packets.describe(cert),
                         verdict="revoked", reason=reason)
            self.attempt(f"revoke {name}", one)


class Shapes:
    """What no peer writes, though a reader meets it: made by taking packets apart and putting
    them together otherwise. `verdict` follows RFC 9580."""

    def __init__(self, out):
        self.out = out

    def entry(self, name):
        return next((one for one in self.out.entries if one["name"] == name), None)

    def message(self, name, octets, base, verdict="good", note="", kind="encrypted"):
        facts = {key: base[key] for key in (
            "secret_keys", "passwords", "plaintext", "plaintext_file", "plaintext_sha256",
            "plaintext_length", "container", "cipher", "aead", "signatures") if key in base}
        self.out.add(f"shape_{name}", kind, octets, **facts, verdict=verdict, note=note,
                     peer=f"made from {base['name']}")

    def run(self):
        for name in ("gpg_v4-25519legacy_sealed", "sqop_v4-25519legacy_sealed"):
            base = self.entry(name)
            if base:
                self.encrypted(base)
                break
        modern = self.entry("openpgpjs_v6-25519_sealed")
        if modern:
            self.modern(modern)
        for name in ("gpg_v4-25519legacy_detached", "sqop_v4-25519legacy_detached"):
            if self.entry(name):
                self.signature(self.entry(name))
                break
        for name in ("gpg_v4-25519legacy_cert", "sqop_v4-25519legacy_cert"):
            if self.entry(name):
                self.certificate(self.entry(name))
                break

    def encrypted(self, base):
        parts = packets.packets(self.out.read(base["file"]))
        first, last = parts[0], parts[-1]
        whole = b"".join(one.raw for one in parts)
        marker = packets.encode(packets.MARKER, b"PGP")
        unknown = packets.encode(packets.PKESK, b"\x17" + bytes(30))

        def add(name, octets, verdict="good", note=""):
            self.message(name, octets, base, verdict, note)
        add("marker", marker + whole, note="a marker packet first")
        add("marker_between", first.raw + marker + last.raw, note="a marker packet inside")
        add("padding", packets.encode(packets.PADDING, bytes(40)) + whole, note="a padding packet")
        add("noncritical", packets.encode(40, b"new") + whole,
            note="an unknown packet that is not critical")
        add("critical", packets.encode(39, b"new") + whole, "malformed",
            "an unknown packet that is critical")
        add("unknown_pkesk", unknown + whole, note="a session key packet of an unknown version")
        add("legacy", packets.encode(packets.PKESK, first.body, "legacy4") + last.raw,
            note="a legacy header with a length of 4 octets")
        add("five", packets.encode(packets.PKESK, first.body, "five")
            + packets.encode(packets.SEIPD, last.body, "five"), note="lengths of 5 octets")
        add("no_session_key", last.raw, "undecryptable", "no session key packet")
        add("twice", whole + whole, "malformed", "two messages")
        add("behind", whole + b"\0\0\0", "malformed", "octets behind the message")
        add("cut", whole[:-1], "malformed", "the last octet is missing")
        add("changed", whole[:-30] + bytes([whole[-30] ^ 1]) + whole[-29:], "integrity_failure",
            "a bit was changed")
        add("stripped", first.raw + packets.encode(packets.SED, last.body[1:-22]), "no_integrity",
            "the integrity protection was taken off")
        self.armors(base, whole)

    def armors(self, base, whole):
        armored = packets.armor(whole, "MESSAGE")
        lines = armored.split(b"\n")

        def add(name, octets, verdict="good", note=""):
            self.message("armor_" + name, octets, base, verdict, note)
        add("crlf", armored.replace(b"\n", b"\r\n"), note="CRLF")
        add("blanks", armored.replace(b"\n\n", b"\n \t\n", 1), note="blanks in the empty line")
        add("headers", armored.replace(b"\n\n", b"\nVersion: X 1\nComment: a: b\n\n", 1),
            note="headers")
        add("one_line", b"\n".join([lines[0], b"", b"".join(lines[2:-2]), lines[-2], b""]),
            note="one long line")
        add("bad_checksum", armored.replace(b"\n-----END", b"\n=AAAA\n-----END"),
            note="a false checksum, to be ignored (RFC 9580, 6.1)")
        add("prefix", b"Dear reader,\n\nhere it comes:\n\n" + armored + b"\nKind regards\n",
            note="text around it")
        add("no_tail", b"\n".join(lines[:-2]), "either", "no tail line")
        add("letters", armored.replace(lines[3], lines[3][:20] + b"?%" + lines[3][22:]),
            "malformed", "letters that are not base64")

    def modern(self, base):
        parts = packets.packets(self.out.read(base["file"]))
        first, last = parts[0], parts[-1]
        for name, octets, note in (
                ("v2_changed", last.body[:60] + bytes([last.body[60] ^ 1]) + last.body[61:],
                 "a bit was changed"),
                ("v2_no_final_tag", last.body[:-16], "the final tag is missing"),
                ("v2_cipher", last.body[:1] + bytes([7]) + last.body[2:], "another cipher"),
                ("v2_chunk_size", last.body[:3] + bytes([last.body[3] ^ 1]) + last.body[4:],
                 "another chunk size")):
            if octets == last.body:
                continue
            self.message(name, first.raw + packets.encode(packets.SEIPD, octets), base,
                         "integrity_failure", note)
        mixed = first.raw + packets.encode(packets.SEIPD, b"\1" + last.body[36:])
        self.message("v1_behind_v6", mixed, base, "malformed",
                     "version 1 encryption behind a version 6 session key")

    def signature(self, base):
        part = packets.packets(self.out.read(base["file"]))[0]
        unknown = packets.encode(packets.SIGNATURE, b"\x17" + bytes(30))

        def add(name, octets, verdict="good", note=""):
            self.message(name, octets, base, verdict, note, "detached_signature")
        add("signature_legacy", packets.encode(packets.SIGNATURE, part.body, "legacy4"),
            note="a legacy header")
        add("signature_unknown_first", unknown + part.raw, note="one of an unknown version first")
        add("signature_twice", part.raw + part.raw, note="the same signature twice")
        add("signature_marker", packets.encode(packets.MARKER, b"PGP") + part.raw,
            note="a marker packet first")
        flipped = part.body[:-1] + bytes([part.body[-1] ^ 1])
        self.bad("signature_changed", packets.encode(packets.SIGNATURE, flipped), base)
        # The left 16 bits of the hash stand before the MPIs.
        at = 6 + int.from_bytes(part.body[4:6], "big")
        at += 2 + int.from_bytes(part.body[at:at + 2], "big")
        left = part.body[:at] + bytes([part.body[at] ^ 1]) + part.body[at + 1:]
        add("signature_left_bits", packets.encode(packets.SIGNATURE, left), "either",
            "the left 16 bits of the hash are false")

    def bad(self, name, octets, base):
        signatures = [{**one, "verdict": "bad"} for one in base["signatures"]]
        self.message(name, octets, {**base, "signatures": signatures}, "bad_signature",
                     "a bit was changed", "detached_signature")

    def certificate(self, base):
        parts = packets.packets(self.out.read(base["file"]))
        if [one.tag for one in parts] != [packets.PUBLIC_KEY, packets.USER_ID, packets.SIGNATURE,
                                          packets.PUBLIC_SUBKEY, packets.SIGNATURE]:
            raise PeerError(f"{base['name']} is of another form")
        key, user, cert, subkey, binding = (one.raw for one in parts)
        facts = {name: base[name] for name in ("version", "fingerprint", "algorithm", "curve",
                                               "created", "user_ids", "subkeys") if name in base}
        sub = [one["fingerprint"] for one in facts["subkeys"]]

        def add(name, octets, verdict="good", note="", **more):
            self.out.add(f"shape_cert_{name}", "certificate", octets, **{**facts, **more},
                         verdict=verdict, note=note, peer=f"made from {base['name']}")
        add("twice_user", key + user + cert + user + cert + subkey + binding,
            note="the user ID comes twice", user_ids=facts["user_ids"] * 2)
        add("twice_subkey", key + user + cert + subkey + binding + subkey + binding,
            note="the subkey comes twice", subkeys=facts["subkeys"] * 2)
        add("trust", key + packets.encode(packets.TRUST, b"\1\2") + user + cert
            + packets.encode(packets.TRUST, b"\1\2") + subkey + binding, note="trust packets")
        add("marker", packets.encode(packets.MARKER, b"PGP") + key + user + cert + subkey + binding,
            note="a marker packet first")
        add("noncritical", key + user + cert + packets.encode(50, b"new") + subkey + binding,
            note="an unknown packet that is not critical")
        add("unknown_signature", key + user + cert
            + packets.encode(packets.SIGNATURE, b"\x17" + bytes(30)) + subkey + binding,
            note="a signature of an unknown version")
        add("no_binding", key + user + cert + subkey, "partly", "the subkey has no binding",
            unusable=sub)
        add("no_self_signature", key + user + subkey + binding, "invalid",
            "the user ID has no self-signature")
        add("wrong_user", key + packets.encode(packets.USER_ID, b"Mallory <m@evil.example>") + cert
            + subkey + binding, "invalid", "another user ID under the signature",
            user_ids=["Mallory <m@evil.example>"])
        add("legacy", packets.encode(packets.PUBLIC_KEY, parts[0].body, "legacy")
            + packets.encode(packets.USER_ID, parts[1].body, "five") + cert + subkey + binding,
            note="headers of several kinds")


class Confirmer:
    """Has another peer than the maker open or verify each entry."""

    def __init__(self, out, found):
        self.out = out
        self.peers = sorted(found, key=lambda peer: ["sqop", "gpg", "openpgpjs", "rnp"].index(
            peer.name) if peer.name in ("sqop", "gpg", "openpgpjs", "rnp") else 9)

    def run(self):
        keys = {one["file"]: one for one in self.out.entries if one["kind"] == "secret_key"}
        for entry in self.out.entries:
            if entry["verdict"] not in ("good", "weak", "no_integrity", "unsupported") \
                    or entry["kind"] in ("secret_key", "certificate"):
                continue
            maker = entry["peer"].split()[0]
            why = []
            # The maker itself comes last: of version 6 there is one peer only.
            for peer in sorted(self.peers, key=lambda peer: peer.name == maker):
                if peer.name in ("pgpainless-cli", "gosop", "sq"):
                    continue
                try:
                    self.one(peer, entry, keys)
                    entry["confirmed_by"] = peer.name
                    break
                except NotOffered:
                    continue
                except PeerError as error:
                    why.append(f"{peer.name}: {str(error)[-80:]!r}")
            if "confirmed_by" not in entry:
                print(f"unconfirmed: {entry['name']} {' | '.join(why)}", file=sys.stderr)

    def one(self, peer, entry, keys):
        from openpgp_peers import SecretKey
        data = self.out.read(entry["file"])
        certs = [self.out.read(one["certificate"]) for one in entry.get("signatures", ())]
        if entry["kind"] == "encrypted":
            if "secret_keys" in entry:
                file = entry["secret_keys"][0]
                opened = peer.decrypt(data, [SecretKey(self.out.read(file),
                                                       keys[file].get("password"))], certs=certs)
            else:
                opened = peer.decrypt(data, passwords=entry["passwords"][:1], certs=certs)
            if opened.session_key and "session_key" not in entry:
                cipher, key = opened.session_key.split(":")
                if int(cipher):
                    entry.setdefault("cipher", int(cipher))
                    if entry["cipher"] != int(cipher):
                        raise PeerError(f"cipher {cipher}, not {entry['cipher']}")
                entry["session_key"] = key.lower()
            self.same(entry, opened.data)
            signers = opened.signers
        elif entry["kind"] == "detached_signature":
            signers = peer.verify(data, self.plaintext(entry), certs)
        else:
            opened = peer.inline_verify(data, certs)
            # Peers differ in the line end before a cleartext signature.
            if entry["kind"] != "cleartext_signed":
                self.same(entry, opened.data)
            signers = opened.signers
        for expected in entry.get("signatures", ()):
            found = [one for one in signers if one.primary == expected["primary"]]
            if not found:
                raise PeerError("a signature was not found good")
            expected["fingerprint"] = found[0].key

    @staticmethod
    def plaintext(entry):
        if "plaintext_file" in entry:
            return CONTENTS[entry["plaintext_file"]]
        return entry["plaintext"].encode()

    @staticmethod
    def same(entry, data):
        if content(data).items() <= entry.items():
            return
        if content(data.replace(b"\r\n", b"\n")).items() <= entry.items() \
                and entry.get("how", {}).get("text"):
            return
        raise PeerError(f"other content: {data[:40]!r}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--peers", help="names, separated by commas")
    parser.add_argument("--allow-missing", action="store_true")
    parser.add_argument("--snapshot", action="store_true")
    given = parser.parse_args()
    begin = time.monotonic()
    found, missing = peers(given.peers.split(",") if given.peers else None)
    for name, why in missing.items():
        print(f"{name}: MISSING, {why}", file=sys.stderr)
    if missing and not given.allow_missing:
        sys.exit("peers are missing; --allow-missing goes on without them")
    if given.directory.exists() and any(given.directory.iterdir()):
        if not given.snapshot and not (given.directory / "index.json").exists():
            sys.exit(f"{given.directory} is neither empty nor one of mine")
        shutil.rmtree(given.directory)
    out = Set(given.directory)
    try:
        # The slow ones first; one thread a peer, two at once.
        order = {"openpgpjs": 0, "pgpainless-cli": 1, "gpg": 2, "rnp": 3}
        makers = [Maker(peer, out, given.snapshot)
                  for peer in sorted(found, key=lambda peer: order.get(peer.name, 9))]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(maker.run) for maker in makers]:
                done.result()
        Shapes(out).run()
        if given.snapshot:
            Confirmer(out, found).run()
    finally:
        for peer in found:
            peer.close()
    out.save(made=int(time.time()), missing=missing, failures=out.failures,
             peers={peer.name: peer.version for peer in found})
    size = sum(path.stat().st_size for path in given.directory.iterdir())
    print(f"{len(out.entries)} entries, {size // 1024} KiB, {len(out.failures)} failures, "
          f"{time.monotonic() - begin:.0f} s", file=sys.stderr)
    return 1 if out.failures else 0


if __name__ == "__main__":
    sys.exit(main())
