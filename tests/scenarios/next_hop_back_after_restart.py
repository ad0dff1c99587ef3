# SPDX-License-Identifier: Apache-2.0
"""A start while the next hop is down: the first connections fail all at once, and that is one
failure, not a row of them, each of which doubles the back-off. So mail goes soon after the next hop
is back: after the first back-off, or as soon as `through` has reached it."""
import time

from support.gateway import listener
from support.mail import message
from support.scenario import check, eventually, run

FIRST_BACK_OFF = 15  # seconds


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={
        "listener": [listener("store", mode="store"), listener("through", mode="through")]})
    peer.down()
    for n in range(12):  # more than the connections that a new next hop is given
        check(gateway.send("alice@managed.example", f"r{n}@partner.example",
                           message(body=f"{n}\n"), name="store").is_(250), f"message {n}")
    gateway.restart()
    gateway.wait_log(r"not reachable")
    time.sleep(2)  # the others of the first turn have failed as well
    began = time.monotonic()
    peer.up()
    peer.wait(12, FIRST_BACK_OFF + 15)
    eventually(lambda: gateway.queue() == [], "the queue is empty")
    check(time.monotonic() - began < FIRST_BACK_OFF + 15, "after the first back-off")

    # Once more, and now somebody else finds out that it is back.
    peer.clear()
    peer.down()
    gateway.restart()
    check(gateway.send("alice@managed.example", "first@partner.example", message(),
                       name="store").is_(250), "accepted")
    gateway.wait_log(r"first@partner\.example\): deferred")
    peer.up()
    began = time.monotonic()
    check(gateway.send("alice@managed.example", "second@partner.example", message(),
                       name="through").is_(250), "sent through")
    peer.wait(2, FIRST_BACK_OFF - 5)
    check(time.monotonic() - began < FIRST_BACK_OFF - 4, "no longer than `through` took to tell")
    gateway.stop()


if __name__ == "__main__":
    run(main)
