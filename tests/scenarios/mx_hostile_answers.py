# SPDX-License-Identifier: Apache-2.0
"""Answers that nobody should give: rings of aliases, a hundred mail servers with fifty addresses each,
octets at random, names with line ends, records of other names, answers that are cut off for ever. The
mail for those domains waits or comes back, each look-up ends, and other mail goes on. (F16)"""
import random
import struct

from support.conserve import conserve
from support.dns import Octets
from support.mail import message
from support.scenario import check, equal, eventually, run

FLAGS = b"\x81\x80"


def counts(answers, flags=FLAGS):
    return flags + struct.pack("!HHHH", 1, answers, 0, 0)


def question(query):
    return query.question[0].name.to_wire() + struct.pack("!HH", query.question[0].rdtype, 1)


def record(kind, data, owner=b"\xc0\x0c"):
    return owner + struct.pack("!HHIH", kind, 1, 60, len(data)) + data


def mx(exchange):
    return struct.pack("!H", 10) + exchange


def main(s):
    world, home = s.world(), s.peer()
    dns = world.dns
    good, evil = world.host("mx.good.example"), world.host("mx.evil.example")
    world.domain("good.example", good)

    dns.add("ring.example", "CNAME", "ring2.example.")
    dns.add("ring2.example", "CNAME", "ring.example.")
    dns.add("self.example", "CNAME", "self.example.")
    for n in range(100):
        dns.add("huge.example", "MX", f"{n} mx{n}.huge.example.")
        dns.add(f"mx{n}.huge.example", "A", *(f"127.9.{n}.{k}" for k in range(1, 51)))
    dice = random.Random(4)
    dns.behave("noise.example", Octets(lambda q: dice.randbytes(300)))
    dns.behave("short.example", Octets(lambda q: FLAGS))
    dns.behave("lie.example", Octets(lambda q: counts(900) + question(q) + record(
        15, mx(b"\x02mx\x04evil\x07example\0"))))
    dns.behave("pointer.example", Octets(lambda q: counts(1) + question(q) + record(
        15, mx(b"\xc0" + bytes([12 + len(question(q)) + 14])))))
    # Says TC by UDP and by TCP.
    dns.behave("cutoff.example", Octets(lambda q: counts(0, b"\x83\x80") + question(q)))
    dns.behave("lines.example", Octets(lambda q: counts(1) + question(q) + record(
        15, mx(b"\x1amx\r\n2026-01-01 INFO  forged\x1b\x07example\0"))))
    # What it says is about a name that nobody asked for.
    dns.behave("other.example", Octets(lambda q: counts(1) + question(q) + record(
        15, mx(b"\x02mx\x04evil\x07example\0"), b"\x04good\x07example\0")))
    bad = ["ring", "self", "huge", "noise", "short", "lie", "pointer", "cutoff", "lines", "other"]

    gateway = s.gateway(config=world.config(home))
    accepted = [f"bob@{name}.example" for name in bad]
    for address in accepted:
        check(gateway.send("alice@managed.example", address, message()).is_(250), address)
    for n in range(20):
        accepted.append(f"r{n}@good.example")
        check(gateway.send("alice@managed.example", accepted[-1], message()).is_(250), accepted[-1])
    good.wait(20)

    def settled():
        waiting = {r["address"]: r for item in gateway.queue() for r in item["recipients"]}
        return all(r["attempts"] for r in waiting.values())
    eventually(settled, "each look-up ended", 60)
    equal([evil.connections, evil.messages], [[], []], "what other names led to")
    asked = sum(dns.asked(f"mx{n}.huge.example", "A") for n in range(100))
    check(asked <= 20, f"{asked} of 100 mail servers were looked up")
    check(not any("\x1b" in line or line.startswith("2026-01-01 INFO") for line in gateway.log()),
          "a name from the DNS forged a line of the log")
    check(gateway.alive(), "the gateway has ended")
    conserve(gateway, accepted, good, home)
    gateway.stop()


if __name__ == "__main__":
    run(main)
