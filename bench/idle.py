#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""10 000 idle sessions: the memory they take, the start, the idle daemon, and whether mail still
flows past them."""
import argparse
import pathlib
import resource
import shutil
import socket
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from benchlib import ROOT  # noqa: E402  (sets the path for the next ones)
from benchlib import machine, peers  # noqa: E402
from benchlib.tools import Sink, load  # noqa: E402
from support.gateway import Gateway  # noqa: E402

PER_SOURCE = 20_000  # loopback addresses are plenty: 127.0.0.1, 127.0.0.2 ...


def read_until(session, mark):
    data = b""
    while mark not in data:
        got = session.recv(4096)
        if not got:
            raise AssertionError(f"a session was closed: {data!r}")
        data += got


def open_sessions(port, count):
    """Connected, greeted and silent."""
    sessions = []
    for n in range(count):
        source = f"127.0.0.{1 + n // PER_SOURCE}"
        session = socket.create_connection(("127.0.0.1", port), 30, (source, 0))
        sessions.append(session)
        read_until(session, b"\r\n")  # who talks first is sent away
        session.sendall(b"EHLO idle.example\r\n")
    for session in sessions:
        read_until(session, b"250 ")
    return sessions


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sessions", type=int, nargs="?", default=10_000)
    args = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, args.sessions + 1000), most))
    base = ROOT / "build" / "bench"
    base.mkdir(parents=True, exist_ok=True)
    directory = pathlib.Path(tempfile.mkdtemp(prefix="idle-", dir=base))
    sink = Sink(directory)
    gateway = Gateway(directory / "gateway", next_hop=sink, config={
        "smtp": {"connections": args.sessions + 1000, "command_timeout": "1h"}})
    try:
        began = time.monotonic()
        gateway.start()
        start = time.monotonic() - began
        pid = gateway.process.pid
        time.sleep(1)
        idle = machine.pss_mb(pid)
        began = time.monotonic()
        sessions = open_sessions(gateway.port(), args.sessions)
        opening = time.monotonic() - began
        held = machine.pss_mb(pid)
        options = {"from": peers.FROM, "rcpt": peers.RCPT}
        busy = load(gateway.port(), 120, sessions=20, messages=5000, per_connection=10, seconds=60,
                    **options)
        for session in sessions:
            session.close()
        time.sleep(2)
        after = machine.pss_mb(pid)
        free = load(gateway.port(), 120, sessions=20, messages=5000, per_connection=10, seconds=60,
                    **options)
        gateway.stop()
    finally:
        gateway.abandon()
        sink.stop()
        shutil.rmtree(directory, ignore_errors=True)
    print("| measure | value |\n|---|---:|")
    for name, value in (("start, s", f"{start:.2f}"), ("idle memory, MB", f"{idle:.1f}"),
                        (f"memory with {args.sessions} idle sessions, MB", f"{held:.1f}"),
                        ("a session, KB", f"{(held - idle) * 1024 / args.sessions:.1f}"),
                        ("opening them, s", f"{opening:.1f}"),
                        ("memory after they left and 5000 messages, MB", f"{after:.1f}"),
                        ("mail past the idle sessions, accepted/s", f"{busy['rate']:.0f}"),
                        ("mail without them, accepted/s", f"{free['rate']:.0f}")):
        print(f"| {name} | {value} |")
    return 0 if busy["accepted"] == 5000 == free["accepted"] else 1


if __name__ == "__main__":
    sys.exit(main())
