# SPDX-License-Identifier: Apache-2.0
"""What seven other OpenPGP programs make today is read by `sealgate sop`, and what was spoiled on the
way is refused without a word of its text. Run with `--write`, it also writes the table into
docs/openpgp-interop.md."""
import collections
import concurrent.futures
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

from support.gateway import bin_dir
from support.scenario import check, equal, run

ROOT = pathlib.Path(__file__).resolve().parents[2]
MAKER = ROOT / "tests" / "support" / "make_openpgp_fixtures.py"
PAGE = ROOT / "docs" / "openpgp-interop.md"
REFUSED = {"no_integrity", "integrity_failure", "malformed", "undecryptable", "unsupported"}
# By number: 3DES, CAST5, Blowfish; DSA. They are taken when one asks for it.
LEGACY_CIPHERS = {2, 3, 4}
DSA, ELGAMAL = 17, 16
KINDS = {"certificate": "certificates", "secret_key": "secret keys",
         "detached_signature": "detached signatures", "cleartext_signed": "cleartext signed",
         "inline_signed": "inline signed", "encrypted": "encrypted"}


class Reader:
    """Asks `sealgate sop` about one entry; `problem` is "" when the answer is the expected one."""

    def __init__(self, folder, scratch, entries):
        self.folder = folder
        self.scratch = scratch
        self.algorithms = {entry["file"]: entry.get("algorithm") for entry in entries
                           if entry["kind"] in ("certificate", "secret_key")}
        self.elgamal = {entry["file"] for entry in entries if entry["kind"] == "secret_key"
                        and any(one.get("algorithm") == ELGAMAL for one in entry.get("subkeys", ()))}
        self.key_passwords = {entry["file"]: entry.get("password") for entry in entries
                              if entry["kind"] == "secret_key"}

    def sop(self, *words, data=b""):
        return subprocess.run([bin_dir() / "sealgate", "sop", *map(str, words)], input=data,
                              capture_output=True, timeout=60, check=False)

    def legacy(self, entry):
        """The option for what is too old for the mail path."""
        old = entry.get("cipher") in LEGACY_CIPHERS or any(
            self.algorithms.get(one["certificate"]) == DSA for one in entry.get("signatures", ()))
        return ["--legacy"] if old else []

    def document(self, entry):
        if "plaintext_file" in entry:
            return (self.folder / entry["plaintext_file"]).read_bytes()
        return entry.get("plaintext", "").encode()

    def signers(self, entry):
        return [self.folder / one["certificate"] for one in entry.get("signatures", ())]

    def problem(self, entry):
        kind = entry["kind"]
        if kind in ("certificate", "secret_key"):
            return self.of_key(entry)
        if kind == "detached_signature":
            return self.of_verdict(entry, *self.verify(entry))
        if kind in ("cleartext_signed", "inline_signed"):
            done = self.sop("inline-verify", *self.legacy(entry), *self.signers(entry),
                            data=(self.folder / entry["file"]).read_bytes())
            return self.of_verdict(entry, done, self.same_text(entry, done.stdout))
        return self.of_encrypted(entry)

    def verify(self, entry):
        done = self.sop("verify", *self.legacy(entry), self.folder / entry["file"],
                        *self.signers(entry),
                        data=self.document(entry))
        return done, True

    def same_text(self, entry, out):
        def lines(octets):
            return [line.rstrip(b" \t\r") for line in octets.split(b"\n")]
        if "plaintext_sha256" in entry:
            return hashlib.sha256(out).hexdigest() == entry["plaintext_sha256"]
        want = self.document(entry)
        if entry["kind"] == "cleartext_signed":
            strip = lambda octets: b"\n".join(lines(octets)).rstrip(b"\n")  # noqa: E731
            return strip(out) == strip(want)
        return out == want or out.replace(b"\r\n", b"\n") == want.replace(b"\r\n", b"\n")

    def of_verdict(self, entry, done, same):
        if entry["verdict"] == "either":
            return "" if done.returncode != 0 or same else "another text"
        if entry["verdict"] == "good":
            if done.returncode != 0:
                return f"exit {done.returncode}: {done.stderr.decode(errors='replace')[-200:]}"
            return "" if same else "another text"
        if done.returncode == 0:
            return "taken as good"
        return "" if not done.stdout else "text of what is not good"

    def of_key(self, entry):
        octets = (self.folder / entry["file"]).read_bytes()
        done = self.sop("extract-cert" if entry["kind"] == "secret_key" else "merge-certs",
                        data=octets)
        if done.returncode != 0:
            return f"exit {done.returncode}: {done.stderr.decode(errors='replace')[-200:]}"
        return "" if b"BEGIN PGP PUBLIC KEY BLOCK" in done.stdout else "no certificate came out"

    def unlocking(self, entry, name):
        password = self.key_passwords.get(name)
        if not password:
            return [self.folder / name]
        file = self.scratch / f"{entry['name']}.key-password"
        file.write_text(password)
        return [f"--with-key-password={file}", self.folder / name]

    def of_encrypted(self, entry):
        message = (self.folder / entry["file"]).read_bytes()
        # No library that is linked decrypts with Elgamal.
        ways = [self.unlocking(entry, name) for name in entry.get("secret_keys", ())
                if name not in self.elgamal]
        for number, password in enumerate(entry.get("passwords", ())):
            file = self.scratch / f"{entry['name']}.{number}.password"
            file.write_text(password)
            ways.append([f"--with-password={file}"])
        for way in ways:
            out = self.scratch / f"{entry['name']}.verifications"
            out.unlink(missing_ok=True)
            verify = []
            if entry.get("signatures"):
                verify = [f"--verifications-out={out}",
                          *(f"--verify-with={one}" for one in self.signers(entry))]
            done = self.sop("decrypt", *self.legacy(entry), *verify, *way, data=message)
            if entry["verdict"] in REFUSED:
                if done.returncode == 0 or done.stdout:
                    return "opened"
                continue
            if entry["verdict"] == "either" and done.returncode != 0:
                continue
            if done.returncode != 0:
                return f"exit {done.returncode}: {done.stderr.decode(errors='replace')[-200:]}"
            if not self.same_text(entry, done.stdout):
                return "another text"
            if verify and not out.read_text().strip():
                return "its signature is not good"
        return ""


def make(folder):
    done = subprocess.run([sys.executable, "-B", MAKER, folder, "--allow-missing"],
                          capture_output=True, text=True, timeout=280, check=False)
    equal(done.returncode, 0, f"the fixtures: {done.stderr[-1500:]}")
    return json.loads((folder / "index.json").read_text())


def table(index, problems):
    """Markdown: a row for each program, a column for each kind: how many were read, of how many."""
    counts = collections.defaultdict(lambda: [0, 0])
    rows = []
    for entry in index["entries"]:
        name = entry.get("peer", "")
        name = name if name in index["peers"] else "spoiled, or of forms that no program makes"
        if name not in rows:
            rows.append(name)
        cell = counts[name, entry["kind"]]
        cell[0] += entry["name"] not in problems
        cell[1] += 1
    out = ["| made by | " + " | ".join(KINDS.values()) + " |", "|---" * (len(KINDS) + 1) + "|"]
    for name in sorted(rows, key=lambda name: (name not in index["peers"], name)):
        label = f"{name} ({index['peers'][name]})" if name in index["peers"] else name
        cells = [counts.get((name, kind)) for kind in KINDS]
        out.append(f"| {label} | " + " | ".join(f"{a}/{b}" if cell else "–" for cell in cells
                                               for a, b in [cell or (0, 0)]) + " |")
    return "\n".join(out)


HEAD = """# Interoperability of OpenPGP

Made by `python3 tests/scenarios/openpgp_interop.py --write`, which has the programs below make keys,
signatures and messages in all the ways they offer (kinds of key, containers, ciphers, AEAD modes,
compression, passwords, hidden recipients, partial lengths) and gives them to `sealgate sop`. A cell
says how many were answered rightly, of how many: what is good is read, with its text and signer;
what is weak, changed, cut off or not supported (IDEA, Twofish, no integrity) is refused, and not a
byte of its text comes out. The same test runs in CI, and a frozen set of the same with 252 samples of
other projects runs as a unit test (`tests/data/openpgp/README.md`).

"""


def main(s):
    with tempfile.TemporaryDirectory(prefix="sealgate-interop-") as name:
        folder = pathlib.Path(name) / "made"
        scratch = pathlib.Path(name) / "scratch"
        scratch.mkdir()
        index = make(folder)
        for missing, why in index["missing"].items():
            print(f"missing: {missing}: {why}")
        check(len(index["peers"]) >= 5, f"only {list(index['peers'])} are here")
        reader = Reader(folder, scratch, index["entries"])
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(reader.problem, index["entries"]))
    problems = {entry["name"]: answer
                for entry, answer in zip(index["entries"], answers, strict=True) if answer}
    page = table(index, problems)
    print(page)
    for name, problem in problems.items():
        print(f"{name}: {problem}")
    if "--write" in sys.argv:
        PAGE.write_text(HEAD + page + "\n")
    equal(len(problems), 0, "entries that were not answered rightly")


run(main)
