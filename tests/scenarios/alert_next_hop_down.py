# SPDX-License-Identifier: Apache-2.0
"""A next hop that is down is an alert once it has been so for some time, told to the log daemon,
kept over a restart and over when the next hop is back; a silence holds it back."""
import re

from support.mail import message
from support.scenario import check, equal, eventually, run
from support.syslog import LogDaemon


def main(s):
    daemon = LogDaemon(s.dir / "log.sock")
    peer = s.peer()
    port = peer.port
    gateway = s.gateway(next_hop=port, config={
        "alerts": {"syslog": str(s.dir / "log.sock"), "next_hop_down": "1s", "queue_age": "1s"}})
    hop = f"127.0.0.1:{port}"
    check(gateway.send("alice@managed.example", "a@partner.example", message()).is_(250), "before")
    peer.wait(1)
    peer.down()

    check(gateway.send("alice@managed.example", "b@partner.example", message()).is_(250), "while it is down")
    # Past the queue's back-off, so that there is a second failure soon.
    eventually(lambda: gateway.must("queue", "retry", "--all") and
               any("alert next-hop raised" in line for line in daemon.read()), "the alert", 30)
    line = next(line for line in daemon.lines if "alert next-hop" in line)
    check(re.match(r"<17>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d sealgate\[\d+\]: alert next-hop raised: ", line), line)
    check(hop in line, line)
    active = gateway.must("alert", "list", "--json").json()["active"]
    check(("next-hop", hop) in [(a["name"], a["subject"]) for a in active], f"active: {active}")
    gateway.wait_log(re.escape(f"alert next-hop: next hop {hop} is not reachable"))
    eventually(lambda: any("alert queue-age raised" in line for line in daemon.read()), "the age of the queue", 15)

    # A restart tells nothing again.
    gateway.restart()
    gateway.must("queue", "retry", "--all")
    gateway.must("alert", "silence", "queue-age", "--for", "1h")
    check("queue-age is silenced until" in gateway.cli("alert", "list").err, "silence is shown")

    peer.up()

    def over():
        gateway.must("queue", "retry", "--all")
        return any("alert next-hop ended" in line for line in daemon.read())
    eventually(over, "the end of the alert", 30)
    peer.wait(2)
    eventually(lambda: gateway.must("alert", "list", "--json").json()["active"] == [], "nothing is wrong", 15)
    lines = daemon.read()
    for what, wanted in (("next-hop raised", 1), ("next-hop ended", 1), ("queue-age raised", 1), ("queue-age ended", 0)):
        equal(sum(f"alert {what}" in line for line in lines), wanted, f"alert {what}: {lines}")
    check(next(line for line in lines if "next-hop ended" in line).startswith("<21>"), "level of the end")

    # When the silence is over, what it held back is told.
    gateway.must("alert", "silence", "queue-age", "--off")
    eventually(lambda: any("alert queue-age ended" in line for line in daemon.read()), "the end that was held back")
    result = gateway.cli("alert", "silence", "queue-agee", "--for", "1h")
    check(result.code == 1 and "queue-age" in result.err, f"no such alert: {result}")
    gateway.stop()


if __name__ == "__main__":
    run(main)
