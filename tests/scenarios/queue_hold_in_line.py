# SPDX-License-Identifier: Apache-2.0
"""A slow next hop with one connection: messages that stand in line behind another are held and deleted
like any; they do not leave. Released, they do."""
from support.mail import message
from support.peer import Gate
from support.scenario import check, equal, eventually, run


def main(s):
    gate = Gate()
    peer = s.peer({"dot": [gate]})
    s.cleanup(gate.open)
    gateway = s.gateway(next_hop=peer, config={"delivery": {"connections_per_next_hop": 1}})
    recipients = [f"r{n}@partner.example" for n in range(5)]

    def states():
        return {r["address"]: r["state"] for item in gateway.queue() for r in item["recipients"]}
    check(gateway.send("alice@managed.example", recipients[0], message()).is_(250), "the first")
    peer.wait(1)  # it is under way, and its answer does not come
    for recipient in recipients[1:]:
        check(gateway.send("alice@managed.example", recipient, message()).is_(250), recipient)
    equal(states(), dict.fromkeys(recipients, "pending"), "all in line")

    ids = {r["address"]: item["id"] for item in gateway.queue() for r in item["recipients"]}
    gateway.must("queue", "delete", ids[recipients[4]], "--yes")
    held = gateway.cli("queue", "hold", "--all")
    check(held.code == 0, f"queue hold --all: {held}")
    waiting = {recipient: "held" for recipient in recipients[1:4]}
    equal(states(), {recipients[0]: "pending", **waiting}, f"after hold and delete; {held}")

    gate.open()
    eventually(lambda: states() == waiting, lambda: f"the first is gone, the others stay: {states()}")
    peer.never(1.0, lambda m: m.recipients != [recipients[0]])
    gateway.must("queue", "release", "--all")
    peer.wait(4)
    eventually(lambda: gateway.queue() == [], "the queue is empty")
    equal(sorted(m.recipients[0] for m in peer.messages), recipients[:4], "who got one message each")
    gateway.wait_log(r"\(r4@partner\.example\): discarded")
    gateway.stop()


if __name__ == "__main__":
    run(main)
