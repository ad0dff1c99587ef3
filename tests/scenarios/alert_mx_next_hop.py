# SPDX-License-Identifier: Apache-2.0
"""A route by "mx:DOMAIN" whose mail servers are all down is an alert with that name, with a notice of
its end; domains of recipients that a route "mx" leads to are not watched."""
from support.mail import message
from support.scenario import check, equal, eventually, run


def main(s):
    world = s.world()
    first, second = world.host("mx1.relay.example"), world.host("mx2.relay.example")
    world.domain("relay.example", first, second)
    world.domain("gone.example", world.dead_host("mx.gone.example"))
    config = world.config(alerts={"next_hop_down": "1s"})
    config["route"].insert(0, {"domain": "partner.example", "next_hop": "mx:relay.example", "tls": "none"})
    gateway = s.gateway(config=config)

    def alerts(which):
        return [a["subject"] for a in gateway.must("alert", "list", "--json").json()[which]
                if a["name"] == "next-hop"]

    def send(address):
        check(gateway.send("alice@managed.example", address, message()).is_(250), address)

    # One of two is enough.
    first.down()
    send("a@partner.example")
    second.wait(1)
    equal(alerts("active"), [], "alerts while one mail server works")

    second.down()
    for address in ("b@partner.example", "b@relay.example", "b@gone.example"):
        send(address)

    def raised():
        gateway.must("queue", "retry", "--all")
        return alerts("active")
    eventually(raised, "the alert", 40)
    gateway.wait_log(r"alert next-hop: next hop mx:relay\.example is not reachable")
    # The others have failed as long and as often.
    notes = {r["address"]: r["note"] for item in gateway.queue() for r in item["recipients"]}
    check("4.4.1" in notes["b@gone.example"] and "4.4.1" in notes["b@relay.example"], f"notes: {notes}")
    equal(alerts("active"), ["mx:relay.example"], "what is raised")

    second.up()

    def over():
        gateway.must("queue", "retry", "--all")
        return not alerts("active")
    eventually(over, "the end of the alert", 40)
    second.wait(3)
    equal([r["address"] for item in gateway.queue() for r in item["recipients"]], ["b@gone.example"],
          "what waits on")
    gateway.wait_log(r"alert next-hop over: .*mx:relay\.example.*reachable again")
    gateway.stop()


if __name__ == "__main__":
    run(main)
