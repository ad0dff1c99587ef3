# SPDX-License-Identifier: Apache-2.0
"""SIGHUP takes over domains, routes and the TLS certificate; open sessions stay, a wrong file changes
nothing."""
from support.certs import Authority, any_certificate
from support.mail import message
from support.scenario import check, equal, eventually, run


def main(s):
    first, second = s.peer(), s.peer()
    authority = Authority(s.dir / "ca")
    certs = [authority.issue("gw.example.com", file=f"cert{n}") for n in range(2)]
    live = [s.dir / "live.pem", s.dir / "live.key"]

    def install(pair):
        for source, target in zip(pair, live):
            target.write_bytes(source.read_bytes())
    install(certs[0])
    gateway = s.gateway(next_hop=first, config={
        "tls": {"certificate_file": str(live[0]), "key_file": str(live[1])}})

    def certificate():
        with gateway.client() as client:
            client.starttls(any_certificate())
            return client.socket.getpeercert(binary_form=True)

    def try_(client, sender, recipient="bob@partner.example"):
        return client.transaction(sender, recipient, message(sender, recipient))
    before = certificate()
    open_clear = gateway.client()
    open_tls = gateway.client()
    open_tls.starttls(authority.client())
    open_tls.ehlo()
    check(try_(open_clear, "a@new.example").is_(550, "5.7.1"), "not managed yet")
    check(try_(open_tls, "a@managed.example").is_(250), "managed")
    first.wait(1)
    # In mid-transaction when the reload comes.
    middle = gateway.client()
    middle.command("MAIL FROM:<a@managed.example>")
    middle.command("RCPT TO:<middle@partner.example>")

    install(certs[1])
    gateway.write_config({
        "domain": [{"name": "new.example"}],
        "route": [{"domain": "*", "next_hop": f"127.0.0.1:{second.port}", "tls": "none"}]})
    gateway.reload()
    eventually(lambda: try_(open_clear, "a@new.example").is_(250), "new domain, in an open session")
    check(try_(open_clear, "a@managed.example").is_(550, "5.7.1"), "the old domain is gone")
    check(try_(open_tls, "b@new.example").is_(250), "an open TLS session goes on")
    second.wait(2)
    reply = middle.data(message(recipient="middle@partner.example"))
    check(reply.is_(250), f"the transaction that was under way: {reply}")
    after = eventually(lambda: (c := certificate()) != before and c, "new certificate")
    check(after != before, "certificate")
    first_count = len(first.messages)

    # A wrong file: said, and nothing changes.
    good = gateway.file.read_text()
    gateway.write_text(good.replace("[[route]]", "[[rout]]"))
    gateway.reload()
    eventually(lambda: "rout" in gateway.stderr().split("[[rout", 1)[-1] or
               "rout" in gateway.stderr(), "the wrong file is complained of")
    check(gateway.alive(), "a wrong file ended the daemon")
    check(try_(open_clear, "c@new.example").is_(250), "the settings before still hold")
    # Unusable certificate: the same.
    live[0].write_text("no certificate\n")
    gateway.write_text(good)
    gateway.reload()
    eventually(lambda: gateway.alive() and certificate() == after, "the old certificate still serves")

    # What needs a restart is named, the rest is taken over.
    install(certs[0])
    gateway.write_config({"hostname": "other.example.com", "domain": [{"name": "third.example"}]})
    gateway.reload()
    eventually(lambda: try_(open_clear, "a@third.example").is_(250), "third domain")
    check("hostname" in gateway.stderr(), "a key that needs a restart is not named")
    equal(len(first.messages), first_count, "messages on the old route after the reload")
    for client in (open_clear, open_tls, middle):
        client.quit()
    gateway.stop()


if __name__ == "__main__":
    run(main)
