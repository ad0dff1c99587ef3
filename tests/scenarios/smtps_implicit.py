# SPDX-License-Identifier: Apache-2.0
"""TLS from the first octet: a certificate that a client can check, no STARTTLS within, and a client
that speaks in clear gets nothing."""
from support.certs import Authority
from support.client import Closed, SmtpClient
from support.gateway import listener
from support.mail import message
from support.scenario import check, equal, run


def main(s):
    authority = Authority(s.dir / "ca")
    certificate, key = authority.issue("gw.example.com")
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={
        "tls": {"certificate_file": str(certificate), "key_file": str(key)},
        "listener": [listener("smtps", tls="implicit")]})
    with SmtpClient(gateway.port("smtps")) as client:
        client.wrap(authority.client(), "gw.example.com")
        client.greet()
        check("STARTTLS" not in client.extensions, f"{client.extensions}")
        check(client.command("STARTTLS").code in (502, 503), "STARTTLS within TLS")
        reply = client.transaction("alice@managed.example", "bob@partner.example", message())
        check(reply.is_(250), f"{reply}")
    received = peer.wait(1)[0].header("Received")[0]
    check("with ESMTPS" in received and "TLSv1.3" in received, received)
    # In clear: no greeting, no command is read, and the log says so.
    with SmtpClient(gateway.port("smtps")) as client:
        client.socket.settimeout(1)
        try:
            said = client.socket.recv(100)
        except TimeoutError:
            said = None
        check(said is None, f"said in clear: {said!r}")
        client.socket.settimeout(10)
        client.send(b"EHLO client.example\r\nMAIL FROM:<alice@managed.example>\r\n")
        try:
            said = client.reply()
        except (Closed, AssertionError):  # nothing, or the octets of a TLS alert
            said = None
        check(said is None, f"answered in clear: {said}")
    gateway.wait_log(r"TLS with 127\.0\.0\.1 failed")
    equal(len(peer.messages), 1, "messages")
    gateway.stop()


if __name__ == "__main__":
    run(main)
