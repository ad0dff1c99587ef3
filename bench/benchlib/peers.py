# SPDX-License-Identifier: Apache-2.0
"""The mail servers that are compared, each relaying to a sink of its own."""
import contextlib
import pathlib
import shutil
import socket
import subprocess
import threading
import urllib.request

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


class SealgateAll(Sealgate):
    """Ours with all that is optional: JSON lines, syslog to a local daemon, alerts by mail, the API
    on TCP with its metrics asked for each second, other front ends and a route by DNS configured."""

    def __init__(self, mode):
        super().__init__(mode)
        self.name += ", all on"

    def start(self, directory, sink_port):
        self.syslog = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.syslog.bind(("127.0.0.1", 0))  # what nobody reads the kernel drops
        api = free_port()
        self.gateway = Gateway(directory, next_hop=sink_port, config={
            "listener": [listener(mode=self.mode, xclient_from=["192.0.2.1"],
                                  proxy_protocol_from=["192.0.2.2"]),
                         listener("lmtp", protocol="lmtp", mode="through")],
            "api": {"address": f"127.0.0.1:{api}"},
            "mail_log": {"json_file": "log/mail.json",
                         "syslog": {"target": f"udp:127.0.0.1:{self.syslog.getsockname()[1]}"}},
            "alerts": {"mail_to": ["postmaster@managed.example"]},
            "delivery": None})
        self.gateway.write_config({"route": [*self.gateway.config["route"],
                                             {"domain": "elsewhere.example", "next_hop": "mx"}]})
        self.gateway.start()
        self.port, self.pid = self.gateway.port(), self.gateway.process.pid
        self.answers = 0
        self.over = threading.Event()
        self.asking = threading.Thread(target=self._ask, args=(api,), daemon=True)
        self.asking.start()

    def _ask(self, port):
        while not self.over.wait(1):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5).read()
                self.answers += 1

    def stop(self):
        self.over.set()
        self.asking.join(10)
        assert self.answers > 0, "nobody answered for the metrics"
        super().stop()
        self.syslog.close()


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
             "through-all": lambda: SealgateAll("through"), "store-all": lambda: SealgateAll("store"),
             "postfix": PostfixRelay, "proxy": PostfixProxy, "haraka": Haraka}
    return [known[name]() for name in names]


USUAL = ["through", "store", "postfix", "proxy", "haraka"]
ALL = [*USUAL, "through-all", "store-all"]
