# SPDX-License-Identifier: Apache-2.0
"""A slow next hop with one connection: a message in line for it goes by the route that holds when its
turn comes, not by the one of when it was put there."""
from support.mail import message
from support.peer import Gate
from support.scenario import check, equal, eventually, run


def main(s):
    gate = Gate()
    old, new = s.peer({"dot": [gate]}), s.peer()
    s.cleanup(gate.open)
    gateway = s.gateway(next_hop=old, config={"delivery": {"connections_per_next_hop": 1}})
    check(gateway.send("alice@managed.example", "r0@partner.example", message()).is_(250), "the first")
    old.wait(1)
    rest = ["r1@partner.example", "r2@partner.example"]
    for recipient in rest:
        check(gateway.send("alice@managed.example", recipient, message()).is_(250), recipient)
    gateway.write_config({"route": [
        {"domain": "*", "next_hop": f"127.0.0.1:{new.port}", "tls": "none"}]})
    gateway.reload()
    eventually(lambda: str(new.port) in gateway.must("config", "show").out, "reloaded")
    gate.open()
    new.wait(2)
    eventually(lambda: gateway.queue() == [], "the queue is empty")
    equal(sorted(m.recipients[0] for m in new.messages), rest, "by the new route")
    equal([m.recipients[0] for m in old.messages], ["r0@partner.example"], "by the old route")
    gateway.stop()


if __name__ == "__main__":
    run(main)
