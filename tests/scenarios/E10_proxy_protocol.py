# SPDX-License-Identifier: Apache-2.0
"""The PROXY protocol, both versions, before clear and implicit TLS: the client that a listed
balancer names is the source of the session; from anybody else a header gives nothing."""
import socket
import struct

from support.certs import any_certificate
from support.client import Closed, SmtpClient
from support.gateway import listener
from support.mail import message
from support.scenario import check, equal, run

BALANCER, STRANGER = "127.0.0.9", "127.0.0.50"
INSIDE, OUTSIDE = "10.1.2.3", "192.0.2.7"
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def line(address, family="TCP4", to="198.51.100.1"):
    return f"PROXY {family} {address} {to} 40000 25\r\n".encode()


def binary(address, command=0x21):
    body = socket.inet_aton(address) + socket.inet_aton("198.51.100.1") + struct.pack(">HH", 40000, 25)
    return SIGNATURE + bytes([command, 0x11]) + struct.pack(">H", len(body)) + body


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={"listener": [
        listener("both", direction="unified", trusted_networks=["10.0.0.0/8", "127.0.0.9"],
                 proxy_protocol_from=["127.0.0.8/29"]),
        listener("out", trusted_networks=["10.0.0.0/8"], proxy_protocol_from=["127.0.0.8/29"]),
        listener("tls", tls="implicit", direction="unified", trusted_networks=["10.0.0.0/8"],
                 proxy_protocol_from=["127.0.0.8/29"])]})

    def connect(header, name="both", source=BALANCER):
        client = SmtpClient(gateway.port(name), source=source)
        if header:
            client.send(header)
        return client

    def relays(client):
        """Whether a mail of ours to the world is taken: so it counts as outbound."""
        with client:
            client.greet()
            reply = client.transaction("alice@managed.example", "bob@partner.example", message())
            check(reply.is_(250) or reply.is_(550, "5.7.1"), f"{reply}")
            return reply.code == 250

    # The named client decides, in both directions and both versions.
    for make in (line, binary):
        check(relays(connect(make(INSIDE))), f"{make.__name__}: inside")
        check(not relays(connect(make(OUTSIDE))), f"{make.__name__}: outside, by a trusted balancer")
    gateway.wait_log(rf"connection from {INSIDE} \(HELO .*listener both, by PROXY header of {BALANCER}\)")
    check(not relays(connect(line("2001:db8::1", "TCP6", "2001:db8::2"))), "IPv6 outside")
    # Octet by octet, and the client's own first octets right behind it.
    client = connect(b"")
    for octet in binary(INSIDE):
        client.send(bytes([octet]))
    check(relays(client), "a header that trickles")

    # The balancer itself (LOCAL) is who it is; a client that it cannot name is believed nothing.
    check(relays(connect(binary(OUTSIDE, 0x20))), "LOCAL")
    check(not relays(connect(b"PROXY UNKNOWN\r\n")), "UNKNOWN is not trusted as the balancer")
    check(not relays(connect(SIGNATURE + b"\x21\0\0\0")), "UNSPEC is not trusted as the balancer")
    with connect(line(OUTSIDE), "out") as client:
        check(client.reply().is_(554, "5.7.1"), "outbound, a stranger behind the balancer")
    gateway.wait_log(rf"connection from {OUTSIDE} \(by PROXY header of {BALANCER}\) refused")

    # Before implicit TLS; the handshake in the same segment.
    client = connect(binary(INSIDE), "tls")
    client.socket = any_certificate().wrap_socket(client.socket)
    check(relays(client), "implicit TLS behind a header")

    # Broken, and not there: closed without a word, and the log says why.
    for broken, why in (
            (b"EHLO me\r\n", "does not begin with one"),
            (b"PROXY TCP4 127.0.0.1\r\n", "no line of version 1"),
            (b"PROXY TCP4 10.0.0.1 10.0.0.999 1 25\r\n", "no IPv4 address"),
            (b"PROXY TCP4 10.0.0.1 10.0.0.2 1 25\n", "does not end with CR LF"),
            (b"PROXY " + b"x" * 200, "longer than 107 octets"),
            (SIGNATURE + b"\x21\x11\xff\xff", "longer than 2064 octets"),
            (SIGNATURE + b"\x21\x12\0\x0c" + bytes(12), "datagrams"),
            (b"\x16\x03\x01\x02", "does not begin with one")):
        with connect(broken) as client:
            try:
                said = client.reply()
                check(False, f"{broken!r} got {said}")
            except Closed:
                pass
        gateway.wait_log(rf"connection from {BALANCER} closed: PROXY header: .*{why}")
    with connect(b"PROXY TCP4 10.0") as client:  # and then nothing
        check(client.at_end(20) and not client.buffer, "half a header, and silence")
    gateway.wait_log(r"closed: PROXY header: timed out \(there was none in time\)")

    # From a stranger it is no header: it cannot give trust.
    peer.clear()
    for header in (line(INSIDE), binary(INSIDE)):
        with connect(header, source=STRANGER) as client:
            reply = client.reply()
            if reply.code == 220:  # it came behind the greeting
                reply = client.reply()
            check(reply.code in (421, 500, 554), f"{header!r} from a stranger: {reply}")
    with SmtpClient(gateway.port("both"), source=STRANGER) as client:
        client.greet()
        reply = client.command(line(INSIDE).decode().strip())
        check(reply.is_(421, "4.7.0") and client.at_end(), f"PROXY behind the greeting: {reply}")
    check(not relays(connect(b"", source=STRANGER)), "a stranger without a header is served, untrusted")
    equal(peer.messages, [], "what a stranger brought out")
    gateway.stop()


if __name__ == "__main__":
    run(main)
