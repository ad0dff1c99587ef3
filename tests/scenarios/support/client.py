# SPDX-License-Identifier: Apache-2.0
"""An SMTP client that sends exactly the bytes it is given and hides nothing of what comes back."""
import re
import socket

LIMIT = 30  # seconds for any reply


class Reply:
    def __init__(self, raw):
        self.raw = raw
        self.lines = [line[4:].decode("utf-8", "replace") for line in raw.split(b"\r\n") if line]
        self.code = int(raw[:3])

    @property
    def text(self):
        return "\n".join(self.lines)

    @property
    def enhanced(self):
        """"5.7.1", or "" when there is none."""
        match = re.match(r"[245]\.\d{1,3}\.\d{1,3}(?= |$)", self.lines[0])
        return match[0] if match else ""

    def is_(self, code, enhanced=None):
        return self.code == code and (enhanced is None or self.enhanced == enhanced)

    def __repr__(self):
        return self.raw.decode("utf-8", "replace").rstrip("\r\n")


class Closed(Exception):
    """The server closed the connection where a reply was due."""


def stuff(content):
    """Content framed for DATA: dots stuffed, end of data put behind it."""
    framed = re.sub(rb"(?m)^\.", b"..", content)
    if framed and not framed.endswith(b"\r\n"):
        framed += b"\r\n"
    return framed + b".\r\n"


class SmtpClient:
    def __init__(self, port, host="127.0.0.1", timeout=LIMIT, source=None):
        self.socket = socket.create_connection((host, port), timeout,
                                               (source, 0) if source else None)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.extensions = {}
        self.greeting = None
        self.hello = "EHLO"  # "LHLO" for LMTP

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        try:
            self.socket.close()
        except OSError:
            pass

    # --- raw

    def send(self, data):
        self.socket.sendall(data.encode("utf-8") if isinstance(data, str) else data)

    def _fill(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionError:
            data = b""
        if not data:
            raise Closed(f"closed by the server; unread: {self.buffer!r}")
        self.buffer += data

    def reply(self):
        """The next complete reply. Closed when the connection ended first."""
        start = 0
        while True:
            end = self.buffer.find(b"\r\n", start)
            if end < 0:
                self._fill()
                continue
            line = self.buffer[start:end]
            assert re.match(rb"[2-5]\d\d([ -]|$)", line), f"not a reply: {line!r}"
            start = end + 2
            if line[3:4] != b"-":
                raw, self.buffer = self.buffer[:start], self.buffer[start:]
                return Reply(raw)

    def command(self, line):
        self.send((line if isinstance(line, bytes) else line.encode("utf-8")) + b"\r\n")
        return self.reply()

    def at_end(self, seconds=LIMIT):
        """True when the server has closed; what it still sent is in self.buffer."""
        self.socket.settimeout(seconds)
        try:
            while True:
                self._fill()
        except Closed:
            return True
        except TimeoutError:
            return False
        finally:
            try:
                self.socket.settimeout(LIMIT)
            except OSError:
                pass

    # --- the usual dialogue

    def greet(self, name="client.example"):
        self.greeting = self.reply()
        assert self.greeting.code == 220, f"greeting: {self.greeting}"
        self.ehlo(name)
        return self

    def ehlo(self, name="client.example"):
        reply = self.command(f"{self.hello} {name}")
        assert reply.code == 250, f"{self.hello}: {reply}"
        self.extensions = {line.split(" ")[0].upper(): line.partition(" ")[2]
                           for line in reply.lines[1:]}
        return reply

    def data(self, content, framed=False):
        """DATA and the content; framed: the bytes are sent as they are, end of data included."""
        go = self.command("DATA")
        if go.code != 354:
            return go
        self.send(content if framed else stuff(content))
        return self.reply()

    def transaction(self, sender, recipients, content, mail="", rcpt=""):
        """MAIL, every RCPT, DATA. The reply to the dot; or the first refusal of MAIL or DATA; or,
        when no recipient was taken, the last one's. self.rcpt_replies has one reply each.

        `mail` and `rcpt` are parameters put behind the address: "BODY=8BITMIME"."""
        self.rcpt_replies = []
        reply = self.command(f"MAIL FROM:<{sender}>" + (" " + mail if mail else ""))
        if reply.code != 250:
            return reply
        for recipient in [recipients] if isinstance(recipients, str) else recipients:
            self.rcpt_replies.append(
                self.command(f"RCPT TO:<{recipient}>" + (" " + rcpt if rcpt else "")))
        if not any(r.code in (250, 251) for r in self.rcpt_replies):
            last = self.rcpt_replies[-1]
            self.command("RSET")
            return last
        return self.data(content)

    def lmtp(self, sender, recipients, content):
        """The same over LMTP: the reply to each recipient after the dot, None where RCPT was
        refused. All of them must come; no DATA where nobody was taken."""
        first = self.transaction(sender, recipients, content)
        taken = [r.code in (250, 251) for r in self.rcpt_replies]
        if not any(taken):
            return [None] * len(taken)
        after = [first] + [self.reply() for _ in range(sum(taken) - 1)]
        return [after.pop(0) if one else None for one in taken]

    def starttls(self, context, name="gw.example.com"):
        reply = self.command("STARTTLS")
        assert reply.code == 220, f"STARTTLS: {reply}"
        self.wrap(context, name)
        return reply

    def wrap(self, context, name="gw.example.com"):
        """The TLS handshake as a client."""
        self.socket = context.wrap_socket(self.socket, server_hostname=name)

    def quit(self):
        reply = self.command("QUIT")
        self.close()
        return reply
