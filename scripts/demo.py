#!/usr/bin/env python3
"""`./dev run`: the gateway at work on real input, on loopback, with a Maildir of its own as next hop.

Starts sealgated in a fresh directory, sends mail through it by SMTP (from a managed domain, from an unmanaged
sender that is passed, from one that is bounced, from one that is rejected), shows the mail log and the mailbox,
and goes on serving until Ctrl-C. With --once it ends after the demonstration: exit status 0 only if everything
happened as it should.
"""
import argparse
import email
import email.policy
import json
import os
import pathlib
import re
import signal
import smtplib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = pathlib.Path(os.environ.get("SEALGATE_BIN", ROOT / "build/release/bin"))

CONFIG = """\
hostname = "gw.example.com"
data_dir = "{data}"

[[listener]]
name = "outbound"
address = "127.0.0.1:0"
direction = "outbound"
mode = "store"

[[listener]]
name = "inbound"
address = "127.0.0.1:0"
direction = "inbound"
mode = "through"

[[route]]
domain = "*"
next_hop = "mailbox:mailbox"

[[domain]]
name = "example.com"

[unmanaged_senders]
action = "reject"
[[unmanaged_senders.override]]
domain = "passed.example"
action = "pass"
[[unmanaged_senders.override]]
domain = "bounced.example"
action = "bounce"

[api]
address = "127.0.0.1:0"
"""


def message(sender, recipient, subject):
    return (f"From: {sender}\r\nTo: {recipient}\r\nSubject: {subject}\r\n"
            f"Message-ID: <{subject.replace(' ', '-').lower()}@{sender.split('@')[1]}>\r\n"
            f"\r\nA message of the demonstration.\r\n")


class Demo:
    def __init__(self, data):
        self.data = pathlib.Path(data)
        self.failures = []
        self.config = self.data / "sealgate.toml"
        self.config.write_text(CONFIG.format(data=self.data / "data"))

    def start(self):
        self.daemon = subprocess.Popen([BIN / "sealgated", "--config", self.config])
        ports = self.data / "data/run/ports.json"
        deadline = time.monotonic() + 30
        while not ports.exists():
            if self.daemon.poll() is not None or time.monotonic() > deadline:
                sys.exit("the gateway did not start")
            time.sleep(0.02)
        self.ports = json.loads(ports.read_text())

    def send(self, listener, sender, recipient, subject):
        """The final reply code: of RCPT when that was refused, else of the message."""
        with smtplib.SMTP("127.0.0.1", self.ports[listener], timeout=30) as smtp:
            smtp.ehlo("client.example.com")
            smtp.mail(sender)
            code, text = smtp.rcpt(recipient)
            if code == 250:
                code, text = smtp.data(message(sender, recipient, subject))
            print(f"  {listener}: {sender} -> {recipient}: {code} {text.decode()}")
            return code

    def expect(self, what, holds):
        print(f"  {'ok  ' if holds else 'FAIL'}  {what}")
        if not holds:
            self.failures.append(what)

    def mailbox(self, count):
        """The messages in the mailbox, once there are `count` of them."""
        new = self.data / "data/mailbox/new"
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            files = sorted(new.iterdir()) if new.exists() else []
            if len(files) >= count:
                break
            time.sleep(0.05)
        return [email.message_from_bytes(f.read_bytes(), policy=email.policy.default) for f in files]

    def run(self):
        print("\nSending sample mail:")
        codes = [
            self.send("outbound", "alice@example.com", "bob@partner.example", "Managed sender"),
            self.send("outbound", "carol@passed.example", "bob@partner.example", "Passed through"),
            self.send("outbound", "dave@bounced.example", "bob@partner.example", "Bounced"),
            self.send("outbound", "erin@unknown.example", "bob@partner.example", "Rejected"),
            self.send("inbound", "bob@partner.example", "alice@example.com", "Inbound"),
        ]
        messages = self.mailbox(4)
        log = self.search()
        print("\nThe mail log:")
        print(log)
        print("What happened:")
        by_subject = {m["Subject"]: m for m in messages}
        self.expect("mail of the managed sender was accepted and delivered",
                    codes[0] == 250 and "Managed sender" in by_subject)
        self.expect("mail of the unmanaged sender with `pass` was delivered unmodified",
                    codes[1] == 250 and "Passed through" in by_subject)
        self.expect("the log says so: passing through unmodified",
                    re.search(r"SMTP-\d{5,}: recipient 1/1 \(bob@partner\.example\): "
                              r"passing through unmodified \[0x[0-9a-f]+\]", log) is not None)
        self.expect("the log says so: unmanaged domain blocked: bouncing message",
                    re.search(r"SMTP-\d{5,}: recipient 1/1 \(bob@partner\.example\): unmanaged domain "
                              r"blocked: bouncing message from dave@bounced\.example", log) is not None)
        bounce = by_subject.get("Message undeliverable")
        self.expect("the bounced message did not go on, and its sender got a report",
                    codes[2] == 250 and "Bounced" not in by_subject and bounce is not None
                    and bounce["To"] == "dave@bounced.example"
                    and bounce.get_content_type() == "multipart/report")
        self.expect("mail of an unknown domain was refused with 550", codes[3] == 550)
        self.expect("inbound mail was delivered", codes[4] == 250 and "Inbound" in by_subject)
        if bounce is not None:
            print("\nThe bounce:")
            print("\n".join("  " + line for line in
                            bounce.get_body(("plain",)).get_content().splitlines()))
        print(f"\nDelivered messages: {self.data}/data/mailbox/new")
        print(f"Mail log:           {self.data}/data/log/mail.log")
        print(f"Ask it:             {BIN}/sealgate --config {self.config} status")

    def search(self):
        """The log lines, once the outcome of every message is among them."""
        deadline = time.monotonic() + 30
        while True:
            found = subprocess.run([BIN / "sealgate", "--config", self.config, "log", "search", "--limit", "100"],
                                   capture_output=True, text=True, check=False)
            if found.stdout.count("delivered to") >= 4 or time.monotonic() > deadline:
                break
            time.sleep(0.1)
        if found.returncode != 0:
            self.expect(f"the mail log can be searched: {found.stderr}", False)
        return found.stdout

    def stop(self):
        self.daemon.send_signal(signal.SIGTERM)
        self.expect("the gateway ended cleanly", self.daemon.wait(timeout=15) == 0)


def main():
    parser = argparse.ArgumentParser(prog="./dev run", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--once", action="store_true", help="end after the demonstration")
    options = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)  # in order with what the daemon says
    data = tempfile.mkdtemp(prefix="sealgate-demo-")
    demo = Demo(data)
    demo.start()
    demo.run()
    if not options.once:
        print("\nServing; end with Ctrl-C.", demo.ports, flush=True)
        try:
            demo.daemon.wait()
        except KeyboardInterrupt:
            pass
    demo.stop()
    if demo.failures:
        print(f"\n{len(demo.failures)} things did not happen as they should.", file=sys.stderr)
        sys.exit(1)
    print("\nEverything happened as it should.")


if __name__ == "__main__":
    main()
