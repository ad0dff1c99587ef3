# SPDX-License-Identifier: Apache-2.0
"""The disk fills: refused with 452 4.3.1 at MAIL while there is little room, never with a 250 that
does not hold when there is none, and all that was accepted is delivered. (H7, H12)"""
from support.conserve import conserve
from support.disk import SmallDisk
from support.mail import message
from support.scenario import check, eventually, run

SENDER = "alice@managed.example"
MIB = 1024 * 1024


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, start=False, config={
        "limits": {"free_disk": "300 MiB"}, "delivery": {"retry": ["1h"]}})
    disk = SmallDisk(s, gateway.data, "1000m")
    gateway.start()
    peer.down()  # everything has to stay on the disk
    accepted = []

    def send(recipient, content=None):
        reply = gateway.send(SENDER, recipient, content or message())
        if reply.code == 250:
            accepted.append(recipient)
        return reply
    check(send("before@partner.example").is_(250), "with room")

    # Little room: told at MAIL, before the client has sent anything. Segments that are made already
    # (three of 64 MiB at most) count as room, so the reserve is larger than they are.
    disk.fill(leave=60 * MIB)
    with gateway.client() as client:
        def refused():
            reply = client.command(f"MAIL FROM:<{SENDER}>")
            if reply.code == 250:
                client.command("RSET")
            return reply.is_(452, "4.3.1")
        eventually(refused, "MAIL is refused with 452 4.3.1 on a full disk")
        check(client.command("NOOP").is_(250), "the session goes on")
    disk.clear()
    eventually(lambda: send("room@partner.example").is_(250), "accepted again when there is room", 15)
    # A large message is measured at MAIL by the SIZE it announces.
    disk.fill(leave=330 * MIB)
    with gateway.client() as client:
        def large_refused():
            reply = client.command(f"MAIL FROM:<{SENDER}> SIZE={49 * MIB}")
            client.command("RSET")
            return reply.is_(452, "4.3.1")
        eventually(large_refused, "SIZE beyond the room is refused at MAIL")

    # No reserve at all: the disk runs full under us.
    disk.clear()
    gateway.write_config({"limits": {"free_disk": "0 B"}})
    gateway.restart()
    disk.fill(leave=3 * MIB)
    content = message(body=("z" * 76 + "\n") * 26_000)  # 2 MiB: a file of its own
    small = message(body=("z" * 76 + "\n") * 10_000)
    refusals = []
    for n in range(120):
        reply = send(f"full{n}@partner.example", content if n % 2 else small)
        if reply.code != 250:
            refusals.append(reply)
            check(reply.code in (451, 452), f"on a full disk: {reply}")
        if len(refusals) >= 10:
            break
    check(refusals, "nothing was refused on a full disk")
    check(gateway.alive(), "the daemon died of a full disk")

    disk.clear()
    eventually(lambda: send("again@partner.example").is_(250), "accepted again", 20)
    gateway.kill()
    gateway.start()
    conserve(gateway, accepted, peer)
    peer.up()
    gateway.must("queue", "retry", "--all")
    eventually(lambda: gateway.queue() == [], "the queue empties", 30)
    conserve(gateway, accepted, peer)
    gateway.stop()


if __name__ == "__main__":
    run(main)
