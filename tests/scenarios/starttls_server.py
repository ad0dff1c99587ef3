# SPDX-License-Identifier: Apache-2.0
"""STARTTLS works at first start with a certificate of its own making, forgets everything said
before, and lets nothing in that was sent ahead. (H4, E11)"""
import re
import ssl
import subprocess

from support.certs import any_certificate
from support.client import Closed
from support.gateway import listener
from support.mail import message
from support.scenario import check, equal, run


def s_client(port, *options, smtp=True):
    argv = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-brief", *options]
    if smtp:
        argv += ["-starttls", "smtp"]
    return subprocess.run(argv, input="QUIT\r\n", capture_output=True, text=True, timeout=20)


def session_state(gateway, peer):
    with gateway.client() as client:
        check("STARTTLS" in client.extensions, f"not offered: {client.extensions}")
        reply = client.command("STARTTLS now")
        check(reply.code == 501, f"STARTTLS with an argument: {reply}")
        client.starttls(any_certificate())
        certificate = client.socket.getpeercert(binary_form=True)
        check(certificate, "no certificate")
        # What was said in clear is forgotten, EHLO too.
        reply = client.command("MAIL FROM:<alice@managed.example>")
        check(reply.code == 503, f"MAIL before EHLO over TLS: {reply}")
        client.ehlo()
        check("STARTTLS" not in client.extensions, "STARTTLS is offered within TLS")
        reply = client.command("STARTTLS")
        check(reply.code in (502, 503, 554), f"STARTTLS within TLS: {reply}")
        reply = client.transaction("alice@managed.example", "bob@partner.example", message())
        check(reply.is_(250), f"mail over TLS: {reply}")
    trace = peer.wait(1)[0].header("Received")[0]
    check(re.search(r"\bwith ESMTPS\b", trace), f"Received does not say ESMTPS: {trace}")
    # Within a transaction there is no STARTTLS.
    with gateway.client() as client:
        client.command("MAIL FROM:<alice@managed.example>")
        reply = client.command("STARTTLS")
        check(reply.code in (503, 554, 220), f"STARTTLS within a transaction: {reply}")
        if reply.code == 220:
            client.wrap(any_certificate(), "gw.example.com")
            client.ehlo()
            reply = client.command("RCPT TO:<bob@partner.example>")
            check(reply.code == 503, f"the transaction survived STARTTLS: {reply}")
    return ssl.DER_cert_to_PEM_cert(certificate)


def injection(gateway, peer, name):
    """Commands sent in clear behind STARTTLS must never run."""
    peer.clear()
    evil = "EHLO evil\r\nMAIL FROM:<alice@managed.example>\r\nRCPT TO:<injected@partner.example>\r\n" \
           "DATA\r\nSubject: injected\r\n\r\nx\r\n.\r\n"
    for early in (evil, "NOOP\r\n", "N", "\r\n"):
        with gateway.client(name) as client:
            client.send("STARTTLS\r\n" + early)
            try:
                reply = client.reply()
                if reply.code == 220:
                    client.wrap(any_certificate(), "gw.example.com")
                    client.socket.settimeout(1)
                    try:
                        check(False, f"answered within TLS to {early!r}: {client.reply()}")
                    except TimeoutError:
                        pass
                else:
                    check(reply.code >= 500 or reply.code == 421, f"{early!r}: {reply}")
            except (Closed, ssl.SSLError, ConnectionError):
                pass
    peer.never(0.5)


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={"listener": [
        listener(), listener("must", tls="starttls-required"), listener("wrapped", tls="implicit"),
        listener("clear", tls="none")]})
    pem = session_state(gateway, peer)
    for name in ("outbound", "must"):
        injection(gateway, peer, name)

    # openssl's own client, by version.
    for version in ("-tls1_2", "-tls1_3"):
        done = s_client(gateway.port(), version)
        check(done.returncode == 0 and "CONNECTION ESTABLISHED" in done.stderr,
              f"{version}: {done.stderr}")
    for version in ("-tls1", "-tls1_1"):
        done = s_client(gateway.port(), version, "-cipher", "DEFAULT@SECLEVEL=0")
        check("CONNECTION ESTABLISHED" not in done.stderr, f"{version} works: {done.stderr}")
    text = subprocess.run(["openssl", "x509", "-noout", "-text"], input=pem, capture_output=True,
                          text=True, check=True).stdout
    check("id-ecPublicKey" in text and "gw.example.com" in text, f"certificate:\n{text}")

    # Required, implicit, none.
    with gateway.client("must") as client:
        reply = client.command("MAIL FROM:<alice@managed.example>")
        check(reply.is_(530, "5.7.0"), f"MAIL before required TLS: {reply}")
        check(client.command("NOOP").is_(250), "NOOP before TLS")
        client.starttls(any_certificate())
        client.ehlo()
        check(client.transaction("alice@managed.example", "bob@partner.example", message()).is_(250),
              "mail over required TLS")
    client = gateway.client("wrapped", ehlo=False)
    client.wrap(any_certificate(), "gw.example.com")
    client.greet()
    check("STARTTLS" not in client.extensions, "STARTTLS is offered on an implicit TLS port")
    check(client.transaction("alice@managed.example", "bob@partner.example", message()).is_(250),
          "mail over implicit TLS")
    client.close()
    check(s_client(gateway.port("wrapped"), smtp=False).returncode == 0, "s_client, implicit")
    with gateway.client("clear") as client:
        check("STARTTLS" not in client.extensions, "STARTTLS is offered with tls = none")
        check(client.command("STARTTLS").code in (502, 503, 500), "STARTTLS with tls = none")

    # Rubbish in place of a handshake costs that connection only; the certificate stays the same
    # over a restart.
    with gateway.client() as client:
        check(client.command("STARTTLS").code == 220, "STARTTLS")
        client.send(b"this is no TLS\r\n" * 100)
        check(client.at_end(20), "the connection stays open after rubbish in the handshake")
    gateway.restart()
    with gateway.client() as client:
        client.starttls(any_certificate())
        again = ssl.DER_cert_to_PEM_cert(client.socket.getpeercert(binary_form=True))
    equal(again, pem, "certificate after a restart")
    gateway.stop()


if __name__ == "__main__":
    run(main)
