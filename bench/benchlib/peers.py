# SPDX-License-Identifier: Apache-2.0
"""The mail servers that are compared, each relaying to a sink of its own."""
import pathlib
import shutil
import socket
import subprocess

from . import ROOT
from support import processes
from support.gateway import Gateway, bin_dir, listener
from support.postfix import Postfix, free_port, usable

FROM, RCPT = "alice@managed.example", "bob@partner.example"


class Unusable(Exception):
    """This peer cannot be measured here, and why."""


class Sealgate:
    """Ours: policy and mail log on, as shipped."""

    def __init__(self, mode):
        self.name = f"sealgate {mode}"
        self.mode = mode

    def start(self, directory, sink_port):
        if not (bin_dir() / "sealgated").exists():
            raise Unusable(f"no sealgated in {bin_dir()}; build the release preset first")
        self.gateway = Gateway(directory, next_hop=sink_port, config={
            "listener": [listener(mode=self.mode)], "delivery": None})
        self.gateway.start()
        self.port, self.pid = self.gateway.port(), self.gateway.process.pid

    def stop(self):
        self.gateway.stop()


_TUNED = {
    "default_process_limit": "250",
    "in_flow_delay": "0",
    "smtp_destination_concurrency_limit": "100",
    "initial_destination_concurrency": "50",
    "smtpd_client_connection_count_limit": "0",
    "smtpd_client_port_logging": "no",
    "max_use": "1000",
    "qmgr_message_active_limit": "40000",
}


class PostfixRelay:
    name = "Postfix relay"
    services = ""

    def start(self, directory, sink_port):
        if reason := usable():
            raise Unusable(reason)
        self.postfix = Postfix(directory, relayhost=sink_port, settings=_TUNED,
                               services=self.services)
        self.postfix.start()
        self.port, self.pid = self.postfix.port, self.postfix.process.pid

    def stop(self):
        self.postfix.stop()


class PostfixProxy(PostfixRelay):
    """Before-queue content filter with an empty filter: one smtpd hands on to another, which is the
    least that any gateway in that place costs."""
    name = "Postfix proxy"

    def __init__(self):
        back = free_port()
        self.services = (
            f"127.0.0.1:{{port}} inet n - n - - smtpd -o smtpd_proxy_filter=127.0.0.1:{back}\n"
            f"127.0.0.1:{back} inet n - n - - smtpd -o smtpd_authorized_xforward_hosts=127.0.0.0/8\n")


class Haraka:
    """smtp_forward: synchronous, as our `through`."""
    name = "Haraka forward"

    def install(self):
        """Pinned by bench/haraka/package-lock.json; installed outside the sources."""
        home = ROOT / "build" / "bench" / "haraka"
        home.mkdir(parents=True, exist_ok=True)
        wanted = ROOT / "bench" / "haraka"
        lock = (wanted / "package-lock.json").read_bytes()
        stamp = home / "installed-lock.json"
        if not (home / "node_modules" / "Haraka").exists() or not stamp.exists() \
                or stamp.read_bytes() != lock:
            if not shutil.which("npm"):
                raise Unusable("npm is not installed")
            for name in ("package.json", "package-lock.json"):
                shutil.copy(wanted / name, home / name)
            done = subprocess.run(["npm", "ci", "--omit=dev", "--omit=optional", "--no-audit",
                                   "--no-fund"], cwd=home, capture_output=True, text=True,
                                  timeout=300, check=False)
            if done.returncode != 0:
                raise Unusable(f"npm ci: {done.stderr.strip()[-300:]}")
            stamp.write_bytes(lock)
        return home / "node_modules" / "Haraka" / "bin" / "haraka"

    def start(self, directory, sink_port):
        program = self.install()
        self.dir = pathlib.Path(directory)
        config = self.dir / "config"
        # Its own defaults, with our few lines laid over them.
        shutil.copytree(program.parents[1] / "config", config)
        self.port = free_port()
        for name, text in {
            "smtp.ini": f"listen=127.0.0.1:{self.port}\nnodes=0\n",
            "smtp_forward.ini": f"host=127.0.0.1\nport={sink_port}\n",
            "plugins": "rcpt_to.in_host_list\nqueue/smtp_forward\n",
            "host_list": "partner.example\n",
            "loglevel": "WARN\n",
            "me": "haraka.example\n",
        }.items():
            (config / name).write_text(text)
        (self.dir / "queue").mkdir()
        with open(self.dir / "log", "wb") as log:
            self.process = processes.start(["node", program, "-c", self.dir],
                                           stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.pid = self.process.pid
        if not processes.wait_until(self._answers, 30):
            raise Unusable(f"Haraka does not answer: {(self.dir / 'log').read_text()[-500:]}")

    def _answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), 5) as probe:
                probe.settimeout(5)
                return probe.recv(100).startswith(b"220")
        except OSError:
            return False

    def stop(self):
        processes.end(self.process, grace=5)


def make(names):
    known = {"through": lambda: Sealgate("through"), "store": lambda: Sealgate("store"),
             "postfix": PostfixRelay, "proxy": PostfixProxy, "haraka": Haraka}
    return [known[name]() for name in names]


ALL = ["through", "store", "postfix", "proxy", "haraka"]
