# SPDX-License-Identifier: Apache-2.0
"""A route by MX: the best mail server that works gets the mail, one that failed is remembered, equal
ones share, and what is worse than ourselves is not used."""
from support.conserve import conserve
from support.mail import message
from support.peer import Close, Drop
from support.scenario import check, equal, eventually, run


def main(s):
    world = s.world()
    best, second = world.host("mx1.best.example"), world.host("mx2.best.example")
    world.domain("best.example", best, second)

    # The first refuses connections, the second greets with 554, the third hangs up after EHLO.
    rude = world.host("mx2.last.example", {"connect": Close(b"554 5.3.2 no\r\n")})
    mute = world.host("mx3.last.example", {"MAIL": Drop()})
    last = world.host("mx4.last.example")
    world.domain("last.example", world.dead_host("mx1.last.example"), rude, mute, last)

    twins = [world.host(f"twin{n}.example") for n in range(2)]
    for n in range(16):  # as many draws as there are domains
        world.dns.add(f"twins{n}.example", "MX", "10 twin0.example.", "10 twin1.example.")

    before, after = world.host("mx1.near.example"), world.host("mx3.near.example")
    world.domain("near.example", before, "GW.example.com", after)

    # Two addresses of one host, the first of which refuses.
    double = world.host("mx.double.example")
    world.dns.remove("mx.double.example")
    world.dns.add("mx.double.example", "A", world.address(), double.host)
    world.domain("double.example", double)

    gateway = s.gateway(config=world.config())
    peers = [best, second, rude, mute, last, *twins, before, after, double]
    accepted = []

    def send(address):
        check(gateway.send("alice@managed.example", address, message()).is_(250), address)
        accepted.append(address)

    for domain, peer in (("best.example", best), ("last.example", last), ("near.example", before),
                         ("double.example", double)):
        send(f"one@{domain}")
        peer.wait(1)
    equal([len(p.messages) for p in (second, rude, mute, after)], [0, 0, 0, 0], "not the best one")
    gateway.wait_log(r"one@last\.example.*mx4\.last\.example\[127\.1\.")

    # Those that failed are not asked again at once: their names are at rest.
    tried = len(rude.connections), len(mute.connections)
    for n in range(3):
        send(f"more{n}@last.example")
    last.wait(4)
    equal((len(rude.connections), len(mute.connections)), tried, "connections to those at rest")

    for n in range(16):
        send(f"r@twins{n}.example")
    eventually(lambda: sum(len(t.messages) for t in twins) == 16, "the twins have all")
    check(all(t.messages for t in twins), "one of two equal servers got everything")

    # The best one fails while it is in use: the second takes over.
    best.down()
    send("two@best.example")
    second.wait(1)
    eventually(lambda: gateway.queue() == [], "the queue is empty")
    conserve(gateway, accepted, *peers)
    gateway.stop()


if __name__ == "__main__":
    run(main)
