#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reading OpenPGP: verify and decrypt at three sizes, our engine beside the sum of the OpenSSL calls
that nobody can do without, librnp in the same process, and gpg and sqop as processes."""
import argparse
import dataclasses
import json
import pathlib
import resource
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from benchlib import ROOT, machine  # noqa: E402  (sets the path for the next one)

sys.path.insert(0, str(ROOT / "tests" / "support"))
import openpgp_peers  # noqa: E402

SIZES = {"4 KiB": 4096, "100 KiB": 102400, "10 MB": 10_000_000}
# The profile of gpg's keys, the public key operations behind them.
KEYS = {"v4-25519legacy": ("x25519", "ed25519"), "v4-rsa3072": ("rsa3072", "rsa3072"),
        "v4-p256": ("p256", "p256")}
BINARY = openpgp_peers.How(armor=False, compression="none", container="seipd1", cipher="aes256")


@dataclasses.dataclass
class Case:
    label: str
    size: str
    operation: str
    fields: list
    messages: tuple  # for the processes: (operation, key, certificate, message, document)
    name: str = ""


def document(size):
    """Text that does not compress, the same each time."""
    out = bytearray()
    state = 1
    while len(out) < size:
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        out += state.to_bytes(8, "big")
    return bytes(out[:size])


def make(folder, gpg, js, say):
    cases = []

    def file(name, data):
        (folder / name).write_bytes(data)
        return name

    for profile, (public, signing) in KEYS.items():
        if profile not in gpg.profiles:
            continue
        say(f"keys {profile}")
        key = gpg.generate_key(profile, f"Bench <{profile}@bench.example>")
        cert = gpg.extract_cert(key)
        key_file, cert_file = file(f"{profile}.key", key.data), file(f"{profile}.cert", cert)
        cases.append(Case(profile, "–", "load", ["load", cert_file, "-", "-", "-", "-", "-", "-",
                                                 "-", "-", 0], ()))
        for label, size in SIZES.items():
            text = document(size)
            text_file = file(f"{size}.document", text)
            signature = gpg.sign(text, [key], openpgp_peers.How(armor=False, hash="sha256"))
            name = file(f"{profile}.{size}.sig", signature)
            cases.append(Case(profile, label, "verify",
                              ["verify", cert_file, "-", name, text_file, "-", signing, "-", "-",
                               "SHA256", size], ("verify", key, cert, signature, text)))
            message = gpg.encrypt(text, certs=[cert], how=BINARY)
            name = file(f"{profile}.{size}.pgp", message)
            cases.append(Case(profile + ", SEIPDv1", label, "decrypt",
                              ["decrypt", "-", key_file, name, "-", public, "-", "mdc", "AES-256",
                               "SHA256", size], ("decrypt", key, cert, message, None)))
    if js is not None:
        say("keys v6")
        key = js.generate_key("v6-25519", "Bench <v6@bench.example>")
        cert = js.extract_cert(key)
        key_file, cert_file = file("v6.key", key.data), file("v6.cert", cert)
        for label, size in SIZES.items():
            text = document(size)
            how = openpgp_peers.How(armor=False, container="seipd2", aead="ocb", cipher="aes256",
                                    compression="none")
            message = js.encrypt(text, certs=[cert], how=how)
            name = file(f"v6.{size}.pgp", message)
            cases.append(Case("v6-25519, SEIPDv2 OCB", label, "decrypt",
                              ["decrypt", "-", key_file, name, "-", "x25519", "-", "ocb", "AES-256",
                               "SHA256", size], ("decrypt", key, cert, message, None)))
    lines = []
    for number, case in enumerate(cases):
        case.name = f"c{number}"
        lines.append("\t".join([case.name, *(str(field) for field in case.fields)]) + "\n")
    (folder / "cases").write_text("".join(lines))
    return cases


def cpu_of_process(peer, case, rounds):
    """Least CPU milliseconds of one process, or None."""
    if not case.messages:
        return None
    operation, key, cert, message, text = case.messages
    least = None
    for _ in range(rounds):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        try:
            if operation == "verify":
                peer.verify(message, text, [cert])
            else:
                peer.decrypt(message, keys=[key])
        except openpgp_peers.NotOffered:
            return None
        except openpgp_peers.PeerError:
            return None
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        least = spent if least is None else min(least, spent)
    return least


def ratio(a, b):
    return f"{a / b:.2f}" if a and b else "–"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=3, metavar="N",
                        help="rounds for gpg and sqop (0: leave them out)")
    options = parser.parse_args()
    subprocess.run(["cmake", "--build", ROOT / "build" / "release", "--target", "openpgp_measure"],
                   check=True, stdout=subprocess.DEVNULL)

    def say(text):
        print(f"  {text}", file=sys.stderr)

    found, missing = openpgp_peers.peers(["gpg", "sqop", "openpgpjs"])
    for name, why in missing.items():
        say(f"{name} is missing: {why}")
    by_name = {peer.name: peer for peer in found}
    if "gpg" not in by_name:
        sys.exit("bench openpgp: gpg makes the messages, and it is not here")
    results = {}
    with tempfile.TemporaryDirectory(prefix="sealgate-bench-") as name:
        folder = pathlib.Path(name)
        cases = make(folder, by_name["gpg"], by_name.get("openpgpjs"), say)
        say("measuring in process")
        program = ROOT / "build" / "release" / "bin" / "openpgp_measure"
        if not program.exists():
            program = next((ROOT / "build" / "release").rglob("openpgp_measure"))
        with subprocess.Popen([program, folder], stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout:
                result = json.loads(line)
                results[result["name"]] = result
        if process.returncode != 0:
            sys.exit("bench openpgp: openpgp_measure failed")
        say("measuring processes")
        here = machine.describe(name)
        print(f"{here['cores']} cores of {here['cpu']}, load before {here['load_before']}; CPU time, the least of several rounds; microseconds in process, "
              "milliseconds for processes\n")
        print("| | size | | ours µs | primitives µs | ratio | librnp µs | × ours | gpg ms | sqop ms |")
        print("|---|---|---|---:|---:|---:|---:|---:|---:|---:|")
        for case in cases:
            result = results[case.name]
            processes = []
            for peer in ("gpg", "sqop"):
                spent = None
                if options.processes and peer in by_name and case.size != "10 MB":
                    spent = cpu_of_process(by_name[peer], case, options.processes)
                processes.append("–" if spent is None else f"{spent:.1f}")
            bare, rnp = result["primitives"], result["rnp"]
            print(f"| {case.label} | {case.size} | {case.operation} | {result['ours']:.1f} | "
                  f"{bare and f'{bare:.1f}' or '–'} | {ratio(result['ours'], bare)} | "
                  f"{rnp and f'{rnp:.1f}' or '–'} | {ratio(rnp, result['ours'])} | "
                  f"{processes[0]} | {processes[1]} |", flush=True)
    for peer in found:
        peer.close()


if __name__ == "__main__":
    main()
