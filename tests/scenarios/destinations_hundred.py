# SPDX-License-Identifier: Apache-2.0
"""A hundred domains by MX, of which some are dead, some hang, some are slow, some greylist and some
take one connection at a time: the others get all their mail while the bad ones still wait, and the
greylisting ones get theirs in the end."""
import collections
import threading

from support.conserve import conserve
from support.mail import message
from support.peer import Close, Hang, Wait
from support.scenario import check, equal, eventually, run

GOOD, DEAD, HUNG, SLOW, GREY, NARROW = 60, 12, 6, 8, 8, 6
EACH = 5  # messages for a domain


class Narrow:
    """Greets one connection at a time; to others it says 421."""

    def __init__(self):
        self.lock = threading.Lock()
        self.holder = None

    def __call__(self, connection, line):
        with self.lock:
            if self.holder is None or self.holder.ended.is_set():
                self.holder = connection
                return None
        return Close(b"421 4.7.0 one at a time\r\n")


class Grey:
    """The first time that it hears of a recipient it says later."""

    def __init__(self):
        self.lock = threading.Lock()
        self.seen = set()

    def __call__(self, connection, line):
        with self.lock:
            if line in self.seen:
                return None
            self.seen.add(line)
        return b"450 4.7.1 greylisted\r\n"


def main(s):
    world = s.world()
    kinds = {}
    peers = collections.defaultdict(list)

    def add(kind, count, script=None):
        for n in range(count):
            domain = f"{kind}{n}.example"
            kinds[domain] = kind
            if kind == "dead":
                world.domain(domain, world.dead_host(f"mx.{domain}"))
                continue
            peer = world.host(f"mx.{domain}", script() if script else None)
            peers[kind].append(peer)
            world.domain(domain, peer)

    add("good", GOOD)
    add("dead", DEAD)
    add("hung", HUNG, lambda: {"connect": Hang()})
    add("slow", SLOW, lambda: {"dot": Wait(1.5)})
    add("grey", GREY, lambda: {"RCPT": Grey()})
    add("narrow", NARROW, lambda: {"connect": Narrow()})

    # Few connections for so many destinations: those that hang must not use them up.
    config = world.config()
    config["delivery"].update(connections=60, retry=["2s"], reply_timeout="20s")
    gateway = s.gateway(config=config)
    accepted = []
    with gateway.client() as client:
        for n in range(EACH):
            for domain in kinds:
                accepted.append(f"r{n}@{domain}")
                reply = client.transaction("alice@managed.example", accepted[-1], message())
                check(reply.is_(250), f"{accepted[-1]}: {reply}")

    def waiting():
        return collections.Counter(kinds[r["address"].partition("@")[2]]
                                   for item in gateway.queue() for r in item["recipients"])

    def taken(kind):
        return sum(len(peer.messages) for peer in peers[kind])
    eventually(lambda: taken("good") == GOOD * EACH,
               lambda: f"{taken('good')} of {GOOD * EACH} are delivered", 60)
    now = waiting()
    equal((now["dead"], now["hung"]), (DEAD * EACH, HUNG * EACH),
          "what waits when the good ones have all")
    for kind, count in (("slow", SLOW), ("grey", GREY), ("narrow", NARROW)):
        eventually(lambda k=kind, c=count: taken(k) == c * EACH,
                   lambda k=kind: f"{k}: {taken(k)} delivered", 60)
    # The slow ones have the content before we have their answer.
    eventually(lambda: set(waiting()) == {"dead", "hung"}, lambda: f"{waiting()} wait", 60)
    conserve(gateway, accepted, *(peer for group in peers.values() for peer in group))
    gateway.kill()  # the hung ones would hold a stop up


if __name__ == "__main__":
    run(main)
