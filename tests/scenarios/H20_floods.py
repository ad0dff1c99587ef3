# SPDX-License-Identifier: Apache-2.0
"""Cheap denial of service: a flood of connections from one source, and content in chunks of one
octet. Other clients are served meanwhile, in their time. (H20)"""
import contextlib
import socket
import threading
import time

from support.gateway import listener
from support.mail import message
from support.scenario import check, equal, eventually, run

SENDER, RECIPIENT = "alice@managed.example", "bob@partner.example"
FLOODER, OTHER = "127.0.0.66", "127.0.0.77"
CONNECTIONS = 100  # of one source, unless it is trusted
PATIENCE = 15  # seconds for one message while others press on; a sanitizer build is slow


def serve_one(gateway, what):
    began = time.monotonic()
    with gateway.client(source=OTHER, timeout=PATIENCE) as client:
        check(client.transaction(SENDER, RECIPIENT, message()).is_(250), f"served beside {what}")
    check(time.monotonic() - began < PATIENCE, f"in time beside {what}")


@contextlib.contextmanager
def pressing(work, count):
    """`work(over)` in threads until the block ends."""
    over = threading.Event()
    threads = [threading.Thread(target=work, args=(over,), daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(PATIENCE)


def connection_flood(gateway):
    opened = [0]

    def work(over):
        kept = []
        while not over.is_set() and opened[0] < 20_000:
            with contextlib.suppress(OSError):
                kept.append(socket.create_connection(("127.0.0.1", gateway.port("inbound")), 5,
                                                     (FLOODER, 0)))
                opened[0] += 1
            if len(kept) > 300:  # as many stay open as they may
                kept.pop(0).close()
        for one in kept:
            one.close()
    with pressing(work, 2):
        eventually(lambda: opened[0] > 1_000, "the flood flows", 30)
        for _ in range(5):
            serve_one(gateway, "a flood of connections")
    check(opened[0] > 1_000, f"{opened[0]} connections came")


def too_many(gateway):
    """Connections that one source may have at a time; the next is told so."""
    with contextlib.ExitStack() as stack:
        for _ in range(CONNECTIONS):
            client = stack.enter_context(gateway.client("inbound", source=FLOODER))
        check(client.command("NOOP").is_(250), "the last that may")
        with gateway.client("inbound", ehlo=False, source=FLOODER) as refused:
            check(refused.reply().code == 421, "one more")
        serve_one(gateway, "a source that has all it may have")


def tiny_chunks(gateway):
    chunks = [0]

    def work(over):
        with gateway.client("inbound", source=FLOODER, timeout=PATIENCE) as client:
            client.command("MAIL FROM:<stranger@world.example>")
            check(client.command(f"RCPT TO:<{SENDER}>").is_(250), "RCPT of a stranger")
            with contextlib.suppress(OSError):
                while not over.is_set():
                    client.send(b"BDAT 1\r\nx" * 100)
                    chunks[0] += 100
                    client.socket.recv(65536)
    with pressing(work, 3):
        eventually(lambda: chunks[0] > 3_000, "the chunks flow", 30)
        for _ in range(5):
            serve_one(gateway, "chunks of one octet")


def main(s):
    peer = s.peer()
    # Strangers: trusted networks have no limit of connections.
    gateway = s.gateway(next_hop=peer, config={
        "listener": [listener(trusted_networks=[OTHER]), listener("inbound", trusted_networks=[OTHER])]})
    connection_flood(gateway)
    too_many(gateway)
    tiny_chunks(gateway)
    # Whatever of it became a message is at the next hop; nothing of it is stuck.
    peer.wait(11)
    eventually(lambda: gateway.queue() == [], "the queue is empty", 20)
    equal(len([m for m in peer.messages if b"x" * 100 not in m.content]), 11, "messages of the others")
    gateway.stop()


if __name__ == "__main__":
    run(main)
