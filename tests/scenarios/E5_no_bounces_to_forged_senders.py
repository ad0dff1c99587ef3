# SPDX-License-Identifier: Apache-2.0
"""A thousand messages with forged senders, to recipients that are not known or not ours, and from domains
that are not ours: as it is set up by default each is refused in the session, in `store` it is accepted and
ends silently, and no bounce leaves. (E5)

Nothing is ever sent to what a stranger gave as sender, so there is no limit by target yet, and no
exception for senders that SPF or DKIM would prove."""
from support.gateway import listener
from support.mail import message
from support.scenario import check, equal, eventually, run

STRANGER, INSIDE = "127.0.0.50", "127.0.0.1"
A_SESSION = 8  # messages; below the limit of refused commands in a session
STORED = 200


def forged(n):
    return f"victim{n}@forged{n % 50}.example"


def flood(gateway, name, source, count, recipients, sender=forged):
    """Messages in sessions of a few; the replies. recipients(n): of the nth message."""
    replies = []
    for start in range(0, count, A_SESSION):
        with gateway.client(name, source=source) as client:
            for n in range(start, min(start + A_SESSION, count)):
                replies.append(client.transaction(sender(n), recipients(n), message(sender(n))))
    return replies


def main(s):
    def unknown(_, line):
        return b"550 5.1.1 no such user\r\n" if b"nobody" in line else None
    ours = s.peer({"RCPT": unknown, "dot": lambda c, _: b"554 5.7.1 spam\r\n"
                   if c.messages[-1].recipients[0].startswith("late") else None})
    world = s.peer()  # where a bounce would go
    trusted = {"trusted_networks": [f"{INSIDE}/32"]}
    gateway = s.gateway(config={
        "listener": [listener("inbound", **trusted), listener("outbound", **trusted),
                     listener("both", direction="unified", **trusted),
                     listener("stored", direction="inbound", mode="store", **trusted)],
        "route": [{"domain": "managed.example", "next_hop": f"127.0.0.1:{ours.port}", "tls": "none"},
                  {"domain": "*", "next_hop": f"127.0.0.1:{world.port}", "tls": "none"}]})

    def refused(what, replies):
        equal([r for r in replies if r.code // 100 != 5], [], f"{what}: not refused in the session")
    for name in ("inbound", "both"):
        refused(f"{name}: unknown", flood(gateway, name, STRANGER, 100,
                                          lambda n: f"nobody{n}@managed.example"))
        refused(f"{name}: refused after the dot", flood(gateway, name, STRANGER, 50,
                                                        lambda n: f"late{n}@managed.example"))
        refused(f"{name}: not ours", flood(gateway, name, STRANGER, 150,
                                           lambda n: f"u{n}@elsewhere{n % 7}.example"))
    # A machine inside that a worm has: domains that are not ours, refused by default.
    for name in ("outbound", "both"):
        refused(f"{name}: unmanaged sender", flood(gateway, name, INSIDE, 100,
                                                   lambda n: f"u{n}@elsewhere{n % 7}.example"))
    # Accepted first, refused by the next hop later: it ends there.
    replies = flood(gateway, "stored", STRANGER, STORED, lambda n: [
        f"{'late' if n % 2 else 'nobody'}.s{n}@managed.example"])
    equal([r for r in replies if r.code != 250], [], "stored: accepted")

    eventually(lambda: gateway.queue() == [], "the queue is empty", 60)
    for n in (0, 1, STORED - 2, STORED - 1):
        recipient = f"{'late' if n % 2 else 'nobody'}.s{n}@managed.example"
        verdicts = [r.get("verdict") for r in gateway.log_search("--recipient", recipient)]
        check("failed" in verdicts and "bounced" not in verdicts, f"{recipient}: {verdicts}")
    world.never(0.5)
    equal((world.messages, world.connections), ([], []), "what left")
    equal(ours.messages, [], "what the mail server of ours took")

    # The way out is open: what is ours is still told.
    check(gateway.send("alice@managed.example", "u@partner.example", message()).is_(250), "mail of ours")
    world.wait(1)
    gateway.stop()


if __name__ == "__main__":
    run(main)
