# SPDX-License-Identifier: Apache-2.0
"""`sealgate setup`: by flags and by answers on a terminal; what it writes is a configuration that starts; it replaces
nothing without a word, keeps the old file beside the new one, and wrong answers write nothing."""
import json
import os
import pty
import select
import subprocess
import time

from support.gateway import bin_dir
from support.mail import message
from support.scenario import check, equal, run


def main(s):
    peer = s.peer()
    gateway = s.gateway(start=False)  # for its folder and its tools
    gateway.file.unlink()
    domains = gateway.dir / "domains.txt"
    flags = ["--hostname", "gw.example.com", "--domains", "managed.example, .other.example", "--internal", "127.0.0.1",
             "--outward", f"127.0.0.1:{peer.port}", "--data-dir", str(gateway.data)]

    # Wrong or missing answers: named, and nothing is there afterwards.
    for name, bad in (("--hostname", "gw"), ("--domains", "no domain"), ("--outward", "relay:99999"),
                      ("--internal", "everybody"), ("--unmanaged", "allow")):
        result = gateway.cli("setup", *flags, name, bad) if name == "--unmanaged" else \
            gateway.cli("setup", *[bad if flags[n - 1] == name else flag for n, flag in enumerate(flags)])
        check(result.code == 2 and name in result.err, f"{name} {bad}: {result}")
    result = gateway.cli("setup", *flags[:4])
    check(result.code == 2 and "--outward" in result.err, f"one is missing: {result}")
    check(not gateway.file.exists() and not domains.exists(), "a wrong answer wrote something")

    dry = gateway.must("setup", *flags, "--dry-run", "--json").json()
    check(not gateway.file.exists(), "a dry run wrote something")
    gateway.must("setup", *flags)
    equal(gateway.file.read_text(), dry["configuration"], "as the dry run said")
    equal(domains.read_text(), "managed.example\n.other.example\n", "domains")
    check(gateway.file.stat().st_mode & 0o007 == 0, "others can read it")

    # It starts, and the next commands are those that it named.
    gateway.write_text(gateway.file.read_text().replace("127.0.0.1:2525", "127.0.0.1:0"))
    gateway.start()
    gateway.must("domain", "import", domains)
    check(gateway.send("a@managed.example", "b@partner.example", message()).is_(250), "managed")
    check(gateway.send("a@stranger.example", "b@partner.example", message()).is_(550), "unmanaged")
    peer.wait(1)

    # Again: not without a word; with one, the old file stays, and a running daemon gets the domains.
    before = gateway.file.read_text()
    flags[3] += ", third.example"
    result = gateway.cli("setup", *flags, "--unmanaged", "bounce")
    check(result.code == 5 and "--yes" in result.err, f"over an old one: {result}")
    equal(gateway.file.read_text(), before, "it was replaced without a word")
    result = gateway.must("setup", *flags, "--unmanaged", "bounce", "--yes")
    check("The domains are managed now" in result.err, result)
    kept = [path for path in gateway.dir.iterdir() if path.name.startswith("sealgate.toml.")]
    equal([path.read_text() for path in kept], [before], "the old file")
    equal(gateway.must("domain", "test", "x@third.example", "--json").json()["managed"], True, "a new domain")
    check("bounce" in gateway.must("unmanaged", "mode").out, "what is done with unmanaged senders")
    gateway.stop()

    # On a terminal.
    gateway.file.unlink()
    answers = ["gw", "gw2.example.com", "managed.example", "", f"127.0.0.1:{peer.port}", "", ""]
    leader, follower = pty.openpty()
    with subprocess.Popen([str(bin_dir() / "sealgate"), "--config", str(gateway.file), "setup"], stdin=follower,
                          stdout=follower, stderr=follower, env=gateway.env) as process:
        os.close(follower)
        said, deadline = b"", time.monotonic() + 30
        while time.monotonic() < deadline:
            if not select.select([leader], [], [], 1)[0]:
                continue
            try:
                piece = os.read(leader, 4096)
            except OSError:
                break
            if not piece:
                break
            said += piece
            if said.endswith(b": ") and answers:
                os.write(leader, answers.pop(0).encode() + b"\n")
                said += b"\n"
        process.wait(10)
    os.close(leader)
    equal(process.returncode, 0, said.decode())
    check(b"That does not do" in said, f"the wrong answer: {said}")
    equal(answers, [], "questions that were not asked")
    check('hostname = "gw2.example.com"' in gateway.file.read_text(), gateway.file.read_text())
    check(gateway.check_config().code == 0, "it is not valid")
    json.loads(gateway.must("setup", *flags, "--dry-run", "--json", "--yes").out)


if __name__ == "__main__":
    run(main)
