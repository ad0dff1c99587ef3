# SPDX-License-Identifier: Apache-2.0
"""The unit we ship: systemd finds no fault with it, its sandbox is scored at most 2.0, and what the daemon really asks
the kernel for is within the system calls that it allows."""
import os
import pathlib
import re
import shutil
import subprocess

from support.mail import message
from support.scenario import check, equal, run, skip

UNIT = pathlib.Path(__file__).resolve().parents[2] / "packaging/systemd/sealgate.service"
MOST = 2.0


def tool(*argv):
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def expand(name, seen=None):
    """The system calls of a set, its subsets included."""
    seen = set() if seen is None else seen
    if not name.startswith("@"):
        return {name}
    if name in seen:
        return set()
    seen.add(name)
    code, out = tool("systemd-analyze", "--no-pager", "syscall-filter", name)
    equal(code, 0, f"syscall-filter {name}: {out}")
    lines = [line.strip() for line in out.splitlines()[1:]]
    return {call for line in lines if line and not line.startswith("#") for call in expand(line, seen)}


def allowed():
    calls = None
    for line in re.findall(r"(?m)^SystemCallFilter=(.*)$", UNIT.read_text()):
        named = {call for word in line.lstrip("~").split() for call in expand(word)}
        if line.startswith("~"):
            calls -= named
        else:
            calls = named if calls is None else calls | named
    return calls


def main(s):
    if not shutil.which("systemd-analyze"):
        skip("there is no systemd-analyze (package systemd)")
    unit = s.dir / "sealgate.service"  # alone in its folder, with a program that exists here
    unit.write_text(UNIT.read_text().replace("/usr/sbin/sealgated", shutil.which("true")))
    code, out = tool("systemd-analyze", "--no-pager", "--man=no", "verify", unit)
    check(code == 0 and "sealgate.service" not in out, f"verify: {out}")
    code, out = tool("systemd-analyze", "--no-pager", "security", "--offline=true", f"--threshold={int(MOST * 10)}", unit)
    score = re.search(r"Overall exposure level.*?: ([\d.]+)", out)
    check(score, f"no score: {out}")
    check(code == 0 and float(score[1]) <= MOST, f"exposure {score[1]}, at most {MOST}\n{out}")
    print(f"exposure level {score[1]}")

    if not shutil.which("strace"):
        skip("there is no strace: the score is good, the system calls were not looked at")
    trace = s.dir / "trace"
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, start=False)
    gateway.wrapper = ["strace", "-f", "-o", trace]
    # A leak checker traces the process too, and only one can.
    gateway.env["ASAN_OPTIONS"] = "detect_leaks=0"
    gateway.start()
    with gateway.client() as client:
        check(client.transaction("a@managed.example", "b@partner.example", message()).is_(250), "mail")
    peer.wait(1)
    gateway.must("status")
    gateway.must("domain", "add", "more.example")
    gateway.reload()
    gateway.must("log", "search", "b@partner.example")
    gateway.stop()
    text = trace.read_text(errors="replace")
    used = set(re.findall(r"(?m)^\d+ +(?:<\.\.\. )?(\w+)(?:\(| resumed)", text))
    check({"epoll_wait", "fdatasync"} & used, f"the trace shows too little: {used}")
    refused = used - allowed()
    if os.geteuid() == 0:
        refused -= {"fchown"}  # SQLite gives files to the owner of the database, and only as root
    equal(sorted(refused), [], "system calls that the unit refuses")


if __name__ == "__main__":
    run(main)
