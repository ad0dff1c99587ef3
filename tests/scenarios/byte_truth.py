# SPDX-License-Identifier: Apache-2.0
"""Hundreds of awkward messages arrive octet for octet below our trace fields: from an unmanaged
sender where it passes, from a managed one in `store` and in `through`; and with trace fields turned
off, nothing at all is added."""
from support.awkward import messages, refused
from support.gateway import listener
from support.mail import added_above
from support.scenario import Failure, check, eventually, run

BATCH = 40  # messages a connection


def send_all(gateway, listener_name, sender, corpus, problems):
    """Each message to a recipient of its own, so that it is known again when it arrives."""
    client = None
    for number, (name, content) in enumerate(corpus):
        if number % BATCH == 0:
            if client:
                client.quit()
            client = gateway.client(listener_name)
        reply = client.transaction(sender, f"n{number}@partner.example", content,
                                   mail="BODY=8BITMIME")
        if reply.code != 250:
            problems.append(f"{name}: {reply}")
    client.quit()


def compare(peer, corpus, problems, added_wanted=True):
    arrived = {}
    for received in peer.messages:
        for recipient in received.recipients:
            arrived.setdefault(recipient, []).append(received)
    for number, (name, content) in enumerate(corpus):
        copies = arrived.get(f"n{number}@partner.example", [])
        if len(copies) != 1:
            problems.append(f"{name}: arrived {len(copies)} times")
            continue
        try:
            added = added_above(copies[0], content)
            check(bool(added) == added_wanted, f"added: {added!r}")
        except AssertionError as failure:
            problems.append(f"{name}: {failure}")


def main(s):
    corpus = list(messages())
    check(len(corpus) >= 300, f"only {len(corpus)} messages")
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={
        "listener": [listener(), listener("through", mode="through")],
        "unmanaged_senders": {"action": "pass"}})
    problems = []

    def round_(what, listener_name, sender, added_wanted=True):
        peer.clear()
        found = []
        send_all(gateway, listener_name, sender, corpus, found)
        try:
            eventually(lambda: len(peer.messages) >= len(corpus) - len(found), "all arrived", 40)
        except AssertionError:
            pass  # compare() names those that are missing
        compare(peer, corpus, found, added_wanted)
        problems.extend(f"[{what}] {p}" for p in found)

    round_("pass", "outbound", "carol@stranger.example")
    round_("store", "outbound", "alice@managed.example")
    round_("through", "through", "alice@managed.example")

    with gateway.client() as client:
        for name, wire in refused():
            client.command("MAIL FROM:<alice@managed.example> BODY=8BITMIME")
            client.command("RCPT TO:<refused@partner.example>")
            reply = client.data(wire, framed=True)
            if not reply.is_(554, "5.6.0"):
                problems.append(f"[refused] {name}: {reply}")
    check(not any("refused@" in r for m in peer.messages for r in m.recipients),
          "what was refused has arrived")

    gateway.write_config({"smtp": {"trace_headers": False}})
    gateway.restart()
    round_("nothing added", "outbound", "carol@stranger.example", added_wanted=False)
    eventually(lambda: gateway.queue() == [], "the queue is empty")
    gateway.stop()
    if problems:
        shown = "\n".join(problems[:20])
        raise Failure(f"{len(problems)} problems among {4 * len(corpus)} messages:\n{shown}")
    print(f"{len(corpus)} messages, 4 ways")


if __name__ == "__main__":
    run(main)
