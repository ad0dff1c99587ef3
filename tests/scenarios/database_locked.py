# SPDX-License-Identifier: Apache-2.0
"""Another process holds the database: mail flows on, a change is told "try later" (75) rather than
lost, and works when the lock is gone."""
import sqlite3
import time

from support.mail import message
from support.scenario import check, equal, run


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer)
    gateway.must("domain", "add", "stored.example")
    check(gateway.send("a@stored.example", "zero@partner.example", message()).is_(250), "before")

    lock = sqlite3.connect(gateway.data / "sealgate.db", timeout=10, isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    began = time.monotonic()
    for n in range(50):
        check(gateway.send("a@stored.example", f"r{n}@partner.example", message()).is_(250), "locked")
        reply = gateway.send("x@stranger.example", f"r{n}@partner.example", message())
        check(reply.is_(550, "5.7.1"), f"unmanaged while locked: {reply}")
    took = time.monotonic() - began
    check(took < 20, f"mail waits for the database: {took:.1f} s for 100 sessions")
    peer.wait(51)
    result = gateway.cli("domain", "add", "later.example", timeout=60)
    equal(result.code, 75, f"a change while the database is locked: {result}")
    check(gateway.alive(), "the daemon died")
    check(gateway.send("a@later.example", "x@partner.example", message()).is_(550, "5.7.1"),
          "a change that failed is in force")
    lock.execute("ROLLBACK")
    lock.close()

    gateway.must("domain", "add", "later.example")
    check(gateway.send("a@later.example", "x@partner.example", message()).is_(250), "after the lock")
    gateway.restart()
    check(gateway.send("a@later.example", "x@partner.example", message()).is_(250), "after restart")
    gateway.stop()


if __name__ == "__main__":
    run(main)
