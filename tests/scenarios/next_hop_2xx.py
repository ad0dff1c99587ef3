# SPDX-License-Identifier: Apache-2.0
"""A next hop takes a message with a 2xx that is not 250: the client is told 250, and nobody sends the
message again."""
from support.gateway import listener
from support.mail import message
from support.scenario import check, equal, run


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={
        "listener": [listener(mode="through"), listener("inbound")]})
    for n, (name, sender, recipient) in enumerate([
            ("inbound", "stranger@world.example", "alice@managed.example"),
            ("outbound", "alice@managed.example", "bob@partner.example")]):
        for said in (b"251 2.1.5 will forward\r\n", b"252 2.0.0 will try\r\n"):
            peer.clear()
            peer.script["dot"] = [said]
            reply = gateway.send(sender, recipient, message(sender, recipient), name)
            check(reply.is_(250), f"{name}: the next hop said {said!r}, the client got {reply}")
            equal([m.recipients for m in peer.messages], [[recipient]], f"{name}: at the next hop")
            equal(gateway.queue(), [], f"{name}: queue")
    peer.never(1.5, lambda m: m.recipients != ["bob@partner.example"])
    equal(len(peer.messages), 1, "copies at the next hop")
    equal({r["verdict"] for r in gateway.log_search("--recipient", "alice@managed.example")
           if r["verdict"] in ("delivered", "rejected", "deferred")}, {"delivered"}, "the log")
    gateway.stop()


if __name__ == "__main__":
    run(main)
