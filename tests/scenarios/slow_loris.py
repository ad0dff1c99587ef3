# SPDX-License-Identifier: Apache-2.0
"""Clients that say nothing, stop in mid-command or mid-content, or drip octets: each is sent away in
its time with 421, and the next client is served meanwhile. (H20)"""
import threading
import time

from support.client import Closed, SmtpClient
from support.gateway import listener
from support.mail import message
from support.scenario import Failure, check, run

SENDER, RECIPIENT = "alice@managed.example", "bob@partner.example"


def content_begun(client):
    client.command(f"MAIL FROM:<{SENDER}>")
    client.command(f"RCPT TO:<{RECIPIENT}>")
    check(client.command("DATA").code == 354, "DATA")
    client.send(b"Subject: begun\r\n\r\nand no")


def drip(data, interval):
    def run_(client):
        try:
            for octet in data:
                client.send(bytes([octet]))
                time.sleep(interval)
        except OSError:
            pass
    return run_


SLOW = {
    "silent": lambda client: None,
    "half a command": lambda client: client.send(b"MAIL FR"),
    "in a transaction": lambda client: client.command(f"MAIL FROM:<{SENDER}>"),
    "in mid-content": content_begun,
    "in STARTTLS": lambda client: client.command("STARTTLS"),
    "half a handshake": lambda client: (client.command("STARTTLS"),
                                        client.send(b"\x16\x03\x01\x02\x00\x01")),
    "drips a command": drip(b"NOOP " + b"x" * 400, 0.1),
}


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={
        "listener": [listener(), listener("wrapped", tls="implicit")],
        "smtp": {"command_timeout": "2s", "content_timeout": "2s", "handshake_timeout": "2s",
                 "session_timeout": "6s"}})
    problems = []

    def one(what, behave, copies):
        try:
            clients = [gateway.client() for _ in range(copies)]
            began = time.monotonic()
            for client in clients:
                behave(client)
            for client in clients:
                if not client.at_end(25):
                    raise Failure("still open after 25 s")
                tail = client.buffer
                if "handshake" not in what and "STARTTLS" not in what and b"421" not in tail:
                    raise Failure(f"closed without 421: {tail!r}")
            took = time.monotonic() - began
            if took > 20:
                raise Failure(f"took {took:.1f} s")
        except Exception as error:
            problems.append(f"{what}: {error}")

    threads = [threading.Thread(target=one, args=(what, behave, 1 if "drips" in what else 30))
               for what, behave in SLOW.items()]
    for thread in threads:
        thread.start()
    held = [SmtpClient(gateway.port("wrapped")) for _ in range(50)]  # no handshake at all
    for n in range(5):
        began = time.monotonic()
        check(gateway.send(SENDER, f"r{n}@partner.example", message()).is_(250), "served meanwhile")
        check(time.monotonic() - began < 5, "a good client waits for slow ones")
        time.sleep(0.3)
    for thread in threads:
        thread.join(60)
    if problems:
        raise Failure("; ".join(problems))
    for client in held:
        check(client.at_end(10), "a connection without a handshake stays open")

    # A session that carries no mail ends in its time, however lively it is.
    began = time.monotonic()
    try:
        with gateway.client() as client:
            while time.monotonic() - began < 20:
                if client.command("NOOP").code == 421:
                    break
                time.sleep(0.2)
    except (Closed, ConnectionError):
        pass
    took = time.monotonic() - began
    check(4 <= took <= 12, f"a session of NOOPs lasted {took:.1f} s; session_timeout is 6 s")
    peer.wait(5)
    gateway.stop()


if __name__ == "__main__":
    run(main)
