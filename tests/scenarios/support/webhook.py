# SPDX-License-Identifier: Apache-2.0
"""Receivers of alerts by webhook, and ears where none of them may be heard."""
import http.server
import socket
import threading

SECRET = b"0123456789abcdef0123456789abcdef"


def secret_file(s):
    file = s.dir / "secret"
    file.write_bytes(SECRET + b"\n")
    file.chmod(0o600)
    return file


def test(gateway):
    """Sends a test notice: the exit status, and what became of it at the first sink."""
    result = gateway.cli("alert", "test", "next-hop", "--json")
    return result.code, result.json()["sinks"][0]


class Receiver:
    """An HTTPS server that answers each POST with the next of `answers` (then 204) and remembers
    what it got. An answer is a status, or (status, reason, fields, body)."""

    def __init__(self, s, context, answers=()):
        self.requests = []
        self.answers = list(answers)
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.requests.append((self.path, dict(self.headers), body))
                answer = outer.answers.pop(0) if outer.answers else 204
                if isinstance(answer, int):
                    answer = (answer, None, {"Location": f"https://localhost:{outer.port}/elsewhere"}, b"")
                status, reason, fields, content = answer
                self.send_response(status, reason)
                for name, value in fields.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        s.cleanup(self.server.shutdown)


class Ear:
    """Listens on all of loopback, IPv4 and, where there is one, IPv6, and counts who connects."""

    def __init__(self, s):
        self.heard = 0
        first = socket.create_server(("0.0.0.0", 0))
        self.port = first.getsockname()[1]
        self.sockets = [first]
        try:
            self.sockets.append(socket.create_server(("::", self.port), family=socket.AF_INET6))
        except OSError:
            pass
        for one in self.sockets:
            threading.Thread(target=self._listen, args=(one,), daemon=True).start()
            s.cleanup(one.close)

    def _listen(self, sock):
        while True:
            try:
                connection, _ = sock.accept()
            except OSError:
                return
            self.heard += 1
            connection.close()
