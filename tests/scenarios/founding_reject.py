# SPDX-License-Identifier: Apache-2.0
"""An unmanaged sender by default: refused with 550 5.7.1 at RCPT, so that nothing is ever bounced to
a forged sender; the session goes on."""
from support.mail import log_lines, message, one_log_line
from support.scenario import check, equal, run


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer)
    sender = "carol@stranger.example"
    with gateway.client() as client:
        check(client.command(f"MAIL FROM:<{sender}>").is_(250), "MAIL")
        for recipient in ("bob@partner.example", "dan@partner.example"):
            reply = client.command(f"RCPT TO:<{recipient}>")
            check(reply.is_(550, "5.7.1"), f"RCPT: {reply}")
        reply = client.command("DATA")
        check(reply.code in (503, 554), f"DATA without recipients: {reply}")
        check(client.command("RSET").is_(250), "RSET")

        one = one_log_line(gateway, r"^recipient 1/1 \(bob@partner\.example\): unmanaged domain "
                                    r"blocked: rejecting message from carol@stranger\.example$")
        two = one_log_line(gateway, r"^recipient 2/2 \(dan@partner\.example\): unmanaged domain "
                                    r"blocked: rejecting message from carol@stranger\.example$")
        equal(one["id"], two["id"], "connection IDs")
        equal(log_lines(gateway, r"^message "), [], "message lines of a refused message")

        # Managed, in another case: taken in the same session.
        content = message("alice@managed.example")
        reply = client.transaction("alice@MANAGED.Example", "bob@partner.example", content)
        check(reply.is_(250), f"managed sender: {reply}")
        # A subdomain of an exact entry is not managed, nor is a name that only ends like it.
        for stranger in ("a@sub.managed.example", "a@notmanaged.example", "a@managed.example.evil"):
            reply = client.transaction(stranger, "bob@partner.example", content)
            check(reply.is_(550, "5.7.1"), f"{stranger}: {reply}")
        client.quit()

    peer.wait(1)
    peer.never(1.0, lambda m: m.sender.lower() != "alice@managed.example")
    for text in ("unmanaged domain blocked", '"rejecting message from carol@stranger.example"'):
        found = gateway.log_search(text)
        check(len(found) >= 2, f"log search {text}: {found}")
    found = gateway.log_search("--id", one["id"])
    check(found and all(r["id"] == one["id"] for r in found), f"log search --id: {found}")
    verdicts = {r["verdict"] for r in gateway.log_search("--sender", sender)}
    equal(verdicts, {"rejected"}, "verdicts for the unmanaged sender")
    gateway.stop()


if __name__ == "__main__":
    run(main)
