# SPDX-License-Identifier: Apache-2.0
"""Octets that come one at a time keep no session open: content, a TLS handshake and a TLS record each
end by their time-out. Refused content that does not end is not read without end."""
import re
import select
import ssl
import threading
import time

from support.certs import any_certificate
from support.mail import message
from support.scenario import Failure, check, eventually, run

SENDER, RECIPIENT = "alice@managed.example", "bob@partner.example"
PATIENCE = 20  # seconds; the time-outs are 3
ENDLESS = 16_000_000  # octets offered; 64 KiB are allowed
BLOCK = (b"x" * 998 + b"\r\n") * 64


def begun(gateway):
    client = gateway.client()
    client.command(f"MAIL FROM:<{SENDER}>")
    client.command(f"RCPT TO:<{RECIPIENT}>")
    return client


def rest(client):
    """What the server said until it closed the connection."""
    if not client.at_end(PATIENCE):
        raise Failure(f"still open; said {client.buffer!r}")
    return client.buffer


def drip(client, octets):
    """One octet at a time until the server says something; what it said until the end."""
    until = time.monotonic() + PATIENCE
    for octet in octets:
        if time.monotonic() > until:
            break
        try:
            client.send(bytes([octet]))
        except OSError:
            return rest(client)
        if select.select([client.socket], [], [], 0.3)[0]:
            return rest(client)
    raise Failure(f"still open after {PATIENCE} s")


def flood(client, first):
    """Content without end; what the server said until the end."""
    try:
        client.send(first)
        for _ in range(ENDLESS // len(BLOCK)):
            client.send(BLOCK)
            if select.select([client.socket], [], [], 0)[0]:
                break
        else:
            raise Failure(f"{ENDLESS} octets were read")
    except OSError:
        pass
    return rest(client)


def tls(client):
    """(connection, what it reads, what it writes), not shaken hands yet."""
    reads, writes = ssl.MemoryBIO(), ssl.MemoryBIO()
    return any_certificate().wrap_bio(reads, writes, server_hostname="gw.example.com"), reads, writes


def content(gateway):
    client = begun(gateway)
    check(client.command("DATA").code == 354, "DATA")
    return drip(client, b"Subject: slow\r\n\r\n" + b"x" * 500)


def chunk(gateway):
    client = begun(gateway)
    client.send("BDAT 1000 LAST\r\n")
    return drip(client, b"Subject: slow\r\n\r\n" + b"x" * 500)


def handshake(gateway):
    client = gateway.client()
    check(client.command("STARTTLS").code == 220, "STARTTLS")
    connection, _, writes = tls(client)
    try:
        connection.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return drip(client, writes.read())


def record(gateway):
    client = gateway.client()
    check(client.command("STARTTLS").code == 220, "STARTTLS")
    connection, reads, writes = tls(client)
    while True:
        try:
            connection.do_handshake()
            break
        except ssl.SSLWantReadError:
            client.send(writes.read())
            reads.write(client.socket.recv(65536))
    client.send(writes.read())
    connection.write(b"EHLO client.example\r\n")
    client.send(writes.read())
    while b"\n250 " not in client.buffer:
        reads.write(client.socket.recv(65536))
        try:
            client.buffer += connection.read(65536)
        except ssl.SSLWantReadError:
            pass
    client.buffer = b""
    connection.write(b"NOOP " + b"x" * 200 + b"\r\n")
    reads.write(drip(client, writes.read()))
    return connection.read(65536)


def nul(gateway):
    client = begun(gateway)
    check(client.command("DATA").code == 354, "DATA")
    return flood(client, b"Subject: endless\r\n\r\n\0\r\n")


def too_large(gateway):
    client = begun(gateway)
    check(client.command("DATA").code == 354, "DATA")
    return flood(client, b"Subject: endless\r\n\r\n")


def huge_chunk(size):
    return lambda gateway: flood(begun(gateway), f"BDAT {size}\r\n".encode())


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={"smtp": {
        "command_timeout": "3s", "content_timeout": "3s", "handshake_timeout": "3s",
        "message_size": "64 KiB", "header_bytes": "64 KiB"}})
    ways = {
        "content in trickles": (content, b"421 "),
        "a chunk in trickles": (chunk, b"421 "),
        "a handshake in trickles": (handshake, b""),
        "a TLS record in trickles": (record, b"421 "),
        "content with a NUL": (nul, b"421 4.7.0 "),
        "content that is too large": (too_large, b"421 4.7.0 "),
        "a huge last chunk": (huge_chunk("18446744073709551615 LAST"), b"421 4.7.0 "),
        "a huge chunk": (huge_chunk("9223372036854775807"), b"421 4.7.0 "),
    }
    problems = []

    def one(what, behave, wanted):
        try:
            said = behave(gateway)
            check(wanted in said, f"ended without {wanted!r}: {said!r}")
        except Exception as error:
            problems.append(f"{what}: {type(error).__name__}: {error}")
    threads = [threading.Thread(target=one, args=(what, *way)) for what, way in ways.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    check(not problems, "; ".join(problems))
    for pattern, count in ((r"timed out waiting for content$", 2), (r"TLS with 127\.0\.0\.1 failed", 1),
                           (r"timed out waiting for a command$", 1), (r"content cut off: 421", 4)):
        eventually(lambda: sum(bool(re.search(pattern, line)) for line in gateway.log()) == count,
                   f"{count} lines of the log match {pattern}")

    # What is only too large is read to its end, for the sake of the reply.
    with begun(gateway) as client:
        reply = client.data(message(body=("x" * 70 + "\n") * 5000))
        check(reply.is_(552, "5.3.4"), f"five times as large as allowed: {reply}")
        check(client.transaction(SENDER, RECIPIENT, message()).is_(250), "the session goes on")
    peer.wait(1)
    gateway.stop()


if __name__ == "__main__":
    run(main)
