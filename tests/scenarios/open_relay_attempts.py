# SPDX-License-Identifier: Apache-2.0
"""Twenty classic relay probes against an inbound listener and, from a stranger's address, against a
unified and an outbound one: no octet goes to a foreign domain. (E9, D7)"""
from support.client import Closed
from support.gateway import listener
from support.mail import message
from support.scenario import check, equal, run

OURS, VICTIM = "managed.example", "victim.example"

PROBES = [  # (sender, recipient)
    ("relay@stranger.example", f"u@{VICTIM}"),
    (f"u@{VICTIM}", f"u@{VICTIM}"),
    (f"spam@{OURS}", f"u@{VICTIM}"),
    (f"postmaster@{OURS}", f"u@{VICTIM}"),
    ("", f"u@{VICTIM}"),
    ("spam@localhost", f"u@{VICTIM}"),
    ("spam@gw.example.com", f"u@{VICTIM}"),
    ("spam@[127.0.0.1]", f"u@{VICTIM}"),
    ("spam", f"u@{VICTIM}"),
    (f"spam@{OURS}", f"u%{VICTIM}@{OURS}"),
    (f"spam@{OURS}", f"u%{VICTIM}@[127.0.0.1]"),
    (f"spam@{OURS}", f"\"u@{VICTIM}\"@{OURS}"),
    (f"spam@{OURS}", f"\"u@{VICTIM}\""),
    (f"spam@{OURS}", f"\"u%{VICTIM}\""),
    (f"spam@{OURS}", f"u@{VICTIM}@{OURS}"),
    (f"spam@{OURS}", f"u@{VICTIM}@[127.0.0.1]"),
    (f"spam@{OURS}", f"@{OURS}:u@{VICTIM}"),
    (f"spam@{OURS}", f"@[127.0.0.1]:u@{VICTIM}"),
    (f"spam@{OURS}", f"{VICTIM}!u@{OURS}"),
    (f"spam@{OURS}", f"{VICTIM}!u"),
    (f"spam@{OURS}", f"u@{VICTIM}\0@{OURS}"),
    (f"spam@{OURS}", f"u@{OURS}\t@{VICTIM}"),
    (f"spam@{OURS}", f"u@{OURS},u@{VICTIM}"),
    (f"spam@{OURS}", f"u@{OURS} u@{VICTIM}"),
    (f"spam@{OURS}", f"u@{OURS}>,<u@{VICTIM}"),
    (f"spam@{OURS}", f"u@{OURS}.{VICTIM}"),
]


def probe(client, sender, recipient):
    """True when a transaction could be completed."""
    if client.command(f"MAIL FROM:<{sender}>").code != 250:
        client.command("RSET")
        return False
    taken = client.command(f"RCPT TO:<{recipient}>").code in (250, 251)
    if taken:
        client.data(message(sender, recipient))
    else:
        client.command("RSET")
    return taken


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={"smtp": {"errors": 1000}, "listener": [
        listener("inbound"),
        listener("both", direction="unified", trusted_networks=["127.0.0.1/32"]),
        listener("outbound", trusted_networks=["127.0.0.1/32"])]})

    for name in ("inbound", "both"):
        for sender, recipient in PROBES:
            with gateway.client(name, source="127.0.0.77") as client:
                probe(client, sender, recipient)

    # The outbound listener does not talk to strangers at all.
    try:
        with gateway.client("outbound", ehlo=False, source="127.0.0.77") as client:
            first = client.reply()
            check(first.code in (421, 554), f"a stranger on the outbound listener: {first}")
    except Closed:
        pass

    # What was taken is for a managed domain, and its address went on as it was judged: a local part
    # with '%' or '!' is a local part, nothing more.
    gateway.client("inbound").transaction("last@world.example", f"last@{OURS}", message())
    peer.wait(1, match=lambda m: m.recipients == [f"last@{OURS}"])
    for received in peer.messages:
        for recipient in received.recipients:
            domain = recipient.rpartition("@")[2]
            equal(domain.lower(), OURS, f"domain of {recipient}, which was relayed")
    for line in peer.commands:
        if line.upper().startswith(b"RCPT"):
            check(line.count(b"<") == 1 and line.split(b">")[0].endswith(b"@" + OURS.encode()),
                  f"the next hop was asked {line!r}")
    gateway.stop()


if __name__ == "__main__":
    run(main)
