# SPDX-License-Identifier: Apache-2.0
"""Every row of the outcome table, inbound in `through`: refusals stay in the session, nothing is
spooled for a stranger, no report goes to a forged sender."""
import time

from support.gateway import listener
from support.mail import message
from support.peer import Wait
from support.reports import is_report
from support.scenario import check, equal, run

SENDER = "stranger@world.example"


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={
        "listener": [listener("inbound")],  # through is the default of inbound
        "delivery": {"patience_inbound": "2s"}})

    def row(**script):
        peer.clear()
        peer.script = script

    def send(*recipients):
        with gateway.client("inbound") as client:
            reply = client.transaction(SENDER, list(recipients), message(SENDER))
            return reply, client.rcpt_replies

    row()  # took all
    reply, _ = send("a@managed.example", "b@managed.example")
    check(reply.is_(250), f"took all: {reply}")
    equal(len(peer.messages), 1, "messages at the next hop when the client has its 250")

    # Each RCPT is asked at the next hop at once; its refusal is the client's.
    row(RCPT=lambda _, line: b"550 5.1.1 no such user\r\n" if b"gone" in line else None)
    reply, rcpts = send("a@managed.example", "gone@managed.example")
    check(rcpts[0].is_(250) and rcpts[1].is_(550, "5.1.1"), f"RCPT asked at the next hop: {rcpts}")
    check(reply.is_(250), f"the rest goes on: {reply}")
    equal([m.recipients for m in peer.messages], [["a@managed.example"]], "who got it")
    reply, _ = send("gone@managed.example")
    check(reply.is_(550, "5.1.1"), f"all refused: {reply}")
    row(RCPT=[b"452 4.2.2 full\r\n"])
    reply, _ = send("full@managed.example")
    check(400 <= reply.code < 500, f"RCPT 4xx: {reply}")
    gateway.wait_log(r"\(full@managed\.example\): not taken, the client keeps it: 127\.0\.0\.1:\d+: 452")
    gateway.wait_log(r"\(gone@managed\.example\): refused by the next hop: 550 5\.1\.1 no such user$")

    row(dot=[b"554 5.7.1 spam\r\n"])  # took nothing, 5xx
    reply, _ = send("a@managed.example")
    check(reply.is_(554, "5.7.1"), f"5xx after the dot: {reply}")
    gateway.wait_log(r"\(a@managed\.example\): refused by the next hop: 127\.0\.0\.1:\d+: 554 5\.7\.1 spam$")

    for state in ("MAIL", "DATA", "dot"):  # took nothing, some 4xx
        row(**{state: [b"421 4.3.2 going down\r\n" if state == "dot" else b"451 4.3.0 later\r\n"]})
        reply, rcpts = send("a@managed.example")
        check(400 <= reply.code < 500 and reply.code != 421, f"{state} 4xx: {reply}, {rcpts}")
        equal(gateway.queue(), [], f"queue after {state} 4xx")

    row()  # not reachable
    peer.down()
    reply, _ = send("a@managed.example")
    check(400 <= reply.code < 500, f"not reachable: {reply}")
    equal(gateway.queue(), [], "queue when not reachable")
    peer.up()

    # An odd answer after the dot is no 250.
    for odd in (b"354 what\r\n", b"299-odd\r\n299 odd\r\n", b"999 what\r\n", b"250"):
        row(dot=[odd])
        with gateway.client("inbound") as client:
            reply = client.transaction(SENDER, "a@managed.example", message(SENDER))
        check(reply.code in (250, 451) if odd.startswith(b"299") else reply.code == 451,
              f"{odd!r} after the dot gave {reply}")

    row(dot=[Wait(6)])  # no answer within patience: 451, a duplicate is possible
    began = time.monotonic()
    reply, _ = send("slow@managed.example")
    took = time.monotonic() - began
    check(reply.code == 451, f"no answer within patience: {reply}")
    check(1.5 <= took <= 5, f"the client waited {took:.1f} s, patience is 2 s")
    equal(gateway.queue(), [], "queue after lost patience")
    peer.never(0.5, is_report)
    gateway.stop()


if __name__ == "__main__":
    run(main)
