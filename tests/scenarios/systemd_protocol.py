# SPDX-License-Identifier: Apache-2.0
"""Socket activation, and what the service manager hears: READY when every port answers, RELOADING and READY again
around a reload, STOPPING at the end, and a watchdog that is fed by the thread that serves mail."""
import re
import shutil
import socket
import threading
import time

from support.gateway import listener
from support.mail import message
from support.scenario import check, equal, eventually, run, skip


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Manager:
    """The service manager's end of sd_notify."""
    def __init__(self, path):
        self.path, self.said = str(path), []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            self.said += [line for line in self.socket.recv(4096).decode().split("\n")]

    def hears(self, pattern, count=1):
        def enough():
            return len([line for line in self.said if re.fullmatch(pattern, line)]) >= count
        eventually(enough, f"{count} times {pattern} in {self.said}")


def main(s):
    if not shutil.which("systemd-socket-activate"):
        skip("there is no systemd-socket-activate (package systemd)")
    manager = Manager(s.dir / "notify")
    peer = s.peer()
    port = free_port()
    gateway = s.gateway(next_hop=peer, start=False, config={
        # The address of a listener that is handed over is not used: nobody could bind this one.
        "listener": [listener("outbound", address="192.0.2.1:25"), listener("inbound")]})
    activate = ["systemd-socket-activate", "--listen", f"127.0.0.1:{port}",
                "-E", f"NOTIFY_SOCKET={manager.path}", "-E", "WATCHDOG_USEC=4000000"]

    def activated(name):
        gateway.wrapper = [*activate, f"--fdname={name}"]

    # It starts the daemon when somebody connects, and that client is served.
    activated("outbound")
    first = []

    def connect():
        deadline = time.monotonic() + 20
        while not first and time.monotonic() < deadline:
            try:
                first.append(socket.create_connection(("127.0.0.1", port), timeout=20))
            except OSError:
                time.sleep(0.05)
    knock = threading.Thread(target=connect)
    knock.start()
    gateway.start()
    gateway.wrapper = []  # it has become the daemon
    knock.join()
    check(first[0].recv(512).startswith(b"220 "), "the client that was first")
    first[0].close()
    equal(gateway.ports["outbound"], port, "the port of the socket")
    check(gateway.ports["inbound"] not in (0, port), "the other listener is its own")
    manager.hears("READY=1")
    manager.hears("STATUS=serving gw.example.com")
    check(gateway.send("a@managed.example", "b@partner.example", message()).is_(250), "mail")
    peer.wait(1)
    manager.hears("WATCHDOG=1", 2)
    gateway.reload()
    manager.hears(r"RELOADING=1")
    manager.hears(r"MONOTONIC_USEC=\d+")
    manager.hears("READY=1", 2)
    check(manager.said.index("RELOADING=1") < len(manager.said) - 1 - manager.said[::-1].index("READY=1"), "order")
    equal([line for line in manager.said if "STOPPING" in line], [], "stopping, before it does")
    gateway.stop()
    manager.hears("STOPPING=1")

    # A socket for nobody is a mistake in a unit, and is said so.
    activated("outbuond")
    first.clear()
    knock = threading.Thread(target=connect)
    knock.start()
    gateway.expect_dirty = True
    try:
        gateway.start()
        raise SystemExit("it started with a socket that no listener has")
    except AssertionError:
        check("hands over a socket 'outbuond', and there is no listener of that name" in gateway.stderr(),
              gateway.stderr())
    knock.join()
    equal(gateway.process.returncode, 78, "its exit status: no use trying again")


if __name__ == "__main__":
    run(main)
