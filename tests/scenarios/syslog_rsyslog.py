# SPDX-License-Identifier: Apache-2.0
"""The mail log as syslog, received by a real rsyslog over a Unix socket, UDP, TCP and TLS: header, structured data and
text arrive as sent; a receiver that is down costs no mail and loses nothing within the backlog, and what is beyond it
is counted; a receiver with a certificate of somebody else's name gets nothing."""
import json
import shutil
import socket
import subprocess

from support import processes
from support.certs import Authority
from support.mail import message
from support.scenario import check, equal, eventually, run, skip

RSYSLOGD = shutil.which("rsyslogd") or shutil.which("rsyslogd", path="/usr/sbin")
TEMPLATE = """
template(name="json" type="list" option.jsonf="on") {
  property(outname="pri" name="pri" format="jsonf")
  property(outname="protocol" name="protocol-version" format="jsonf")
  property(outname="host" name="hostname" format="jsonf")
  property(outname="app" name="app-name" format="jsonf")
  property(outname="msgid" name="msgid" format="jsonf")
  property(outname="sd" name="structured-data" format="jsonf")
  property(outname="msg" name="msg" format="jsonf")
}
"""


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Rsyslog:
    """A private one, with one input. `kind`: unix, udp, tcp or tls."""
    def __init__(self, directory, kind, certificate=None):
        directory.mkdir()
        self.dir, self.out, self.process = directory, directory / "out", None
        self.socket = directory / "log"
        self.port = free_port(socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM)
        tls = ""
        if kind == "tls":
            authority, (chain, key) = certificate
            tls = f"""
global(defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile="{authority}"
       defaultNetstreamDriverCertFile="{chain}" defaultNetstreamDriverKeyFile="{key}")
"""
        inputs = {
            "unix": f'module(load="imuxsock" SysSock.Use="off")\n'
                    f'input(type="imuxsock" Socket="{self.socket}" UseSpecialParser="off" ParseHostname="on")',
            "udp": f'module(load="imudp")\ninput(type="imudp" address="127.0.0.1" port="{self.port}")',
            "tcp": f'module(load="imtcp")\ninput(type="imtcp" address="127.0.0.1" port="{self.port}")',
            "tls": f'module(load="imtcp" StreamDriver.Name="ossl" StreamDriver.Mode="1" '
                   f'StreamDriver.AuthMode="anon")\ninput(type="imtcp" address="127.0.0.1" port="{self.port}")',
        }
        self.file = directory / "rsyslog.conf"
        self.file.write_text(f'global(workDirectory="{directory}" maxMessageSize="64k")\n{tls}{inputs[kind]}\n'
                             f'{TEMPLATE}action(type="omfile" file="{self.out}" template="json" '
                             'asyncWriting="off" flushOnTXEnd="on")\n')
        self.kind = kind

    @property
    def target(self):
        if self.kind == "unix":
            return f"unix:{self.socket}"
        return f"{self.kind}:{'localhost' if self.kind == 'tls' else '127.0.0.1'}:{self.port}"

    def start(self):
        with open(self.dir / "stderr", "ab") as err:
            self.process = processes.start([RSYSLOGD, "-n", "-f", self.file, "-i", self.dir / "pid"],
                                           stdout=err, stderr=err)
        if self.kind == "unix":
            eventually(self.socket.exists, "rsyslog's socket")
        elif self.kind != "udp":
            eventually(self.reached, f"rsyslog's port: {(self.dir / 'stderr').read_text()}")
        return self

    def reached(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self):
        if self.process:
            processes.end(self.process)
            self.process = None

    def lines(self):
        if not self.out.exists():
            return []
        return [json.loads(line) for line in self.out.read_text(encoding="utf-8").splitlines()]

    def find(self, *parts):
        return [line for line in self.lines() if all(part in line["msg"] + line["sd"] for part in parts)]


def main(s):
    if not RSYSLOGD:
        skip("there is no rsyslogd (package rsyslog)")
    authority = Authority(s.dir / "ca")
    peer = s.peer()
    good = authority.issue("localhost", file="good")
    other = authority.issue("elsewhere.example", file="other")
    for kind in ("unix", "udp", "tcp", "tls"):
        receiver = Rsyslog(s.dir / f"rsyslog-{kind}", kind, (authority.certificate, good))
        s.cleanup(receiver.stop)
        receiver.start()
        gateway = s.gateway(name=f"gateway-{kind}", next_hop=peer, config={"mail_log": {"syslog": {
            "target": receiver.target, "facility": "local3", "ca_file": str(authority.certificate)}}})
        text = message("a@managed.example", "b@partner.example")
        check(gateway.send("a@managed.example", "b@partner.example", text).is_(250), f"{kind}: mail")
        line = eventually(lambda: receiver.find("delivered to"), f"{kind}: the line of the delivery")[0]
        equal((line["protocol"], line["host"], line["app"], line["msgid"]),
              ("1", "gw.example.com", "sealgate/messaging", "delivered"), f"{kind}: header")
        equal(int(line["pri"]), 19 * 8 + 6, f"{kind}: local3.info")
        for part in ("[sealgate@32473 ", 'id="SMTP-', 'sender="a@managed.example"',
                     'recipient="b@partner.example"', 'verdict="delivered"'):
            check(part in line["sd"], f"{kind}: {part} is not in {line['sd']}")
        check("SMTP-00001: recipient 1/1 (b@partner.example): delivered to" in line["msg"], line["msg"])
        # As many as the log has, once each.
        gateway.wait_log("delivered to")
        eventually(lambda: len(receiver.lines()) >= len(gateway.log()), f"{kind}: all of it")
        numbers = sorted(int(one["sd"].split('sequence="')[1].split('"')[0]) for one in receiver.lines())
        equal(len(numbers), len(set(numbers)), f"{kind}: twice")
        gateway.stop()
        receiver.stop()

    # Down, and up again: mail goes on, and what was missed comes.
    receiver = Rsyslog(s.dir / "rsyslog-late", "tcp")
    s.cleanup(receiver.stop)
    gateway = s.gateway(name="gateway-late", next_hop=peer, config={"mail_log": {"syslog": {
        "target": receiver.target, "backlog": 10}}})
    eventually(lambda: "the receiver is not reached" in gateway.stderr(), "the daemon's word about it")
    for n in range(20):
        check(gateway.send("a@managed.example", f"n{n}@partner.example", message()).is_(250), "mail without receiver")
    peer.wait(24)
    eventually(lambda: len(gateway.log_search("--limit", "1000")) >= 80, "all of it in the log")
    receiver.start()
    eventually(lambda: receiver.find("records of the mail log were not sent"), "the gap is told", 30)
    eventually(lambda: receiver.find("n19@partner.example", "delivered to"), "what waited has come")
    check(not receiver.find("n0@partner.example", "accepted"), "what is beyond the backlog was left out")
    # Lost and found again, over a restart of ours.
    receiver.stop()
    check(gateway.send("a@managed.example", "again@partner.example", message()).is_(250), "mail")
    gateway.stop()
    receiver.start()
    gateway.start()
    eventually(lambda: receiver.find("again@partner.example", "accepted"), "what came while it was away")
    gateway.stop()
    receiver.stop()

    # A certificate for another name.
    receiver = Rsyslog(s.dir / "rsyslog-other", "tls", (authority.certificate, other))
    s.cleanup(receiver.stop)
    receiver.start()
    gateway = s.gateway(name="gateway-other", next_hop=peer, config={"mail_log": {"syslog": {
        "target": receiver.target, "ca_file": str(authority.certificate)}}})
    check(gateway.send("a@managed.example", "secret@partner.example", message()).is_(250), "mail")
    eventually(lambda: "the receiver is not reached" in gateway.stderr(), "it is said")
    check("ertificate" in gateway.stderr() or "mismatch" in gateway.stderr(), gateway.stderr())
    gateway.stop()
    receiver.stop()
    equal(receiver.lines(), [], "what a receiver of another name got")


if __name__ == "__main__":
    run(main)
