# SPDX-License-Identifier: Apache-2.0
"""A mail server that does what it is told, good or bad, and remembers every octet it got.

    peer = ScriptedPeer({"RCPT": [b"450 4.2.1 later\\r\\n", OK], "dot": Drop()})

States: connect, EHLO, HELO, STARTTLS, tls (right after the handshake), MAIL, RCPT, DATA, dot, BDAT
(known with chunking=True; after the octets), RSET, NOOP, QUIT, other. What stands there is one action
for ever, a list (each used once, then the usual answer), or a function (connection, line) -> action or
None. Without a script the peer takes everything, so it is also the sink of most scenarios."""
import re
import socket
import struct
import threading
import time

EXTENSIONS = ("PIPELINING", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES", "SIZE 104857600")
HANG_LIMIT = 100  # seconds: no scenario lasts longer


class Say:
    """Octets, as they are."""

    def __init__(self, data):
        self.data = data

    def do(self, connection):
        connection.send(self.data)


class Hang:
    """No answer, the connection stays."""

    def do(self, connection):
        connection.peer.closing.wait(HANG_LIMIT)
        raise ConnectionAbortedError("hung")


class Drop:
    """The connection ends without a word; reset: by RST."""

    def __init__(self, reset=False):
        self.reset = reset

    def do(self, connection):
        if self.reset:
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                         struct.pack("ii", 1, 0))
        raise ConnectionAbortedError("dropped")


class Close:
    """Says something, then closes."""

    def __init__(self, data):
        self.data = data

    def do(self, connection):
        connection.send(self.data)
        raise ConnectionAbortedError("closed")


class Wait:
    """Another action after some seconds."""

    def __init__(self, seconds, then=None):
        self.seconds, self.then = seconds, then

    def do(self, connection):
        connection.peer.closing.wait(self.seconds)
        connection.act(self.then, connection.usual)


class Gate(Wait):
    """The usual answer, once the scenario calls open()."""

    def __init__(self):
        super().__init__(HANG_LIMIT)
        self._opened = threading.Event()

    def open(self):
        self._opened.set()

    def do(self, connection):
        self._opened.wait(self.seconds)
        connection.act(None, connection.usual)


class Trickle:
    """One octet at a time."""

    def __init__(self, data, interval=0.05):
        self.data, self.interval = data, interval

    def do(self, connection):
        for octet in self.data:
            connection.send(bytes([octet]))
            if connection.peer.closing.wait(self.interval):
                raise ConnectionAbortedError("ended")


OK = b"250 2.0.0 ok\r\n"


class Received:
    """A message that was taken with 2xx."""

    def __init__(self, connection, mail, rcpts, raw, chunks=()):
        self.tls = connection.tls
        self.helo = connection.helo
        self.mail_line, self.rcpt_lines = mail, rcpts
        self.sender = _path(mail)
        self.recipients = [_path(line) for line in rcpts]
        self.mail_parameters = _parameters(mail)
        self.rcpt_parameters = [_parameters(line) for line in rcpts]
        self.raw = raw  # between 354 and the end of data, dots still stuffed; or all chunks
        self.chunks = list(chunks)  # their sizes, when it came by BDAT
        self.content = raw if self.chunks else re.sub(rb"(?m)^\.", b"", raw)
        self.time = time.time()

    def header(self, name):
        """The values of a field, unfolded."""
        head = self.content.split(b"\r\n\r\n", 1)[0]
        unfolded = re.sub(rb"\r\n(?=[ \t])", b"", head)
        return [line.partition(b":")[2].strip().decode("utf-8", "replace")
                for line in unfolded.split(b"\r\n")
                if line.lower().startswith(name.lower().encode() + b":")]

    def __repr__(self):
        return f"<{self.sender} -> {self.recipients}, {len(self.content)} octets>"


def _path(line):
    match = re.search(rb"<([^>]*)>", line)
    return match[1].decode("utf-8", "replace") if match else ""


def _parameters(line):
    rest = line.partition(b">")[2].split()
    return {k.decode().upper(): v.decode("utf-8", "replace")
            for k, _, v in (p.partition(b"=") for p in rest)}


class Connection:
    def __init__(self, peer, sock, source):
        self.peer, self.socket, self.source = peer, sock, source
        self.tls = False
        self.helo = ""
        self.raw_in = b""    # everything received, after decryption
        self.commands = []   # lines without CRLF
        self.messages = []
        self.buffer = b""
        self.mail = None     # the MAIL command of the transaction, once it was taken
        self.rcpts = []
        self.chunks = []     # of a message that comes by BDAT
        self.usual = b""     # the answer that the state under way would have got
        self.ended = threading.Event()

    def forget(self):
        self.raw_in = b""
        self.commands = []
        self.messages = []

    def send(self, data):
        self.socket.sendall(data)

    def _fill(self):
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionAbortedError("closed by the client")
        self.raw_in += data
        self.buffer += data

    def line(self):
        while b"\n" not in self.buffer:
            self._fill()
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line.removesuffix(b"\r")

    def octets(self, count):
        while len(self.buffer) < count:
            self._fill()
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def content(self):
        """Up to CRLF "." CRLF and nothing else."""
        head = b"\r\n"
        self.buffer = head + self.buffer
        looked = 0
        while (end := self.buffer.find(b"\r\n.\r\n", looked)) < 0:
            looked = max(0, len(self.buffer) - 4)
            self._fill()
        raw, self.buffer = self.buffer[len(head):end + 2], self.buffer[end + 5:]
        return raw

    def act(self, action, usual):
        if action is None:
            action = usual
        if isinstance(action, bytes):
            self.send(action)
            return action
        action.do(self)
        return getattr(action, "data", b"")

    def answer(self, state, usual, line=b""):
        """Does what the script says for the state; the bytes that were answered."""
        self.usual = usual
        return self.act(self.peer.action(state, self, line), usual)


class ScriptedPeer:
    def __init__(self, script=None, extensions=EXTENSIONS, tls=None, implicit_tls=False, port=0,
                 hostname="peer.example", chunking=False, lmtp=False, host="127.0.0.1",
                 path=None):
        """tls: an ssl.SSLContext; STARTTLS is then offered. chunking: BDAT is offered and known.
        lmtp: it speaks LMTP; "dot" is then asked for each recipient, with its RCPT line.
        path: it listens on a Unix socket there instead."""
        self.script = dict(script or {})
        self.extensions, self.tls, self.implicit_tls = list(extensions), tls, implicit_tls
        self.hostname, self.chunking, self.lmtp = hostname, chunking, lmtp
        if chunking:
            self.extensions.append("CHUNKING")
        self.connections = []
        self.messages = []
        self.lock = threading.Lock()
        self.changed = threading.Condition(self.lock)
        self.closing = threading.Event()
        self.listener = None
        self.host, self.port, self.path = host, port, path
        self.up()

    # --- the outside

    def up(self):
        """Listens (again, on the same port)."""
        self.closing.clear()
        if self.path:
            self.path.unlink(missing_ok=True)
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(str(self.path))
            listener.listen(512)
            self.listener = listener
        else:
            listener = socket.create_server((self.host, self.port), backlog=512, reuse_port=False)
            self.listener, self.port = listener, listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def down(self):
        """Refuses connections and ends those that are there."""
        self.closing.set()
        # shutdown wakes the thread in accept(); close alone would leave the port answering.
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        with self.lock:
            connections = [c for c in self.connections if not c.ended.is_set()]
        for connection in connections:
            try:
                connection.socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            connection.ended.wait(5)

    close = down

    def wait(self, count=1, seconds=15, match=None):
        """At least `count` messages (that `match`); returns them."""
        def enough():
            found = [m for m in self.messages if match is None or match(m)]
            return found if len(found) >= count else None
        deadline = time.monotonic() + seconds
        with self.changed:
            while not (found := enough()):
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(
                        f"peer: {count} message(s) wanted within {seconds} s, got {self.messages}")
                self.changed.wait(left)
            return found

    def never(self, seconds=1.0, match=None):
        """Fails when a message (that matches) comes, or has come, within some seconds."""
        time.sleep(seconds)
        with self.lock:
            found = [m for m in self.messages if match is None or match(m)]
        if found:
            raise AssertionError(f"peer: got what it should never get: {found}")

    def clear(self):
        """Forgets what came so far; connections that are open go on being recorded."""
        with self.lock:
            self.messages.clear()
            self.connections = [c for c in self.connections if not c.ended.is_set()]
            for connection in self.connections:
                connection.forget()

    @property
    def commands(self):
        with self.lock:
            return [line for c in self.connections for line in c.commands]

    # --- the inside

    def action(self, state, connection, line):
        with self.lock:
            entry = self.script.get(state)
            if isinstance(entry, list):
                return entry.pop(0) if entry else None
        return entry(connection, line) if callable(entry) else entry

    def _accept(self, listener):
        while True:
            try:
                sock, source = listener.accept()
            except OSError:
                return
            if not self.path:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = Connection(self, sock, source)
            with self.lock:
                self.connections.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            if self.implicit_tls:
                self._handshake(connection)
            connection.answer("connect", f"220 {self.hostname} ESMTP\r\n".encode())
            while True:
                if not self._command(connection):
                    break
        except (OSError, ValueError):
            pass
        finally:
            try:
                connection.socket.close()
            except OSError:
                pass
            connection.ended.set()

    def _handshake(self, connection):
        connection.socket = self.tls.wrap_socket(connection.socket, server_side=True)
        connection.tls = True

    def _hello(self, connection):
        lines = [self.hostname, *self.extensions]
        if self.tls and not connection.tls:
            lines.append("STARTTLS")
        return "".join(f"250{'-' if n + 1 < len(lines) else ' '}{text}\r\n"
                       for n, text in enumerate(lines)).encode()

    def _command(self, connection):
        line = connection.line()
        connection.commands.append(line)
        verb = line[:4].upper().decode("latin-1").strip()
        if line[:8].upper() == b"STARTTLS":
            said = connection.answer("STARTTLS", b"220 2.0.0 go on\r\n", line)
            if said.startswith(b"220") and self.tls:
                self._handshake(connection)
                connection.answer("tls", b"", line)
            return True
        if verb in (("LHLO",) if self.lmtp else ("EHLO", "HELO")):
            connection.helo = line[5:].decode("latin-1")
            usual = self._hello(connection) if verb != "HELO" else \
                f"250 {self.hostname}\r\n".encode()
            connection.answer(verb, usual, line)
        elif verb == "MAIL":
            connection.mail, connection.rcpts, connection.chunks = None, [], []
            if connection.answer("MAIL", OK, line).startswith(b"2"):
                connection.mail = line
        elif verb == "RCPT":
            usual = OK if connection.mail else b"503 5.5.1 MAIL first\r\n"
            if connection.answer("RCPT", usual, line).startswith(b"2"):
                connection.rcpts.append(line)
        elif verb == "DATA":
            self._data(connection, line)
        elif verb == "BDAT" and self.chunking:
            self._bdat(connection, line)
        elif verb == "QUIT":
            connection.answer("QUIT", b"221 2.0.0 bye\r\n", line)
            return False
        elif verb in ("RSET", "NOOP"):
            if verb == "RSET":
                connection.mail, connection.rcpts, connection.chunks = None, [], []
            connection.answer(verb, OK, line)
        else:
            connection.answer("other", b"502 5.5.1 not known\r\n", line)
        return True

    def _data(self, connection, line):
        usual = b"354 go on\r\n" if connection.mail and connection.rcpts else \
            b"554 5.5.1 no valid recipients\r\n"
        if not connection.answer("DATA", usual, line).startswith(b"3"):
            return
        raw = connection.content()
        message = Received(connection, connection.mail or b"", connection.rcpts, raw)
        connection.mail, connection.rcpts = None, []
        if self.lmtp:
            self._take_each(connection, message)
        else:
            self._take(connection, message, "dot", line)

    def _take_each(self, connection, message):
        """An answer for each recipient; those that get a 2xx are the message's."""
        actions = [self.action("dot", connection, line) for line in message.rcpt_lines]
        taken = [n for n, action in enumerate(actions)
                 if action is None or isinstance(action, bytes) and action.startswith(b"2")]
        if taken:
            message.rcpt_lines = [message.rcpt_lines[n] for n in taken]
            message.recipients = [message.recipients[n] for n in taken]
            message.rcpt_parameters = [message.rcpt_parameters[n] for n in taken]
            with self.changed:
                self.messages.append(message)
                self.changed.notify_all()
        for action in actions:
            connection.usual = OK
            connection.act(action, OK)

    def _bdat(self, connection, line):
        words = line.split()
        connection.chunks.append(connection.octets(int(words[1])))
        last = len(words) > 2 and words[2].upper() == b"LAST"
        begun = connection.mail and connection.rcpts
        if not begun or not last:
            connection.answer("BDAT", OK if begun else b"503 5.5.1 RCPT first\r\n", line)
            return
        message = Received(connection, connection.mail, connection.rcpts,
                           b"".join(connection.chunks), map(len, connection.chunks))
        connection.mail, connection.rcpts, connection.chunks = None, [], []
        self._take(connection, message, "BDAT", line)

    def _take(self, connection, message, state, line):
        connection.messages.append(message)
        action = self.action(state, connection, line)
        # Known before the answer is: a scenario that has seen the 250 finds the message here.
        taken = action is None or isinstance(action, bytes) and action.startswith(b"2") or \
            isinstance(action, (Say, Trickle, Close)) and action.data.startswith(b"2") or \
            isinstance(action, Wait) and action.then is None
        if taken:
            with self.changed:
                self.messages.append(message)
                self.changed.notify_all()
        connection.usual = OK
        connection.act(action, OK)
