# SPDX-License-Identifier: Apache-2.0
"""AUTH over TLS, checked by the next hop in a connection of the user's own: what it answers is what
the client gets, the connection is nobody else's, and the password stands nowhere."""
import base64
import pathlib

from support.certs import Authority, any_certificate
from support.client import SmtpClient
from support.gateway import listener
from support.mail import message
from support.peer import Close, Drop
from support.scenario import check, equal, run

SENDER, PASSWORD = "alice@managed.example", "Correct-Horse-42"
STRANGER = "127.0.0.50"


def b64(text):
    return base64.b64encode(text.encode()).decode()


def plain(user="alice", password=PASSWORD, acting_as=""):
    return b64(f"{acting_as}\0{user}\0{password}")


class Hop:
    """Takes a user and a password; mail from those alone who gave them."""

    def __init__(self, s, mechanisms="PLAIN LOGIN", tls=None):
        self.peer = s.peer({"other": self.other, "RCPT": self.rcpt}, tls=tls,
                           extensions=("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES",
                                       f"AUTH {mechanisms}"))
        self.signed_in, self.asked, self.clear = set(), {}, 0

    def other(self, connection, line):
        if not connection.tls:
            self.clear += 1
        words = line.split(b" ")
        if words[0].upper() == b"AUTH":
            if words[1] == b"LOGIN":
                self.asked[connection] = []
                return b"334 VXNlcm5hbWU6\r\n"
            if len(words) == 2:
                self.asked[connection] = None
                return b"334 \r\n"
            return self.judge(connection, base64.b64decode(words[2]).split(b"\0")[1:])
        if connection in self.asked:
            given = self.asked[connection]
            if given is None:
                del self.asked[connection]
                return self.judge(connection, base64.b64decode(line).split(b"\0")[1:])
            given.append(base64.b64decode(line))
            if len(given) == 1:
                return b"334 UGFzc3dvcmQ6\r\n"
            return self.judge(connection, self.asked.pop(connection))
        return None

    def judge(self, connection, given):
        if given == [b"alice", PASSWORD.encode()]:
            self.signed_in.add(connection)
            return b"235 2.7.0 welcome alice\r\n"
        if given[0] == b"later":
            return b"454 4.7.0 directory is down\r\n"
        if given[0] == b"bye":
            return Close(b"421 4.3.2 closing\r\n")
        if given[0] == b"odd":
            return b"250 2.0.0 fine\r\n"
        return b"535 5.7.8 wrong, says the hop\r\n"

    def rcpt(self, connection, line):
        if connection not in self.signed_in:
            return b"550 5.7.1 relaying denied\r\n"
        return b"550 5.1.1 no such user\r\n" if b"<no@" in line else None


def main(s):
    authority = Authority(s.dir / "ca")
    hop = Hop(s, tls=authority.server("localhost"))
    peer = hop.peer
    special = s.peer()
    gateway = s.gateway(config={
        "listener": [listener("out", mode="through", auth="pass-through",
                              trusted_networks=["127.0.0.1"]),
                     listener("must", mode="through", auth="required", tls="starttls-required"),
                     listener("smtps", mode="through", auth="pass-through", tls="implicit",
                              trusted_networks=[]),
                     listener("both", direction="unified", mode="through", auth="pass-through",
                              trusted_networks=["127.0.0.9"])],
        "route": [{"domain": "*", "next_hop": f"127.0.0.1:{peer.port}"},
                  {"domain": "special.example", "next_hop": f"127.0.0.1:{special.port}",
                   "tls": "none"}]})

    def connect(name="out", source=STRANGER, tls=True):
        client = SmtpClient(gateway.port(name), source=source)
        if name == "smtps":
            client.wrap(any_certificate())
            return client.greet()
        client.greet()
        if tls:
            check("AUTH" not in client.extensions, f"AUTH in clear: {client.extensions}")
            client.starttls(any_certificate())
            client.ehlo()
        return client

    def signed_in(**options):
        client = connect(**options)
        equal(client.extensions.get("AUTH"), "PLAIN LOGIN", "offered over TLS")
        reply = client.command(f"AUTH PLAIN {plain()}")
        check(reply.is_(235, "2.7.0") and reply.text.endswith("welcome alice"), f"{reply}")
        return client

    # In clear: neither offered nor taken. A stranger who has not signed in brings nothing in.
    with connect(tls=False) as client:
        check(client.command(f"AUTH PLAIN {plain()}").is_(538, "5.7.11"), "AUTH in clear")
    with connect() as client:
        reply = client.command(f"MAIL FROM:<{SENDER}>")
        check(reply.is_(530, "5.7.0"), f"a stranger: {reply}")

    # Each way to say it, on each listener.
    for name in ("out", "must", "smtps", "both"):
        with signed_in(name=name) as client:
            check("AUTH" not in client.ehlo().text, "not offered again")
            for _ in range(2):
                reply = client.transaction(SENDER, "bob@partner.example", message(), mail="AUTH=<>")
                check(reply.is_(250), f"{name}: {reply}")
    with connect() as client:
        check(client.command("AUTH PLAIN").is_(334), "challenge")
        check(client.command(plain()).is_(235), "response")
    with connect() as client:
        equal(client.command("AUTH LOGIN").lines, ["VXNlcm5hbWU6"], "LOGIN")
        equal(client.command(b64("alice")).lines, ["UGFzc3dvcmQ6"], "LOGIN, user")
        check(client.command(b64(PASSWORD)).is_(235), "LOGIN, password")
    equal(hop.clear, 0, "commands in clear at the next hop")
    equal(len(peer.messages), 8, "messages")
    received = peer.messages[-1].header("Received")[0]
    check("with ESMTPSA" in received, received)
    gateway.wait_log(r"signed in as alice at 127\.0\.0\.1:\d+ TLSv1\.3")
    gateway.wait_log(r"connection from 127\.0\.0\.50 \(HELO .*, listener out, user alice\)")

    # Its refusals are the client's, and count.
    for user, wanted in (("mallory", (535, "5.7.8")), ("later", (454, "4.7.0")),
                         ("bye", (454, "4.7.0")), ("odd", (454, "4.7.0"))):
        with connect() as client:
            reply = client.command(f"AUTH PLAIN {plain(user)}")
            check(reply.is_(*wanted), f"{user}: {reply}")
            check(client.command(f"MAIL FROM:<{SENDER}>").is_(530), "not signed in by it")
            check(client.command(f"AUTH PLAIN {plain()}").is_(235), "a second try")
    gateway.wait_log(r"AUTH of mallory refused by 127\.0\.0\.1:\d+ TLSv1\.3: 535 5\.7\.8 wrong")
    with connect() as client:
        for _ in range(20):
            check(client.command(f"AUTH PLAIN {plain('mallory')}").is_(535), "again and again")
        check(client.command(f"AUTH PLAIN {plain()}").is_(421, "4.7.0") and client.at_end(), "limit")
    with connect() as client:
        client.command("AUTH LOGIN")
        check(client.command("*").is_(501, "5.7.0"), "cancelled")
        check(client.command("AUTH CRAM-MD5").is_(504, "5.5.4"), "another mechanism")
        check(client.command("AUTH PLAIN !!!").is_(501, "5.5.2"), "no base 64")

    # The connection is that user's alone: not another's, and not the gateway's own.
    peer.clear()
    with signed_in() as first:
        check(first.transaction(SENDER, "bob@partner.example", message()).is_(250), "alice")
        with connect(source="127.0.0.1") as trusted:
            reply = trusted.transaction(SENDER, "bob@partner.example", message())
            check(reply.is_(550, "5.7.1"), f"somebody else, through no user's connection: {reply}")
        # Bad recipients are refused at RCPT; RSET and a second message in the same connection.
        check(first.transaction(SENDER, "no@partner.example", message()).is_(550, "5.1.1"), "RCPT")
        for _ in range(3):
            first.send(f"MAIL FROM:<{SENDER}>\r\nRCPT TO:<bob@partner.example>\r\nRSET\r\n")
            equal([first.reply().code for _ in range(3)], [250, 250, 250], "and dropped")
        reply = first.transaction(SENDER, ["bob@partner.example", "c@special.example"], message())
        check(reply.is_(250), f"two next hops: {reply}")
        # A message that is refused before it could go on leaves the user's connection free.
        reply = first.transaction("", "bob@partner.example", message())
        check(reply.is_(550, "5.7.1"), f"the null sender, and no report: {reply}")
        reply = first.transaction(SENDER, "bob@partner.example", message())
        check(reply.is_(250), f"the one after it: {reply}")
    special.wait(1)
    users = {c for c in peer.connections if c in hop.signed_in}
    equal(len([c for c in users if c.messages]), 1, "connections that alice's mail used")
    with connect(source="127.0.0.1") as trusted:
        reply = trusted.transaction(SENDER, "bob@partner.example", message())
        check(reply.is_(550, "5.7.1"), f"after she left: {reply}")

    # What the next hop does not take the client keeps: the queue could not sign in.
    for script, code in (([b"451 4.3.0 later\r\n"], 451), ([b"554 5.7.1 no\r\n"], 554), ([Drop()], 451)):
        peer.script["dot"] = script
        with signed_in() as client:
            reply = client.transaction(SENDER, "bob@partner.example", message())
            equal(reply.code, code, f"{script} after the dot")
    equal(gateway.queue(), [], "nothing is spooled")
    with signed_in() as client:  # it has gone: sign in again
        peer.down(), peer.up()
        reply = client.command(f"MAIL FROM:<{SENDER}>")
        check(reply.is_(421, "4.4.2") and client.at_end(), f"the user's connection has ended: {reply}")

    # `required`: from trusted networks as well. `unified`: who has signed in sends out.
    with connect("must", source="127.0.0.1") as client:
        check(client.command(f"MAIL FROM:<{SENDER}>").is_(530, "5.7.0"), "required")
    with connect("both") as client:
        reply = client.transaction(SENDER, "bob@partner.example", message())
        check(reply.is_(550, "5.7.1"), f"a stranger on a unified listener: {reply}")

    # The next hop has TLS no more, or only LOGIN.
    peer.tls, kept = None, peer.tls
    with connect() as client:
        check(client.command(f"AUTH PLAIN {plain()}").is_(454, "4.7.0"), "no TLS there")
    equal(hop.clear, 0, "nothing was said in clear")
    peer.tls, peer.extensions[-1] = kept, "AUTH LOGIN"
    with connect() as client:
        check(client.command(f"AUTH PLAIN {plain()}").is_(235), "PLAIN here, LOGIN there")
    with connect() as client:
        check(client.command(f"AUTH PLAIN {plain(acting_as='root')}").is_(454), "not for LOGIN")
    gateway.stop()

    # The password stands in no file, however it is spelt.
    spelt = [PASSWORD.encode(), b64(PASSWORD).encode(), plain().encode()]
    for path in pathlib.Path(gateway.dir).rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            check(not any(one in content for one in spelt), f"the password is in {path}")


if __name__ == "__main__":
    run(main)
