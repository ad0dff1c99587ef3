# SPDX-License-Identifier: Apache-2.0
"""A real Postfix of our own: private directories, loopback ports, ended by its pid."""
import os
import pathlib
import pwd
import re
import shutil
import socket
import subprocess
import time

from . import processes

_DAEMONS = pathlib.Path("/usr/lib/postfix/sbin")

_MAIN = """compatibility_level = 3.6
config_directory = {dir}/etc
queue_directory = {dir}/queue
data_directory = {dir}/data
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
multi_instance_directories =
alternate_config_directories =
maillog_file = {dir}/maillog
maillog_file_prefixes = {dir}
myhostname = postfix.example
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_banner = $myhostname ESMTP
smtp_host_lookup = native
smtp_tls_security_level =
smtpd_peername_lookup = no
notify_classes =
default_transport = smtp
relayhost = {relayhost}
"""

_SERVICES = """
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def usable():
    """"" when a private instance can be started here, else the reason."""
    if not (_DAEMONS / "master").exists():
        return "Postfix is not installed"
    if os.geteuid() != 0:
        return "a private Postfix needs root"
    return ""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class Postfix:
    def __init__(self, directory, relayhost=None, settings=None, services="", port=None):
        """relayhost: a port of loopback to send everything to, or None (mail for others then goes
        nowhere). settings: more of main.cf; services: more lines of master.cf, {port} is ours."""
        self.dir = pathlib.Path(directory)
        self.port = port or free_port()
        self.process = None
        for name in ("etc", "queue", "data"):
            (self.dir / name).mkdir(parents=True)
        main = _MAIN.format(dir=self.dir,
                            relayhost=f"[127.0.0.1]:{relayhost}" if relayhost else "")
        for key, value in (settings or {}).items():
            main = re.sub(rf"(?m)^{key} = .*\n", "", main) + f"{key} = {value}\n"
        (self.dir / "etc" / "main.cf").write_text(main)
        front = "" if "{port} inet" in services else "127.0.0.1:{port} inet n - n - - smtpd\n"
        (self.dir / "etc" / "master.cf").write_text(
            (front + services).replace("{port}", str(self.port)) + _SERVICES)
        user = pwd.getpwnam("postfix")
        os.chown(self.dir / "data", user.pw_uid, user.pw_gid)

    def _postfix(self, *args):
        return subprocess.run(["postfix", "-c", self.dir / "etc", *args], capture_output=True,
                              text=True, timeout=30)

    def start(self):
        # `check` makes the queue's directories; master itself runs as a child of ours, not as a
        # daemon, so that it can be ended by its pid whatever happens.
        made = self._postfix("check")
        assert made.returncode == 0, f"postfix check: {made.stderr}"
        with open(self.dir / "stderr", "ab") as err:
            self.process = processes.start([_DAEMONS / "master", "-c", self.dir / "etc", "-s"],
                                           stdin=subprocess.DEVNULL, stdout=err, stderr=err)
        assert processes.wait_until(self._answers, 20), \
            f"Postfix does not answer:\n{self.log()}\n{(self.dir / 'stderr').read_text()}"
        return self

    def _answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), 5) as probe:
                probe.settimeout(5)
                return probe.recv(100).startswith(b"220")
        except OSError:
            return False

    def stop(self):
        if self.process is None:
            return
        processes.end(self.process, grace=5)
        shutil.rmtree(self.dir / "queue", ignore_errors=True)

    def log(self):
        path = self.dir / "maillog"
        return path.read_text(errors="replace") if path.exists() else ""

    def wait_log(self, pattern, seconds=20):
        found = processes.wait_until(lambda: re.search(pattern, self.log()), seconds)
        assert found, f"Postfix's log has no {pattern!r}:\n{self.log()}"
        return found

    def queue_is_empty(self):
        for name in ("incoming", "active", "deferred", "maildrop"):
            if any(p.is_file() for p in (self.dir / "queue" / name).rglob("*")):
                return False
        return True

    def wait_empty(self, seconds=20):
        deadline = time.monotonic() + seconds
        while not self.queue_is_empty():
            assert time.monotonic() < deadline, f"Postfix's queue does not empty:\n{self.log()}"
            time.sleep(0.05)
