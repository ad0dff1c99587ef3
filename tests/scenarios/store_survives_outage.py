# SPDX-License-Identifier: Apache-2.0
"""The next hop is down: accepted mail waits, over a restart and over kill -9, and goes when it is
told to, each message once. (Invariant 1)"""
from support.conserve import conserve
from support.mail import added_above, message
from support.scenario import check, equal, eventually, run


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={"delivery": {"retry": ["1h"]}})
    peer.down()
    contents = {f"r{n}@partner.example": message(recipient=f"r{n}@partner.example",
                                                 body="x" * 70 + "\n" + f"body {n}\n" * n * 300)
                for n in range(8)}
    large = "large@partner.example"  # over 1 MiB: a file of its own in the spool
    contents[large] = message(recipient=large, body=("y" * 76 + "\n") * 20_000)
    for recipient, content in contents.items():
        check(gateway.send("alice@managed.example", recipient, content).is_(250), recipient)

    def waiting():
        return {r["address"]: r["state"] for item in gateway.queue() for r in item["recipients"]}
    expected = dict.fromkeys(contents, "pending")
    equal(waiting(), expected, "queue")
    gateway.restart()
    equal(waiting(), expected, "queue after a restart")
    gateway.kill()
    gateway.start()
    equal(waiting(), expected, "queue after kill -9")
    conserve(gateway, contents, peer)

    peer.up()
    peer.never(1.0)  # the back-off holds
    gateway.must("queue", "retry", "--all")
    peer.wait(len(contents))
    eventually(lambda: gateway.queue() == [], "the queue is empty")
    for received in peer.messages:
        added_above(received, contents[received.recipients[0]])
    equal(sorted(r for m in peer.messages for r in m.recipients), sorted(contents),
          "delivered, each once")
    states = conserve(gateway, contents, peer)
    check(all(state == {"delivered"} for state in states.values()), f"{states}")
    # Nothing comes again after another restart.
    peer.clear()
    gateway.restart()
    peer.never(1.0)
    gateway.stop()


if __name__ == "__main__":
    run(main)
