# SPDX-License-Identifier: Apache-2.0
"""`sealgate sop` reads what other OpenPGP programs write, gives what they can read, and ends with the
exit status of the Stateless OpenPGP interface for everything that is wrong. A2, A5, A6, A16, A17 and
A19 on this command: nothing comes out before it is proven, and a line stays a line."""
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import openpgp_peers  # noqa: E402
from openpgp_peers import How, NotOffered, NoValidSignature, SecretKey, Sop  # noqa: E402

from support.gateway import bin_dir  # noqa: E402
from support.scenario import Failure, check, equal, run, skip  # noqa: E402

TEXT = ("From the start\n- a dash\n-----BEGIN PGP NOTHING-----\n\ttabs, umlauts äöü\n\n"
        "the last line\n").encode()
BINARY = bytes(range(256)) * 40 + b"\r\n\n\r"
LINE = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ [0-9A-F]{40,64} [0-9A-F]{40,64} "
                  rb"mode:(binary|text) \{\"signers\":\[[\x20-\x7e]*\]\}\n")


class Ours(Sop):
    name = program = "sealgate"

    def __init__(self):
        self.command = [bin_dir() / "sealgate", "sop"]
        super().__init__()

    def ends_with(self, status, words, data=b""):
        """Runs it; gives what it wrote. It must say why it fails, and write nothing then."""
        done = self.call(words, data)
        equal(done.returncode, status, f"{words}: {done.stderr.decode(errors='replace')}")
        if status:
            equal(done.stdout, b"", f"stdout of {words}, which fails with {status}")
            check(done.stderr.startswith(b"sealgate sop: "), f"{words} says {done.stderr!r}")
        return done.stdout


def offered(call, *words, **options):
    """What the peer makes, or None when that is not its trade."""
    try:
        return call(*words, **options)
    except NotOffered:
        return None


def opens(peer, message, data, what, **secrets):
    """The peer finds this in a message, if it opens any."""
    opened = offered(peer.decrypt, message, **secrets)
    check(opened is None or opened.data == data, f"{peer.name}, {what}: {str(opened)[:200]}")


def expect_signers(signers, peer, primary, what):
    check(any(one.primary == primary for one in signers), f"{what} of {peer.name}: {signers}")


def reads_signatures(ours, peer, key, cert, primary):
    for data, how in ((BINARY, How()), (TEXT, How(text=True)), (b"", How())):
        signature = offered(peer.sign, data, [key], how)
        if signature is None:
            continue
        expect_signers(ours.verify(signature, data, [cert]), peer, primary, "detached")
        lines = ours.sop("verify", ours.file(signature, "sig"), ours.file(cert), data=data).stdout
        check(LINE.fullmatch(lines), f"{peer.name}: not a line of VERIFICATIONS: {lines!r}")
        ours.ends_with(3, ["verify", ours.file(signature, "sig"), ours.file(cert)], data + b"x")
        binary = ours.ends_with(0, ["dearmor"], signature)
        expect_signers(ours.verify(binary, data, [cert]), peer, primary, "binary detached")

    for make, data in ((peer.inline_sign, BINARY), (peer.clearsign, TEXT)):
        message = offered(make, data, [key])
        if message is None:
            continue
        opened = ours.inline_verify(message, [cert])
        # rnp signs the end of the last line of a cleartext, the others leave it out.
        same = opened.data.rstrip(b"\n") == data.rstrip(b"\n") if data is TEXT \
            else opened.data == data
        check(same, f"{make.__name__} of {peer.name}: {opened.data!r}")
        expect_signers(opened.signers, peer, primary, make.__name__)
        out = ours.fresh()
        detached = ours.ends_with(0, ["inline-detach", f"--signatures-out={out}"], message)
        for reader in (ours, peer):
            try:
                signers = reader.verify(out.read_bytes(), detached, [cert])
                expect_signers(signers, peer, primary, f"detached by us, read by {reader.name}")
            except NotOffered:
                pass
        # Neither form is the other (A16, A17).
        ours.ends_with(41, ["verify", ours.file(message), ours.file(cert)], data)
        ours.ends_with(41, ["inline-verify", ours.file(cert)], out.read_bytes())


def reads_encrypted(ours, peer, key, cert, primary):
    for data, signers in ((BINARY, ()), (TEXT, (key,)), (b"", (key,))):
        message = offered(peer.encrypt, data, [cert], signers=signers)
        if message is None:
            continue
        opened = ours.decrypt(message, [key], certs=[cert])
        equal(opened.data, data, f"decrypted from {peer.name}")
        if signers:
            expect_signers(opened.signers, peer, primary, "signature within")
        again = ours.decrypt(message, session_key=opened.session_key)
        equal(again.data, data, "with the session key alone")
        if data == TEXT:  # gosop makes text of octets here
            opens(peer, message, data, "with our session key", session_key=opened.session_key)
    message = offered(peer.encrypt, TEXT, passwords=["correct horse"])
    if message is not None:
        data = ours.decrypt(message, passwords=["correct horse"]).data
        # gosop writes a text packet, with the line ends of one.
        equal(data.replace(b"\r\n", b"\n"), TEXT, f"{peer.name}, password")
        ours.ends_with(29, ["decrypt", f"--with-password={ours.file('wrong', 'password')}"], message)


def gives_certificates(ours, peer, key, cert):
    """What we extract and armour is as good to the peer as its own."""
    extracted = ours.extract_cert(key)
    message = offered(peer.encrypt, TEXT, [extracted])
    if message is not None:
        opens(peer, message, TEXT, "our certificate", keys=[key])
        armored = ours.ends_with(0, ["armor"], ours.ends_with(0, ["dearmor"], message))
        opens(peer, armored, TEXT, "our armour", keys=[key])
    merged = ours.ends_with(0, ["merge-certs", ours.file(extracted)], cert)
    message = offered(peer.encrypt, TEXT, [merged])
    if message is not None:
        opens(peer, message, TEXT, "our merged certificate", keys=[key])


def locked_keys(ours, peer):
    key = offered(peer.generate_key, "v4-25519legacy", "locked <l@a.example>", "correct horse")
    message = key and offered(peer.encrypt, TEXT, [ours.extract_cert(key)])
    if not message:
        return
    equal(ours.decrypt(message, [key]).data, TEXT, f"locked key of {peer.name}")
    ours.ends_with(67, ["decrypt", ours.file(key.data)], message)
    wrong = ours.file("battery staple", "password")
    ours.ends_with(67, ["decrypt", f"--with-key-password={wrong}", ours.file(key.data)], message)


def user_ids(ours, peer, cert, user_id, address):
    file = ours.file(cert)
    ours.ends_with(0, ["validate-userid", user_id, file], cert)
    ours.ends_with(0, ["validate-userid", "--addr-spec-only", address, file], cert)
    ours.ends_with(107, ["validate-userid", address, file], cert)
    ours.ends_with(107, ["validate-userid", "--addr-spec-only", "x@other.example", file], cert)
    ours.ends_with(107, ["validate-userid", "--validate-at=2001-01-01", user_id, file], cert)


def with_every_peer(ours, peer):
    user_id, address = f"{peer.name} <{peer.name}@a.example>", f"{peer.name}@a.example"
    key = peer.generate_key("v4-25519legacy", user_id)
    cert = peer.extract_cert(key)
    primary = re.search(rb"fingerprint: ([0-9A-F]+)", inspected(cert)).group(1).decode().lower()
    reads_signatures(ours, peer, key, cert, primary)
    reads_encrypted(ours, peer, key, cert, primary)
    gives_certificates(ours, peer, key, cert)
    locked_keys(ours, peer)
    user_ids(ours, peer, cert, user_id, address)


def inspected(data, status=0):
    done = subprocess.run([bin_dir() / "sealgate", "openpgp", "inspect", "-"], input=data,
                          capture_output=True, check=False)
    equal(done.returncode, status, f"inspect: {done.stderr!r}")
    return done.stdout


def fails_as_it_should(ours, sqop, folder):
    key = sqop.generate_key("v4-25519legacy", "Alice <alice@a.example>")
    other = sqop.generate_key("v4-25519legacy", "Bob <bob@a.example>")
    cert, other_cert = sqop.extract_cert(key), sqop.extract_cert(other)
    signature = sqop.sign(TEXT, [key])
    message = sqop.encrypt(TEXT, [cert], signers=[key])
    inline = sqop.inline_sign(TEXT, [key])
    k, c, sig = ours.file(key.data), ours.file(cert), ours.file(signature, "sig")
    taken = ours.file("taken")
    none = folder / "none"
    for status, words, data in (
            (1, ["decrypt", f"--session-key-out={none}/x", k], message),
            (3, ["verify", sig, ours.file(other_cert)], TEXT),
            (3, ["verify", "--not-before=2100-01-01", "--not-after=-", sig, c], TEXT),
            (3, ["inline-verify", ours.file(other_cert)], inline),
            (19, ["verify", sig], TEXT),
            (19, ["inline-verify"], inline),
            (19, ["inline-detach"], inline),
            (19, ["decrypt"], message),
            (19, ["verify", "--not-before", sig, c], TEXT),
            (23, ["decrypt", f"--verify-with={c}", k], message),
            (23, ["decrypt", f"--verifications-out={none}", k], message),
            (29, ["decrypt", ours.file(other.data)], message),
            (37, ["verify", "--no-such", sig, c], TEXT),
            (37, ["verify", "--not-after=soon", sig, c], TEXT),
            (37, ["armor", "--label=pretty"], signature),
            (41, ["verify", c, c], TEXT),
            (41, ["verify", sig, k], TEXT),
            (41, ["decrypt", c], message),
            (41, ["decrypt", k], inline),
            (41, ["decrypt", k], b"hello"),
            (41, ["inline-verify", c], message),
            (41, ["inline-verify", c], b"hello"),
            (41, ["extract-cert"], cert),
            (41, ["merge-certs"], key.data),
            (41, ["armor"], b"hello"),
            (41, ["dearmor"], b"hello"),
            (53, ["validate-userid", b"\xff", c], cert),
            (59, ["decrypt", f"--session-key-out={taken}", k], message),
            (59, ["inline-verify", f"--verifications-out={taken}", c], inline),
            (59, ["inline-detach", f"--signatures-out={taken}"], inline),
            (61, ["verify", sig, none], TEXT),
            (61, ["decrypt", f"--with-password=@ENV:SEALGATE_NOT_SET", k], message),
            (61, ["verify", sig, "@FD:77"], TEXT),
            (69, ["generate-key", "Alice"], b""),
            (69, ["sign", k], TEXT),
            (69, ["encrypt", c], TEXT),
            (69, ["no-such"], b""),
            (71, ["decrypt", "@HARDWARE:card"], message),
            (71, ["inline-verify", "--verifications-out=@ENV:X", c], inline),
            (83, ["version", "--backend", "--extended"], b""),
            (83, ["decrypt", f"--verify-out={none}", f"--verifications-out={none}",
                  f"--verify-with={c}", k], message),
            (89, ["list-profiles", "generate-key"], b""),
            (107, ["validate-userid", "Nobody", c], cert)):
        words = [word if isinstance(word, bytes) else str(word) for word in words]
        done = subprocess.run([*ours.command, *words], input=data, capture_output=True,
                              cwd=ours.folder, check=False)
        equal(done.returncode, status, f"{words}: {done.stderr.decode(errors='replace')}")
        equal(done.stdout, b"", f"stdout of {words}")
    check(not none.exists(), "an output file of a command that failed")
    (ours.folder / "@ENV:HOME").write_bytes(b"x")
    ours.ends_with(73, ["verify", "@ENV:HOME", c], TEXT)

    # Changed and cut messages: every bit of some octets, the end at many places (A2, A6).
    packets = ours.ends_with(0, ["dearmor"], message)
    for at in (*range(0, len(packets), 61), len(packets) - 1):
        broken = packets[:at] + bytes([packets[at] ^ 1]) + packets[at + 1:]
        done = ours.call(["decrypt", k], broken)
        check(done.returncode in (29, 41), f"octet {at} changed: exit {done.returncode}")
        equal(done.stdout, b"", f"octet {at} changed")
    for at in range(0, len(packets), 53):
        done = ours.call(["decrypt", k], packets[:at])
        check(done.returncode in (29, 41), f"cut at {at}: exit {done.returncode}")
        equal(done.stdout, b"", f"cut at {at}")

    # What is lost on a full disk is no success.
    if os.path.exists("/dev/full"):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([*ours.command, "decrypt", k], input=message, stdout=full,
                                  stderr=subprocess.PIPE, check=False)
        equal(done.returncode, 1, "a full disk")

    # Descriptors as inputs and outputs.
    into, out = os.pipe()
    certs, wcerts = os.pipe()
    os.write(wcerts, cert)
    os.close(wcerts)
    done = subprocess.run([*ours.command, "inline-verify", f"--verifications-out=@FD:{out}",
                           f"@FD:{certs}"], input=inline, capture_output=True, check=False,
                          pass_fds=(out, certs))
    os.close(out)
    equal(done.returncode, 0, f"descriptors: {done.stderr!r}")
    check(LINE.fullmatch(os.read(into, 4096)), "VERIFICATIONS through a descriptor")


def large_text_waits_encrypted(ours, gpg, folder):
    """40 MiB: too large for memory's share. The last octet decides (A5)."""
    key = gpg.generate_key("v4-25519legacy", "Large <large@a.example>")
    line = b"a marker that must not lie on a disk in clear\n"
    data = line * (40 * 2 ** 20 // len(line))
    message = gpg.encrypt(data, [gpg.extract_cert(key)], how=How(armor=False, compression="none"))
    waiting = folder / "waiting"
    waiting.mkdir()
    ours.environment["TMPDIR"] = str(waiting)
    equal(ours.decrypt(message, [key]).data, data, "a large text")
    broken = message[:-1] + bytes([message[-1] ^ 1])
    ours.ends_with(29, ["decrypt", ours.file(key.data)], broken)
    equal(list(waiting.iterdir()), [], "left behind where large text waits")
    ours.environment["TMPDIR"] = str(folder / "not there")
    ours.ends_with(1, ["decrypt", ours.file(key.data)], message)
    ours.environment["TMPDIR"] = str(waiting)


def foreign_words_stay_in_their_line(ours, gpg):
    """A19: notations, user IDs and names of files."""
    key = gpg.generate_key("v4-25519legacy", "Evil\u202e <evil@a.example>")
    cert = gpg.extract_cert(key)
    signature = gpg.sign(TEXT, [key])
    name = ours.folder / "evil\n2020-01-01T00:00:00Z \x1b[2J"
    name.write_bytes(cert)
    lines = ours.ends_with(0, ["verify", ours.file(signature, "sig"), name], TEXT)
    check(LINE.fullmatch(lines), f"not one line: {lines!r}")
    shown = inspected(cert).decode()
    check("Evil\\u{202e} <evil@a.example>" in shown, f"not escaped: {shown}")


def main(s):
    found, missing = openpgp_peers.peers(["sqop", "gosop", "gpg", "rnp", "sq"])
    peers = {peer.name: peer for peer in found}
    for peer in found:
        s.cleanup(peer.close)
    if lacking := {"sqop", "gosop", "gpg"} & set(missing):
        skip(f"no {', '.join(sorted(lacking))}")
    ours = Ours()
    s.cleanup(ours.close)
    for peer in found:
        with_every_peer(ours, peer)
    fails_as_it_should(ours, peers["sqop"], s.dir)
    large_text_waits_encrypted(ours, peers["gpg"], s.dir)
    foreign_words_stay_in_their_line(ours, peers["gpg"])

    equal(ours.ends_with(0, ["version", "--sopv"]), b"1.0\n", "the version of sopv")
    listed = ours.ends_with(0, ["--help"]).decode()
    for name in ("verify", "decrypt", "armor", "dearmor", "inline-detach", "inline-verify",
                 "extract-cert", "merge-certs", "validate-userid", "version", "list-profiles"):
        check(f"\n  {name} " in listed, f"{name} is not in the help")
    check("generate-key" not in listed, "what is not there is in the help")


if __name__ == "__main__":
    run(main)
