# SPDX-License-Identifier: Apache-2.0
"""Overrides by listener, source network and domain pattern: the first that matches decides, and all
of its fields must match."""
from support.gateway import listener
from support.mail import message, one_log_line
from support.scenario import check, equal, run

REJECTED, BOUNCED, PASSED = "rejecting", "bouncing", "passing"


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={
        "listener": [listener(), listener("partners")],
        "unmanaged_senders": {"action": "reject", "override": [
            # Three fields: only together.
            {"listener": "partners", "network": "127.0.0.2/32", "domain": "exact.example",
             "action": "bounce"},
            {"domain": "exact.example", "action": "pass"},
            {"network": "127.0.0.3/32", "action": "pass"},
            {"domain": ".suffix.example", "action": "bounce"},
            {"listener": "partners", "action": "pass"},
        ]}})
    cases = [
        ("partners", "127.0.0.2", "exact.example", BOUNCED),
        ("outbound", "127.0.0.2", "exact.example", PASSED),
        ("partners", "127.0.0.1", "exact.example", PASSED),
        ("partners", "127.0.0.2", "other.example", PASSED),
        ("outbound", "127.0.0.1", "sub.exact.example", REJECTED),
        ("outbound", "127.0.0.3", "any.example", PASSED),
        ("outbound", "127.0.0.1", "any.example", REJECTED),
        ("outbound", "127.0.0.1", "suffix.example", BOUNCED),
        ("outbound", "127.0.0.1", "a.b.suffix.example", BOUNCED),
        ("outbound", "127.0.0.1", "nosuffix.example", REJECTED),
        ("outbound", "127.0.0.3", "suffix.example", PASSED),
        ("partners", "127.0.0.1", "suffix.example", BOUNCED),
        ("partners", "127.0.0.1", "any.example", PASSED),
    ]
    for n, (name, source, domain, wanted) in enumerate(cases):
        sender, recipient = f"s{n}@{domain}", f"r{n}@partner.example"
        with gateway.client(name, source=source) as client:
            reply = client.transaction(sender, recipient, message(sender, recipient))
        where = f"{sender} from {source} on {name}"
        check(reply.is_(*((550, "5.7.1") if wanted == REJECTED else (250,))), f"{where}: {reply}")
        line = one_log_line(gateway, rf"\({recipient}\): (unmanaged domain blocked|passing)")
        check(wanted in line["text"], f"{where}: wanted {wanted}, the log says {line['text']!r}")
        if wanted == PASSED:
            peer.wait(1, match=lambda m: m.recipients == [recipient])
        if wanted == BOUNCED:
            equal(peer.wait(1, match=lambda m: m.recipients == [sender])[0].sender, "", where)
    gateway.stop()


if __name__ == "__main__":
    run(main)
