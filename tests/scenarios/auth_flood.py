# SPDX-License-Identifier: Apache-2.0
"""Many who sign in, or only try to, at a time: the next hop never sees more connections than its
limit, the others are told to come later, and mail from the queue goes on. A backlog leaves them room."""
import base64
import threading

from support.certs import Authority, any_certificate
from support.client import SmtpClient
from support.gateway import listener
from support.mail import message
from support.peer import Gate
from support.scenario import check, equal, eventually, run

SENDER = "alice@managed.example"
LIMIT, USERS = 4, 3  # three quarters of it


def plain(user):
    return base64.b64encode(f"\0{user}\0secret".encode()).decode()


class Hop:
    """Counts its connections; those of "slow" users get no answer before the gate opens."""

    def __init__(self, s, tls):
        self.lock, self.open, self.most, self.gate = threading.Lock(), set(), 0, Gate()
        self.held, self.hold = Gate(), False
        self.peer = s.peer({"connect": self.connect, "other": self.other, "QUIT": self.quit,
                            "dot": self.dot}, tls=tls,
                           extensions=("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES", "AUTH PLAIN"))

    def connect(self, connection, _):
        with self.lock:
            self.open = {c for c in self.open if not c.ended.is_set()} | {connection}
            self.most = max(self.most, len(self.open))

    def quit(self, connection, _):
        with self.lock:
            self.open.discard(connection)

    def dot(self, connection, _):
        return self.held if self.hold else None

    def other(self, connection, line):
        user = base64.b64decode(line.split(b" ")[2]).split(b"\0")[1]
        if user == b"slow":
            connection.usual = b"535 5.7.8 wrong\r\n"
            return self.gate
        return b"535 5.7.8 wrong\r\n" if user == b"wrong" else b"235 2.7.0 welcome\r\n"


def main(s):
    hop = Hop(s, Authority(s.dir / "ca").server("localhost"))
    gateway = s.gateway(config={
        "listener": [listener(), listener("users", mode="through", auth="pass-through",
                                          trusted_networks=[])],
        "smtp": {"connections_per_source": 1000},
        "delivery": {"connections_per_next_hop": LIMIT, "initial_connections": LIMIT},
        "route": [{"domain": "*", "next_hop": f"127.0.0.1:{hop.peer.port}"}]})

    def connect():
        client = SmtpClient(gateway.port("users"), source="127.0.0.50").greet()
        client.starttls(any_certificate())
        client.ehlo()
        return client

    def mail(count, word):
        for n in range(count):
            reply = gateway.send(SENDER, f"{word}{n}@partner.example", message())
            check(reply.is_(250), f"mail for the queue: {reply}")

    def arrived(count, word):
        hop.peer.wait(count, match=lambda m: m.recipients[0].startswith(word))

    # Mail first, so that connections lie idle at the limit: users push them aside.
    mail(12, "before")
    arrived(12, "before")

    # A crowd that holds its exchanges open.
    crowd = [connect() for _ in range(12)]
    for client in crowd:
        client.send(f"AUTH PLAIN {plain('slow')}\r\n")
    waiting = crowd[USERS:]
    for client in waiting:
        reply = client.reply()
        check(reply.is_(454, "4.7.0") and "too many users" in reply.text, f"beyond the limit: {reply}")
        check(client.command("NOOP").is_(250), "the session goes on")
    gateway.wait_log(r"AUTH of slow failed: there are as many connections to the next hop as users may")
    mail(6, "during")
    arrived(6, "during")
    hop.gate.open()
    for client in crowd[:USERS]:
        check(client.reply().is_(535), "those that were asked for")
        client.close()

    # A place is free again when its connection has been closed; who signs in keeps it.
    signed_in = []

    def one_more():
        client = connect()
        if client.command(f"AUTH PLAIN {plain('alice')}").is_(235):
            signed_in.append(client)
        else:
            client.close()
        return len(signed_in) == USERS
    eventually(one_more, "users sign in", 20)
    for _ in range(20):
        with connect() as client:
            check(client.command(f"AUTH PLAIN {plain('alice')}").is_(454, "4.7.0"), "one too many")
    for client in signed_in:
        reply = client.transaction(SENDER, "user@partner.example", message())
        check(reply.is_(250), f"a user's mail: {reply}")
    mail(6, "last")
    arrived(6, "last")
    signed_in.pop().close()
    eventually(one_more, "one left, one more may come", 20)

    # Tries that fail hold a place no longer than they last.
    for client in signed_in:
        client.close()
    with connect() as client:
        eventually(lambda: client.command(f"AUTH PLAIN {plain('wrong')}").is_(535), "refused by it", 20)
    # A backlog at a slow hop: there is room left to sign in.
    hop.hold = True
    mail(20, "backlog")
    eventually(lambda: len(hop.open) >= USERS, "the queue uses what it may", 20)
    with connect() as client:
        check(client.command(f"AUTH PLAIN {plain('alice')}").is_(235), "signed in beside a backlog")
    hop.held.open()
    arrived(20, "backlog")
    eventually(lambda: gateway.queue() == [], "the backlog is gone", 20)

    check(hop.most <= LIMIT, f"{hop.most} connections at the next hop, {LIMIT} allowed")
    equal(gateway.queue(), [], "nothing waits")
    gateway.stop()


if __name__ == "__main__":
    run(main)
