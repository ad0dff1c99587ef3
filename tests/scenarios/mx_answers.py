# SPDX-License-Identifier: Apache-2.0
"""What the DNS says for good about a domain: it takes no mail, it does not exist, it has no MX record
and an address, an alias, a mail server that does not exist or may not be used, and ourselves. Each
failure comes back once, with its status; in `through` the client is told in the session."""
from support.conserve import conserve
from support.gateway import listener
from support.mail import message
from support.reports import Report
from support.scenario import check, equal, eventually, run


def main(s):
    world, home = s.world(), s.peer()
    dns = world.dns
    bare = world.host("bare.example")  # an A record and no MX
    real = world.host("mx.real.example")
    world.domain("real.example", real)
    dns.add("alias.example", "CNAME", "real.example.")
    dns.add("hostalias.example", "MX", "10 also.real.example.")
    dns.add("also.real.example", "CNAME", "mx.real.example.")
    world.domain("ours.example", "gw.example.com")
    # The gateway's own port under another name, and something better before it that is dead.
    own = world.address()
    dns.add("mx.byaddress.example", "A", own)
    world.domain("byaddress.example", "mx.byaddress.example", real)
    world.domain("between.example", world.dead_host("mx.between.example"), "mx.byaddress.example",
                 real)
    dns.add("null.example", "MX", "0 .")
    dns.add("lost.example", "MX", "10 nowhere.lost.example.")
    dns.add("mute.example", "TXT", '"no mail server, no address"')
    dns.add("inside.example", "MX", "10 mx.inside.example.")
    dns.add("mx.inside.example", "A", "127.0.0.1")
    dns.add("half.example", "MX", "10 mx.inside.example.", "20 mx.real.example.")
    config = world.config(home, listener=[listener(), listener("now", mode="through"),
                                          listener("world", address=f"{own}:{world.port}")])
    config["dns"]["refused_networks"] = ["127.0.0.0/16", "::1", "0.0.0.0/8"]
    gateway = s.gateway(config=config)

    good = {"bare.example": bare, "alias.example": real, "hostalias.example": real,
            "half.example": real, f"[{real.host}]": real}
    bad = {"null.example": "5.1.10", "gone.example": "5.1.2", "lost.example": "5.4.4",
           "mute.example": "5.4.4", "inside.example": "5.4.4", "ours.example": "5.4.6",
           "byaddress.example": "5.4.6",
           "[127.0.0.1]": "5.4.4"}
    accepted = []
    for domain in (*good, *bad):
        address = f"bob@{domain}"
        check(gateway.send("alice@managed.example", address, message()).is_(250), address)
        accepted.append(address)
    for domain, peer in good.items():
        peer.wait(1, match=lambda m, d=domain: m.recipients == [f"bob@{d}"])

    def statuses():
        return {str(block["Final-Recipient"]).partition("@")[2].strip(): str(block["Status"]).strip()
                for received in list(home.messages) for block in Report(received).per_recipient}
    eventually(lambda: len(statuses()) == len(bad), lambda: f"all came back: {statuses()}")
    equal(statuses(), bad, "statuses")
    address = "bob@between.example"
    check(gateway.send("alice@managed.example", address, message()).is_(250), address)
    accepted.append(address)

    def waits():
        return [r["note"] for item in gateway.queue() for r in item["recipients"] if r["attempts"]]
    eventually(lambda: waits() and "mx.between.example" in waits()[0], lambda: f"waits: {waits()}")
    gateway.must("queue", "delete", *[i["id"] for i in gateway.queue()], "--yes")
    conserve(gateway, accepted, bare, real, home)

    for domain, status in bad.items():
        reply = gateway.send("alice@managed.example", f"bob@{domain}", message(), name="now")
        check(reply.code >= 500 and status in str(reply), f"{domain} in the session: {reply}")
    equal(len(home.messages), len(bad), "no more reports")
    gateway.stop()


if __name__ == "__main__":
    run(main)
