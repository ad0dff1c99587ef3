# SPDX-License-Identifier: Apache-2.0
"""What a stranger gives as the sender may be anybody's address: no report goes there, whatever becomes
of the message. The log says what became of it. Hosts that are trusted get their reports."""
from support.gateway import listener
from support.mail import message
from support.peer import EXTENSIONS
from support.reports import Report, is_report
from support.scenario import check, equal, eventually, run

TRUSTED, STRANGER = "127.0.0.1", "127.0.0.50"
FORGED, WELL_KNOWN = "victim@forged.example", "friend@known.example"


def main(s):
    def rcpt(_, line):
        return b"550 5.1.1 no such user\r\n" if b"gone" in line else None
    tries = {}

    def dot(connection, _):
        """451 at the first try, 550 from then on, for some."""
        who = connection.messages[-1].recipients[0]
        tries[who] = tries.get(who, 0) + 1
        if not who.startswith("later"):
            return None
        return b"451 4.7.1 not yet\r\n" if tries[who] == 1 else b"550 5.7.1 never\r\n"
    first = s.peer({"RCPT": rcpt})
    second = s.peer({"RCPT": rcpt, "dot": dot}, extensions=[e for e in EXTENSIONS if e != "DSN"])
    world = s.peer()
    inside = {"trusted_networks": ["127.0.0.0/29"]}
    gateway = s.gateway(config={
        "listener": [listener("both", direction="unified", **inside),
                     listener("stored", direction="inbound", mode="store", **inside),
                     listener("inbound", **inside)],
        "domain": [{"name": "a.example"}, {"name": "b.example"}],
        "route": [{"domain": "a.example", "next_hop": f"127.0.0.1:{first.port}", "tls": "none"},
                  {"domain": "b.example", "next_hop": f"127.0.0.1:{second.port}", "tls": "none"},
                  {"domain": "*", "next_hop": f"127.0.0.1:{world.port}", "tls": "none"}]})

    def send(name, source, sender, recipients, **parameters):
        with gateway.client(name, source=source) as client:
            reply = client.transaction(sender, recipients, message(sender), **parameters)
        check(reply.is_(250), f"{recipients} from {source} on {name}: {reply}")

    def verdict(recipient):
        """The last that the log says of a recipient."""
        records = gateway.log_search("--recipient", recipient)
        return next((r["verdict"] for r in reversed(records) if r.get("verdict")), None)

    def becomes(recipient, wanted):
        eventually(lambda: verdict(recipient) == wanted,
                   lambda: f"{recipient} is {wanted}; it is {verdict(recipient)}")

    # A unified listener tells a stranger at once.
    with gateway.client("both", source=STRANGER) as client:
        reply = client.transaction(FORGED, ["gone1@a.example"], message(FORGED), mail="RET=FULL")
    check(reply.is_(550), f"an unknown recipient, on both: {reply}")
    send("stored", STRANGER, FORGED, ["gone2@a.example"], rcpt="NOTIFY=FAILURE")
    send("inbound", STRANGER, FORGED, ["u3@a.example", "later3@b.example"])
    send("inbound", STRANGER, FORGED, ["u4@b.example"], rcpt="NOTIFY=SUCCESS")
    for refused in ("gone2@a.example", "later3@b.example"):
        becomes(refused, "failed")
    for taken in ("u3@a.example", "u4@b.example"):
        becomes(taken, "delivered")
    eventually(lambda: gateway.queue() == [], "the queue is empty")
    equal([m for peer in (first, second, world) for m in peer.messages if is_report(m)], [],
          "reports to an address that a stranger gave")
    world.never(0.5)

    # Those there is a reason to trust are told of the same things.
    send("both", TRUSTED, "alice@a.example", ["gone1@b.example"])
    send("stored", TRUSTED, WELL_KNOWN, ["gone2@b.example"])
    send("inbound", TRUSTED, WELL_KNOWN, ["u3@a.example", "later4@b.example"])
    send("inbound", TRUSTED, WELL_KNOWN, ["u5@b.example"], rcpt="NOTIFY=SUCCESS")
    told = {"gone1@b.example": (first, "failed"), "gone2@b.example": (world, "failed"),
            "later4@b.example": (world, "failed"), "u5@b.example": (world, "relayed")}
    for recipient, (peer, action) in told.items():
        received = peer.wait(1, match=lambda m: is_report(m) and recipient.encode() in m.content)[0]
        equal(str(Report(received).recipient(recipient)["Action"]).strip(), action, recipient)
    for recipient in ("gone1@b.example", "gone2@b.example", "later4@b.example"):
        becomes(recipient, "bounced")
    equal(len(world.messages), 3, "reports to the world")
    check(not any(FORGED in m.recipients for m in world.messages), "a report to the forged sender")
    gateway.stop()


if __name__ == "__main__":
    run(main)
