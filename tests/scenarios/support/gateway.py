# SPDX-License-Identifier: Apache-2.0
"""The gateway under test as a process, with its command line and its mail log."""
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

from . import processes, toml
from .client import SmtpClient

START_LIMIT = 20  # seconds; a sanitizer build on a busy machine is slow
STOP_LIMIT = 10   # the interface's promise for SIGTERM


def bin_dir():
    given = os.environ.get("SEALGATE_BIN")
    return pathlib.Path(given) if given else \
        pathlib.Path(__file__).resolve().parents[3] / "build" / "release" / "bin"


class CliResult:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def __repr__(self):
        return f"exit {self.code}\n  stdout {self.out!r}\n  stderr {self.err!r}"

    def json(self):
        """One JSON document."""
        return json.loads(self.out)

    def json_lines(self):
        return [json.loads(line) for line in self.out.splitlines() if line.strip()]

    def objects(self, *keys):
        """The objects of a listing, whether it came as one a line, as an array, or as an array
        below one of `keys`."""
        text = self.out.strip()
        if not text:
            return []
        try:
            document = json.loads(text)
        except json.JSONDecodeError:
            return self.json_lines()
        if isinstance(document, list):
            return document
        for key in (*keys, "items"):
            if isinstance(document.get(key), list):
                return document[key]
        return [document]


def merge(base, changes):
    """`changes` laid over `base`: tables are merged, all else is replaced; None removes."""
    result = dict(base)
    for key, value in changes.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merge(result[key], value)
        else:
            result[key] = value
    return result


def listener(name="outbound", **changes):
    """A [[listener]] on any free port of loopback."""
    direction = "inbound" if name == "inbound" else "outbound"
    return {"name": name, "address": "127.0.0.1:0", "direction": direction, "tls": "starttls",
            **changes}


class Gateway:
    """config: laid over the defaults below (None removes a key). The defaults are one outbound
    listener in `store`, managed.example managed by file, and every route to `next_hop`."""

    def __init__(self, directory, next_hop=None, config=None, env=None):
        self.dir = pathlib.Path(directory)
        self.dir.mkdir(parents=True)
        self.data = self.dir / "data"
        self.file = self.dir / "sealgate.toml"
        self.stderr_file = self.dir / "stderr"
        self.env = {**os.environ, "TZ": "UTC", **(env or {})}
        self.wrapper = []  # argv put before the program's: strace and its like
        self.user = None   # the uid it runs as, where we are root and it is not to be
        self.process = None
        self.ports = {}
        self.expect_dirty = False  # a scenario that breaks it on purpose
        base = {
            "hostname": "gw.example.com",
            "data_dir": str(self.data),
            "listener": [listener()],
            "domain": [{"name": "managed.example"}],
            # Quick where a test waits, and without dice.
            "delivery": {"retry": ["1s"], "jitter_percent": 0},
        }
        if next_hop is not None:
            base["route"] = [{"domain": "*", "next_hop": f"127.0.0.1:{_port(next_hop)}",
                              "tls": "none"}]
        self.config = merge(base, config or {})
        self.write_config()

    # --- configuration

    def write_config(self, changes=None):
        if changes:
            self.config = merge(self.config, changes)
        self.write_text(toml.dumps(self.config))

    def write_text(self, text):
        self.file.write_text(text, encoding="utf-8")

    def check_config(self):
        return self._run([bin_dir() / "sealgated", "--config", self.file, "--check"])

    # --- process

    def start(self):
        assert self.process is None or self.process.poll() is not None, "it runs already"
        ports_file = self.data / "run" / "ports.json"
        ports_file.unlink(missing_ok=True)
        other = {}
        if self.user is not None:
            for path in (self.dir, self.file):
                os.chown(path, self.user, self.user)
            other = {"user": self.user, "group": self.user, "extra_groups": []}
        with open(self.stderr_file, "ab") as err:
            self.process = processes.start(
                [*self.wrapper, bin_dir() / "sealgated", "--config", self.file],
                stdin=subprocess.DEVNULL, stdout=err, stderr=err, env=self.env, **other)
        ready = processes.wait_until(
            lambda: ports_file.exists() or self.process.poll() is not None, START_LIMIT)
        assert ready, f"no {ports_file} after {START_LIMIT} s"
        assert self.process.poll() is None, \
            f"sealgated ended with status {self.process.returncode} at start:\n{self.stderr()}"
        self.ports = json.loads(ports_file.read_text())
        return self

    @property
    def pid(self):
        """Of the daemon itself, also when it runs below a wrapper."""
        if not self.wrapper:
            return self.process.pid
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return int(children.read_text().split()[0])

    def stop(self):
        """SIGTERM; must end with status 0 within the time the interface promises."""
        began = time.monotonic()
        os.kill(self.pid, signal.SIGTERM)
        try:
            status = self.process.wait(STOP_LIMIT + 5)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"sealgated still runs {STOP_LIMIT + 5} s after SIGTERM")
        took = time.monotonic() - began
        assert status == 0, f"sealgated ended with status {status} after SIGTERM"
        assert took <= STOP_LIMIT, f"sealgated took {took:.1f} s to end"
        self.check_clean()

    def kill(self):
        """kill -9."""
        os.kill(self.pid, signal.SIGKILL)
        self.process.wait()

    def restart(self):
        self.stop()
        self.start()

    def reload(self):
        os.kill(self.pid, signal.SIGHUP)

    def abandon(self):
        if self.process is not None:
            processes.end(self.process)

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def stderr(self):
        return self.stderr_file.read_text(errors="replace") if self.stderr_file.exists() else ""

    def check_clean(self):
        """No sanitizer report, and not dead when nobody killed it."""
        report = re.search(r".*(Sanitizer|runtime error:).*", self.stderr())
        assert not report, f"sanitizer report: {report[0]}"
        if self.process is not None and not self.expect_dirty:
            status = self.process.poll()
            assert status in (None, 0, -signal.SIGKILL), f"sealgated died with status {status}"

    def explain(self, lines=60):
        def tail(text):
            return "\n".join("  " + line for line in text.splitlines()[-lines:])
        print(f"--- {self.dir.name}: configuration\n{tail(self.file.read_text())}")
        print(f"--- {self.dir.name}: stderr\n{tail(self.stderr())}")
        print(f"--- {self.dir.name}: mail log\n{tail(chr(10).join(self.log()))}", flush=True)

    # --- use

    def port(self, name="outbound"):
        return self.ports[name]

    def client(self, name="outbound", ehlo=True, hello="EHLO", **options):
        """A raw client, connected and greeted; ehlo=False: only connected."""
        client = SmtpClient(self.port(name), **options)
        client.hello = hello
        if ehlo:
            client.greet()
        return client

    def send(self, sender, recipients, content, name="outbound", **options):
        """One message in a connection of its own; the reply to the dot, or to what was refused."""
        with self.client(name) as client:
            return client.transaction(sender, recipients, content, **options)

    def _run(self, argv, stdin=None, timeout=30):
        done = subprocess.run([str(a) for a in argv], input=stdin, capture_output=True, text=True,
                              timeout=timeout, env=self.env)
        return CliResult(done.returncode, done.stdout, done.stderr)

    def cli(self, *args, stdin="", timeout=30):
        return self._run([bin_dir() / "sealgate", "--config", self.file, *args], stdin, timeout)

    def must(self, *args, **options):
        """cli() that has to exit 0."""
        result = self.cli(*args, **options)
        assert result.code == 0, f"sealgate {' '.join(map(str, args))}: {result}"
        return result

    def api(self, method, target):
        """Status and JSON answer of the API on the control socket."""
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(30)
            control.connect(str(self.data / "run" / "sealgate.sock"))
            control.sendall(f"{method} {target} HTTP/1.1\r\nHost: localhost\r\n"
                            "Connection: close\r\n\r\n".encode())
            answer = http.client.HTTPResponse(control, method=method)
            answer.begin()
            return answer.status, json.loads(answer.read() or b"null")

    def queue(self):
        """The messages in the queue, each with its recipients and their states."""
        return self.must("queue", "list", "--json").objects("messages")

    def log_search(self, *args):
        """Records of the mail log, oldest first; none is exit status 1, which is no error here."""
        result = self.cli("log", "search", *args, "--json")
        assert result.code in (0, 1) and (result.code == 0 or not result.out), f"log search: {result}"
        return result.json_lines()

    def log(self):
        """The lines of the text log."""
        name = self.config.get("mail_log", {}).get("file", "log/mail.log")
        path = self.data / name
        if not name or not path.is_file():
            return []
        return path.read_text(encoding="utf-8", errors="replace").splitlines()

    def wait_log(self, pattern, seconds=10):
        """The match of a pattern in a line of the text log; waits for it."""
        regex = re.compile(pattern)

        def look():
            return next((m for m in map(regex.search, self.log()) if m), None)
        found = processes.wait_until(look, seconds)
        assert found, f"no line in the mail log matches {pattern!r}"
        return found


def _port(next_hop):
    return next_hop if isinstance(next_hop, int) else next_hop.port
