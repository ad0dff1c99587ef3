# SPDX-License-Identifier: Apache-2.0
"""The queue commands: list, show, retry, hold, release, delete, stats, with their exit codes, and
what they do survives a restart."""
from support.conserve import conserve
from support.mail import log_lines, message
from support.scenario import check, equal, eventually, run


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={"delivery": {"retry": ["1h"]}})
    peer.down()
    accepted = [f"r{n}@partner.example" for n in range(5)]
    for recipient in accepted:
        check(gateway.send("alice@managed.example", recipient, message()).is_(250), recipient)
    pair = ["p1@partner.example", "p2@other.example"]
    accepted += pair
    check(gateway.send("alice@managed.example", pair, message()).is_(250), "two recipients")

    def ids():
        return {r["address"]: item["id"] for item in gateway.queue() for r in item["recipients"]}

    def states():
        return {r["address"]: r["state"] for item in gateway.queue() for r in item["recipients"]}
    equal(set(states().values()), {"pending"}, "states")
    equal(len(gateway.queue()), 6, "messages in the queue")
    by_address = ids()
    first, second = by_address["r0@partner.example"], by_address["r1@partner.example"]

    shown = gateway.must("queue", "show", first, "--json").json()
    equal(shown["id"], first, "queue show")
    equal(shown["sender"], "alice@managed.example", "sender in queue show")
    check(shown["recipients"][0]["note"], "queue show does not say why it waits")
    check("r0@partner.example" in gateway.must("queue", "show", first).out, "queue show for people")
    check("r0@partner.example" in gateway.must("queue", "list").out, "queue list for people")
    stats = gateway.must("queue", "stats", "--json").json()
    equal(stats["messages"], 6, "queue stats")
    equal(gateway.cli("queue", "show", "00000000000000ff").code, 1, "an unknown id")
    check(gateway.cli("queue", "show", "not-an-id").code in (1, 2, 7), "no id at all")
    equal(gateway.cli("queue", "frobnicate").code, 2, "an unknown verb")

    gateway.must("queue", "hold", first)
    equal(states()["r0@partner.example"], "held", "after hold")
    gateway.restart()
    equal(states()["r0@partner.example"], "held", "after hold and a restart")

    # Delete asks for a typed confirmation; --yes gives it. No report, and the log says who.
    result = gateway.cli("queue", "delete", second, stdin="")
    check(result.code != 0 and "r1@partner.example" in states(), f"delete without --yes: {result}")
    gateway.must("queue", "delete", second, "--yes")
    check("r1@partner.example" not in states(), "after delete")

    peer.up()
    gateway.must("queue", "retry", by_address["r2@partner.example"])
    peer.wait(1, match=lambda m: m.recipients == ["r2@partner.example"])
    gateway.must("queue", "retry", "--all")
    eventually(lambda: set(states()) == {"r0@partner.example"}, lambda: f"only r0 stays: {states()}")
    peer.never(0.7, lambda m: "r0@partner.example" in m.recipients)
    gateway.must("queue", "release", first)
    peer.wait(1, match=lambda m: m.recipients == ["r0@partner.example"])
    eventually(lambda: gateway.queue() == [], "the queue is empty")
    check(not any("r1@partner.example" in m.recipients for m in peer.messages), "deleted, yet sent")
    check(not any(m.sender == "" for m in peer.messages), "a report of the deleted message was sent")
    found = conserve(gateway, accepted, peer)
    equal(found["r1@partner.example"], {"discarded"}, "the deleted message")
    check(log_lines(gateway, r"\(r1@partner\.example\)"), "the log does not tell of the deletion")
    equal(gateway.cli("queue", "retry", first).code, 1, "retry of what is gone")
    # Without the daemon: 6.
    gateway.stop()
    equal(gateway.cli("queue", "list").code, 6, "no daemon")


if __name__ == "__main__":
    run(main)
