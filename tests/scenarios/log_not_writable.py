# SPDX-License-Identifier: Apache-2.0
"""The mail log's disk is full: with on_failure = "stop" mail is told 451 and nothing goes unlogged;
with "continue" mail flows. When there is room again, all goes on without a restart."""
from support.disk import SmallDisk
from support.mail import message
from support.scenario import check, equal, eventually, run

SENDER = "alice@managed.example"


def until_refused(gateway, limit=400):
    """Sends until something is refused (the log's last page takes a few lines more); that reply and
    the recipients that were taken."""
    taken = []
    for n in range(limit):
        recipient = f"u{n}@partner.example"
        reply = gateway.send(SENDER, recipient, message())
        if reply.code != 250:
            return reply, taken
        taken.append(recipient)
    return None, taken


def alerts(gateway):
    return [a["name"] for a in gateway.must("alert", "list", "--json").json()["active"]]


def scene(s, action):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, name=action, start=False,
                        config={"mail_log": {"on_failure": action}})
    disk = SmallDisk(s, gateway.data / "maillog", "160m")
    gateway.start()
    check(gateway.send(SENDER, "first@partner.example", message()).is_(250), "before")
    disk.fill()
    if action == "stop":
        reply, taken = until_refused(gateway)
        check(reply is not None, "nothing is refused though the log cannot be written")
        check(reply.code in (451, 421, 452), f"refused with {reply}")
    else:
        taken = [f"c{n}@partner.example" for n in range(100)]
        for recipient in taken:
            reply = gateway.send(SENDER, recipient, message())
            check(reply.is_(250), f"on_failure = continue: {reply}")
    result = gateway.cli("status", "--json")
    equal((result.code, result.json()["mail_log"]["healthy"]), (1, False), "status")
    eventually(lambda: "mail-log" in alerts(gateway), "the alert")

    disk.clear()
    eventually(lambda: gateway.send(SENDER, "after@partner.example", message()).is_(250),
               "mail goes on when there is room again", 15)
    eventually(lambda: gateway.queue() == [], "the queue is empty")
    eventually(lambda: "mail-log" not in alerts(gateway), "the end of the alert")
    got = {r for m in peer.messages for r in m.recipients}
    equal(set(taken) - got, set(), "accepted, not delivered")
    if action == "stop":
        # What was accepted is in the log.
        for recipient in taken[-3:] + ["after@partner.example"]:
            check(gateway.log_search("--recipient", recipient), f"{recipient} is not in the log")
    gateway.stop()


def main(s):
    scene(s, "stop")
    scene(s, "continue")


if __name__ == "__main__":
    run(main)
