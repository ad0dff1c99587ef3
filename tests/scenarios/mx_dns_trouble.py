# SPDX-License-Identifier: Apache-2.0
"""A DNS that fails or is silent loses nothing: the mail waits with 4.4.3, other domains go on, and it
leaves when the answer comes. What was known stays known for its time."""
from support.conserve import conserve
from support.dns import Code, Silence
from support.mail import message
from support.scenario import check, equal, eventually, run

TROUBLE = {"servfail": Code("SERVFAIL"), "refused": Code("REFUSED"), "silent": Silence()}


def main(s):
    world = s.world()
    good = world.host("mx.good.example")
    world.domain("good.example", good)
    for name, behaviour in TROUBLE.items():
        world.domain(f"{name}.example", good)
        world.dns.behave(f"{name}.example", behaviour)
    # The MX record is there, the mail server's address is not to be had.
    world.domain("deep.example", "mx.deep.example")
    world.dns.behave("mx.deep.example", Code("SERVFAIL"))
    gateway = s.gateway(config=world.config())
    late = [f"bob@{name}.example" for name in (*TROUBLE, "deep")]
    accepted = [*late, "bob@good.example"]
    for address in accepted:
        check(gateway.send("alice@managed.example", address, message()).is_(250), address)
    good.wait(1)

    def waiting():
        return {r["address"]: r["note"] for item in gateway.queue() for r in item["recipients"]}
    eventually(lambda: all("4.4.3" in waiting().get(a, "") for a in late),
               lambda: f"these wait with 4.4.3: {late}; found {waiting()}", 30)
    equal(len(good.messages), 1, "what was delivered")

    for name in TROUBLE:
        world.dns.behave(f"{name}.example", None)
    world.dns.behave("mx.deep.example", None)
    world.dns.add("mx.deep.example", "A", good.host)

    def all_went():
        gateway.must("queue", "retry", "--all")  # past the back-off
        return gateway.queue() == []
    eventually(all_went, lambda: f"all went when the DNS answered: {waiting()}", 40)
    equal(sorted(r for m in good.messages for r in m.recipients), sorted(accepted), "delivered")

    # No DNS at all: what is known is enough.
    world.dns.close()
    check(gateway.send("alice@managed.example", "two@good.example", message()).is_(250), "two")
    accepted.append("two@good.example")
    good.wait(len(accepted))
    conserve(gateway, accepted, good)
    gateway.stop()


if __name__ == "__main__":
    run(main)
