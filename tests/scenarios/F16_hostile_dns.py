# SPDX-License-Identifier: Apache-2.0
"""Answers that nobody should give: rings and chains of aliases, a hundred mail servers with fifty addresses
each, octets at random, names with line ends, records of other names, answers of 64 KiB, answers that come octet
by octet, or are cut off, for ever. The mail for those domains waits or comes back, each look-up ends, few of
the servers are asked for and few connections made, and other mail goes on. (F16)

What is fetched besides (keys, certificates) is not there yet; the whole search's own limit of two minutes is
longer than a scenario, so that each question has an end is what is shown."""
import random
import selectors
import socket
import struct
import threading

from support.conserve import conserve
from support.dns import ByTcp, Octets, Silence
from support.mail import message
from support.scenario import check, equal, eventually, run

FLAGS = b"\x81\x80"
MX, TXT, CNAME = 15, 16, 5
EVIL, GOOD = b"\x02mx\x04evil\x07example\0", b"\x02mx\x04good\x07example\0"


def counts(answers, flags=FLAGS):
    return flags + struct.pack("!HHHH", 1, answers, 0, 0)


def question(query):
    return query.question[0].name.to_wire() + struct.pack("!HH", query.question[0].rdtype, 1)


def record(kind, data, owner=b"\xc0\x0c"):
    return owner + struct.pack("!HHIH", kind, 1, 60, len(data)) + data


def mx(exchange):
    return struct.pack("!H", 10) + exchange


def framed(query, rest):
    octets = struct.pack("!H", query.id) + rest
    return struct.pack("!H", len(octets)) + octets


def many_records(query):
    """As many mail servers as go into one answer: their names end in the domain asked for."""
    head = counts(0) + question(query)
    each = len(record(MX, mx(b"\x05m0000\xc0\x0c")))
    number = (65533 - len(head)) // each
    records = b"".join(record(MX, mx(b"\x05m%04d\xc0\x0c" % n)) for n in range(number))
    return framed(query, counts(number) + question(query) + records)


def large_text(query, exchange):
    """64 KiB of other things before the one that was asked for."""
    text = b"".join(b"\xff" + b"t" * 255 for _ in range(250))
    return framed(query, counts(2) + question(query) + record(TXT, text) + record(MX, mx(exchange)))


def flood(query):
    """An answer, and a megabyte that nobody asked for behind it."""
    yield framed(query, b"\x81\x83" + struct.pack("!HHHH", 1, 0, 0, 0) + question(query))
    for _ in range(256):
        yield struct.pack("!H", 4094) + bytes(4094)


DRIPS = threading.Event()


def drip(query):
    """Never at its end: an octet at a time of an answer that says it is 64 KiB long."""
    DRIPS.set()
    yield struct.pack("!HH", 65535, query.id) + counts(60000) + question(query)
    while True:
        yield b"\xc0"


def chain(length, exchange):
    """One answer with so many aliases, each of the one before, and a mail server at the end."""
    def make(query):
        names = [query.question[0].name.to_wire(), *(b"\x04c%03d\0" % n for n in range(length))]
        steps = b"".join(record(CNAME, after, before) for before, after in zip(names, names[1:]))
        return counts(length + 1) + question(query) + steps + record(MX, mx(exchange), names[-1])
    return make


class Ears:
    """Accepts on many addresses, counts, and says nothing good."""

    def __init__(self, s, addresses, port):
        self.heard = 0
        self.selector = selectors.DefaultSelector()
        for address in addresses:
            sock = socket.create_server((address, port))
            sock.setblocking(False)
            self.selector.register(sock, selectors.EVENT_READ)
            s.cleanup(sock.close)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            for key, _ in self.selector.select():
                try:
                    connection, _ = key.fileobj.accept()
                except OSError:
                    continue
                self.heard += 1
                connection.sendall(b"421 4.3.2 not now\r\n")
                connection.close()


def main(s):
    world, home = s.world(), s.peer()
    dns = world.dns
    good, evil = world.host("mx.good.example"), world.host("mx.evil.example")
    world.domain("good.example", good)
    pool = [f"127.9.0.{n}" for n in range(1, 201)]
    ears = Ears(s, pool, world.port)

    dns.add("ring.example", "CNAME", "ring2.example.")
    dns.add("ring2.example", "CNAME", "ring.example.")
    dns.add("self.example", "CNAME", "self.example.")
    for n in range(100):
        dns.add("huge.example", "MX", f"{n} mx{n}.huge.example.")
        dns.add(f"mx{n}.huge.example", "A", *(pool[(n * 50 + k) % len(pool)] for k in range(50)))
        # Nobody answers for any of them.
        dns.add("tar.example", "MX", f"{n} mx{n}.tar.example.")
        dns.behave(f"mx{n}.tar.example", Silence())
    dice = random.Random(4)
    dns.behave("noise.example", Octets(lambda q: dice.randbytes(300)))
    dns.behave("short.example", Octets(lambda q: FLAGS))
    dns.behave("lie.example", Octets(lambda q: counts(900) + question(q) + record(MX, mx(EVIL))))
    dns.behave("pointer.example", Octets(lambda q: counts(1) + question(q) + record(
        MX, mx(b"\xc0" + bytes([12 + len(question(q)) + 14])))))
    # Says TC by UDP and by TCP.
    dns.behave("cutoff.example", Octets(lambda q: counts(0, b"\x83\x80") + question(q)))
    dns.behave("lines.example", Octets(lambda q: counts(1) + question(q) + record(
        MX, mx(b"\x1amx\r\n2026-01-01 INFO  forged\x1b\x07example\0"))))
    # What it says is about a name that nobody asked for.
    dns.behave("other.example", Octets(lambda q: counts(1) + question(q) + record(
        MX, mx(EVIL), b"\x04good\x07example\0")))
    dns.behave("chain.example", Octets(chain(30, EVIL)))
    dns.behave("many.example", ByTcp(lambda q: [many_records(q)]))
    dns.behave("text.example", ByTcp(lambda q: [large_text(q, EVIL)[:5000]]))  # stops in its middle
    dns.behave("flood.example", ByTcp(flood))
    dns.behave("drip.example", ByTcp(drip, 0.05))
    # Unusual, and right.
    dns.behave("links.example", Octets(chain(4, GOOD)))
    for name in ("book.example", "book2.example"):
        dns.behave(name, ByTcp(lambda q: [large_text(q, GOOD)]))
    bad = ["ring", "self", "huge", "tar", "noise", "short", "lie", "pointer", "cutoff", "lines", "other", "chain",
           "many", "text", "flood", "drip"]

    config = world.config(home, delivery={"mx_port": world.port, "retry": ["1h"], "jitter_percent": 0})
    config["dns"]["tries"] = 1
    gateway = s.gateway(config=config)
    accepted = []

    def send(*addresses):
        for address in addresses:
            check(gateway.send("alice@managed.example", address, message()).is_(250), address)
            accepted.append(address)
    send("bob@links.example", "bob@book.example")
    good.wait(2)
    send(*(f"bob@{name}.example" for name in bad))
    # While other answers by TCP stop in their middle, are garbage or drip.
    check(DRIPS.wait(15), "the name that drips was not asked for by TCP")
    send("bob@book2.example")
    send(*(f"r{n}@good.example" for n in range(20)))
    good.wait(23)
    # The others were not waited for: some of the look-ups cannot have ended by now.
    check(any(not r["attempts"] for item in gateway.queue() for r in item["recipients"]),
          "good mail went while hostile names were looked up")

    def settled():
        waiting = {r["address"]: r for item in gateway.queue() for r in item["recipients"]}
        return all(r["attempts"] for r in waiting.values())
    eventually(settled, "each look-up ended", 60)
    equal([evil.connections, evil.messages], [[], []], "what other names led to")
    for name in ("huge", "tar"):
        asked = {n for n in range(100) if dns.asked(f"mx{n}.{name}.example")}
        check(0 < len(asked) <= 20, f"{len(asked)} of 100 mail servers of {name}.example were looked up")
    asked = {name for name, _ in dns.questions if name.endswith(".many.example")}
    check(0 < len(asked) <= 20, f"{len(asked)} of 2900 mail servers were looked up")
    check(0 < ears.heard <= 20, f"{ears.heard} connections to 100 mail servers with 50 addresses each")
    check(not any("\x1b" in line or line.startswith("2026-01-01 INFO") for line in gateway.log()),
          "a name from the DNS forged a line of the log")
    check(gateway.alive(), "the gateway has ended")
    conserve(gateway, accepted, good, home)
    gateway.stop()


if __name__ == "__main__":
    run(main)
