# SPDX-License-Identifier: Apache-2.0
"""Classic relay probes from a stranger's address, against an inbound, a unified and an outbound listener:
what does not lead to a domain of ours is refused with 5xx, and no octet goes to the world. A '%' or '!' in
the local part of an address of ours is a plain character: the domain that is judged is the one that mail
goes to, and the next hop gets the address as it came. (E9, D7, H18)"""
import re

from support.client import Closed
from support.gateway import listener
from support.mail import message
from support.scenario import check, equal, eventually, run

OURS, VICTIM = "managed.example", "victim.example"
STRANGER = "127.0.0.77"

REFUSED = [  # (sender, recipient): 5xx, at RCPT or at MAIL
    ("relay@stranger.example", f"u@{VICTIM}"),
    (f"u@{VICTIM}", f"u@{VICTIM}"),
    (f"spam@{OURS}", f"u@{VICTIM}"),              # our own domain as the sender
    (f"postmaster@{OURS}", f"u@{VICTIM}"),
    ("", f"u@{VICTIM}"),                          # the null sender
    ("spam@localhost", f"u@{VICTIM}"),
    ("spam@gw.example.com", f"u@{VICTIM}"),       # the gateway itself
    ("spam@[127.0.0.1]", f"u@{VICTIM}"),
    ("spam", f"u@{VICTIM}"),
    (f"@{OURS}:u@{VICTIM}", f"u@{VICTIM}"),
    (f"spam@{OURS}", "u@[192.0.2.1]"),            # address literals
    (f"spam@{OURS}", "u@[127.0.0.1]"),
    (f"spam@{OURS}", "u@[IPv6:2001:db8::1]"),
    (f"spam@{OURS}", "u@192.0.2.1"),
    (f"spam@{OURS}", f"u%{VICTIM}@[127.0.0.1]"),  # percent hack
    (f"spam@{OURS}", f"u%{VICTIM}@gw.example.com"),
    (f"spam@{OURS}", f"u%{VICTIM}"),
    (f"spam@{OURS}", f"\"u@{VICTIM}\""),          # quotes
    (f"spam@{OURS}", f"\"u%{VICTIM}\""),
    (f"spam@{OURS}", f"\"u@{OURS}\"@{VICTIM}"),
    (f"spam@{OURS}", f"u@{VICTIM}@{OURS}"),       # two @
    (f"spam@{OURS}", f"u@{OURS}@{VICTIM}"),
    (f"spam@{OURS}", f"u@{VICTIM}@[127.0.0.1]"),
    (f"spam@{OURS}", f"@{OURS}:u@{VICTIM}"),      # source routes
    (f"spam@{OURS}", f"@{OURS},@gw.example.com:u@{VICTIM}"),
    (f"spam@{OURS}", f"@[127.0.0.1]:u@{VICTIM}"),
    (f"spam@{OURS}", f"{VICTIM}!u"),              # bang paths
    (f"spam@{OURS}", f"{VICTIM}!u@[127.0.0.1]"),
    (f"spam@{OURS}", f"u@{VICTIM}\0@{OURS}"),     # what two readers end in different places
    (f"spam@{OURS}", f"u@{VICTIM}\r@{OURS}"),
    (f"spam@{OURS}", f"u@{OURS}\t@{VICTIM}"),
    (f"spam@{OURS}", f"u@{OURS},u@{VICTIM}"),
    (f"spam@{OURS}", f"u@{OURS} u@{VICTIM}"),
    (f"spam@{OURS}", f"u@{OURS}>,<u@{VICTIM}"),
    (f"spam@{OURS}", f"u@{VICTIM}(@{OURS})"),
    (f"spam@{OURS}", f"u@{OURS}.{VICTIM}"),       # near our domain
    (f"spam@{OURS}", f"u@x{OURS}"),
    (f"spam@{OURS}", f"u@{OURS}."),
]
PLAIN = [  # mail for ours, whatever stands before the last @
    f"u%{VICTIM}@{OURS}",
    f"{VICTIM}!u@{OURS}",
    f"\"u@{VICTIM}\"@{OURS}",
    f"@{VICTIM}:u@{OURS}",                        # the route is left out
]


def probe(client, sender, recipient):
    """The reply that ended it; a 250 is that of RCPT or, when the content was taken, of the dot."""
    reply = client.command(f"MAIL FROM:<{sender}>")
    if reply.code == 250:
        reply = client.command(f"RCPT TO:<{recipient}>")
    if reply.code in (250, 251):
        reply = client.data(message())
    return reply


def main(s):
    ours, world = s.peer(), s.peer()
    trusted = {"trusted_networks": ["127.0.0.1/32"]}
    gateway = s.gateway(config={
        "listener": [listener("inbound", **trusted), listener("both", direction="unified", **trusted),
                     listener("stored", direction="inbound", mode="store", **trusted),
                     listener("outbound", **trusted)],
        "route": [{"domain": OURS, "next_hop": f"127.0.0.1:{ours.port}", "tls": "none"},
                  {"domain": "*", "next_hop": f"127.0.0.1:{world.port}", "tls": "none"}]})

    for name in ("inbound", "both", "stored"):
        for sender, recipient in REFUSED:
            with gateway.client(name, source=STRANGER) as client:
                reply = probe(client, sender, recipient)
            check(500 <= reply.code <= 599, f"<{sender}> to <{recipient!r}> on {name}: {reply}")
    equal((ours.connections, ours.messages), ([], []), "what the mail server of ours saw of them")

    # A stranger on the outbound listener is sent away before he has said anything.
    for sender, recipient in REFUSED[:1]:
        with gateway.client("outbound", ehlo=False, source=STRANGER) as client:
            first = client.reply()
            check(first.code == 554, f"a stranger on the outbound listener: {first}")
            try:
                client.send(f"EHLO x\r\nMAIL FROM:<{sender}>\r\nRCPT TO:<{recipient}>\r\n")
                answers = [client.reply() for _ in range(3)]
                check(all(a.code >= 400 for a in answers), f"after that: {answers}")
            except (Closed, ConnectionError):
                pass

    for name in ("inbound", "both", "stored"):
        for recipient in PLAIN:
            ours.clear()
            with gateway.client(name, source=STRANGER) as client:
                reply = probe(client, "relay@stranger.example", recipient)
            wanted = recipient.rpartition(":")[2]
            check(reply.is_(250), f"<{recipient}> on {name}: {reply}")
            equal(ours.wait(1)[0].recipients, [wanted], f"<{recipient}> on {name}, at the next hop")
            asked = [line for line in ours.commands if re.match(rb"(?i)RCPT", line)]
            check(all(line.split(b" ")[1] == f"TO:<{wanted}>".encode() for line in asked), f"asked: {asked}")
    equal((world.connections, world.messages), ([], []), "what the world saw")
    eventually(lambda: gateway.queue() == [], "the queue is empty")

    # The way out is there, for those who may use it.
    check(gateway.send(f"alice@{OURS}", f"u@{VICTIM}", message()).is_(250), "mail of ours")
    world.wait(1)
    gateway.stop()


if __name__ == "__main__":
    run(main)
