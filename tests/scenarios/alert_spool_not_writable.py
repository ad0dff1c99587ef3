# SPDX-License-Identifier: Apache-2.0
"""A spool that cannot be written is an alert, told by syslog at once: new mail is told to come later, what was
accepted is kept. When there is room again it is over, and all that was accepted is delivered."""
from support.conserve import conserve
from support.disk import SmallDisk
from support.mail import message
from support.scenario import check, equal, eventually, run
from support.syslog import LogDaemon

SENDER = "alice@managed.example"
MIB = 1024 * 1024


def main(s):
    daemon = LogDaemon(s.dir / "log.sock")
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, start=False, config={
        "alerts": {"syslog": str(s.dir / "log.sock")}, "limits": {"free_disk": "0 B"},
        "delivery": {"retry": ["1h"]}})
    disk = SmallDisk(s, gateway.data / "spool", "160m")
    gateway.start()
    peer.down()  # what is accepted has to stay
    accepted, refused = [], []

    def send(content=None):
        recipient = f"u{len(accepted) + len(refused)}@partner.example"
        reply = gateway.send(SENDER, recipient, content or message())
        (accepted if reply.is_(250) else refused).append(recipient)
        return reply

    def active():
        return [a for a in gateway.must("alert", "list", "--json").json()["active"] if a["name"] == "spool"]
    check(send().is_(250), "with room")
    equal(active(), [], "with room")

    disk.fill(leave=1 * MIB)
    part = message(body=("z" * 76 + "\n") * 10_000)

    def until_refused():
        reply = send(part)
        check(reply.code in (250, 451, 452), f"on a full disk: {reply}")
        return reply.code != 250 and active()
    alert = eventually(until_refused, "the alert", 40)[0]
    check("spool cannot be written" in alert["title"] and str(gateway.data / "spool") in alert["detail"], alert)
    eventually(lambda: any("alert spool raised" in line for line in daemon.read()), "syslog is told")
    check(refused, "nothing was refused")
    status = gateway.cli("status", "--json")
    equal((status.code, status.json()["spool"]["healthy"]), (1, False), "status")
    equal(gateway.api("GET", "/readyz")[0], 503, "/readyz")

    disk.clear()
    eventually(lambda: send().is_(250), "accepted again", 20)
    eventually(lambda: not active(), "the end of the alert", 20)
    eventually(lambda: any("alert spool ended" in line for line in daemon.read()), "syslog is told of the end")
    for what in ("raised", "ended"):
        equal(sum(f"alert spool {what}" in line for line in daemon.lines), 1, f"{what}: {daemon.lines}")
    conserve(gateway, accepted, peer)
    peer.up()
    gateway.must("queue", "retry", "--all")
    eventually(lambda: gateway.queue() == [], "the queue empties", 30)
    conserve(gateway, accepted, peer)
    gateway.stop()


if __name__ == "__main__":
    run(main)
