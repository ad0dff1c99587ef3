# SPDX-License-Identifier: Apache-2.0
"""What the kernel saw: in `store`, between the content and each 250 lies a finished fdatasync, and
in a fresh spool the directory was synced as well. (Invariant 2, H7)"""
import re
import shutil

from support.mail import message
from support.scenario import check, equal, eventually, run, skip

# "1234 12:00:00.000001 fdatasync(7) = 0", also in two parts: "<unfinished ...>" and "resumed>".
_CALL = re.compile(r"^(?P<pid>\d+) +(?P<time>[\d.]+) (?P<rest>.*)$")


def events(path):
    """In the order of their end: ("sync", None) for a successful sync, ("reply", first octets) for
    what is sent. A call that was begun and has not ended proves nothing."""
    found, begun = [], {}
    for line in path.read_text(errors="replace").splitlines():
        parsed = _CALL.match(line)
        if not parsed:
            continue
        pid, rest = parsed["pid"], parsed["rest"]
        if rest.endswith("<unfinished ...>"):
            begun[pid] = rest
            # A reply counts from its begin: that is when it may reach the client.
            if sent := re.search(r'^(?:sendto|sendmsg|write|writev)\(.*?"((?:[^"\\]|\\.)*)"', rest):
                found.append(("reply", sent[1]))
            continue
        resumed = re.match(r"<\.\.\. (\w+) resumed>", rest)
        start = begun.pop(pid, "") if resumed else rest
        if re.match(r"(fdatasync|fsync|sync_file_range|msync)\(", start) and rest.endswith("= 0"):
            found.append(("sync", None))
        elif not resumed and (sent := re.search(
                r'^(?:sendto|sendmsg|write|writev)\(.*?"((?:[^"\\]|\\.)*)"', rest)):
            found.append(("reply", sent[1]))
    return found


def main(s):
    if not shutil.which("strace"):
        skip("strace is not installed")
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, start=False, config={"delivery": {"retry": ["1h"]}})
    trace = s.dir / "trace"
    # A leak checker traces the process too, and only one can.
    gateway.env["ASAN_OPTIONS"] = "detect_leaks=0"
    gateway.wrapper = ["strace", "-f", "-qq", "-ttt", "-s", "64", "-o", str(trace), "-e",
                       "trace=fdatasync,fsync,sync_file_range,msync,write,writev,sendto,sendmsg"]
    peer.down()  # no other 250 in the trace than ours, and no early delivery
    gateway.start()
    with gateway.client() as client:
        for n in range(20):
            size = 20_000 if n == 18 else 5  # one with a file of its own
            reply = client.transaction("alice@managed.example", f"r{n}@partner.example",
                                       message(body=("w" * 76 + "\n") * size))
            check(reply.is_(250), f"message {n}: {reply}")
        client.quit()
    gateway.stop()

    # Each transaction shows as a 354 and, later, a 250 after the dot.
    waiting, synced, finals = False, False, []
    for kind, data in events(trace):
        if kind == "sync":
            synced = True
        elif re.match(r"354[ -]", data):
            waiting, synced = True, False
        elif waiting and data.startswith("250"):
            finals.append(synced)
            waiting = False
    equal(len(finals), 20, "250 after the dot in the trace")
    check(all(finals), lambda: f"250 without a finished sync before: messages "
          f"{[n for n, good in enumerate(finals) if not good]}")
    gateway.wrapper = []
    peer.up()
    gateway.start()
    gateway.must("queue", "retry", "--all")
    eventually(lambda: len(peer.messages) == 20, "all are delivered")
    gateway.stop()


if __name__ == "__main__":
    run(main)
