# SPDX-License-Identifier: Apache-2.0
"""Out of Postfix, through us, and back into the same Postfix. Commands and configuration are taken
from the manual's page on placement, so that it cannot show what does not work."""
import os
import pathlib
import re
import socket
import subprocess

from support.client import SmtpClient
from support.mail import log_lines, message, one_log_line
from support.postfix import free_port
from support.processes import wait_until
from support.reports import Report, is_report
from support.scenario import check, equal, eventually, run

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUTBOUND = "Postfix on the same machine, outbound"
INBOUND = "Postfix on the same machine, inbound"
OWN_HOST, STRANGER = "127.0.0.2", "127.0.0.3"  # where a client of Postfix comes from
ARCHIVE = "archive@example.com"


def block(heading, language, number=0, page="docs/manual/placement.md"):
    """A fenced block of a page, by the heading it stands under."""
    section = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^##+ |\Z)",
                        (ROOT / page).read_text(encoding="utf-8"), re.S | re.M)
    check(section, f"{page} has no section {heading!r}")
    return re.findall(rf"^```{language}\n(.*?)^```$", section[1], re.S | re.M)[number]


def put(text, changes):
    """The text with the ports and paths of this scenario; each printed one must be there."""
    for printed, ours in changes.items():
        check(printed in text, f"{printed!r} is not in\n{text}")
        text = text.replace(printed, str(ours))
    return text


def answers(port):
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as probe:
            return probe.recv(100).startswith(b"220")
    except OSError:
        return False


def send(port, sender, recipient, source=None, **options):
    """One message by SMTP: the reply to the dot, or to what was refused, and the message."""
    content = message(sender, recipient, **options)
    with SmtpClient(port, source=source) as client:
        return client.greet().transaction(sender, recipient, content), content


def field(content, name):
    return re.search(rb"^%s: *(.*?)\r$" % name, content, re.M)[1].decode()


def body(content):
    return content.split(b"\r\n\r\n", 1)[1]


class Site:
    """The gateway and the Postfix of the manual; behind them the world and a mail store."""

    def __init__(self, s):
        self.world, self.store = s.peer(), s.peer()
        self.submission, self.way_back, self.way_in = free_port(), free_port(), free_port()
        self.gateway = s.gateway(start=False)
        self.settings = put(block(OUTBOUND, "toml"), {"127.0.0.1:2525": "127.0.0.1:0",
                                                      ":2600": f":{self.way_back}"})
        self.start_gateway()
        self.gateway.must("domain", "add", "example.com")
        # As one finds it: submission for users, port 25 for the world, a relayhost, an archive.
        self.postfix = s.postfix(
            relayhost=self.world.port,
            services=f"127.0.0.1:{self.submission} inet n - n - - smtpd\n",
            settings={"mynetworks": f"127.0.0.1/32, {OWN_HOST}/32", "myorigin": "example.com",
                      "smtpd_relay_restrictions": "permit_mynetworks, reject_unauth_destination",
                      "relay_domains": "example.com",
                      "relay_recipient_maps":
                          f"inline:{{alice@example.com=x, bob@example.com=x, {ARCHIVE}=x}}",
                      "virtual_alias_maps": "inline:{sales@example.com=bob@example.com}",
                      "always_bcc": ARCHIVE,
                      "transport_maps":
                          f"inline:{{example.com=smtp:[127.0.0.1]:{self.store.port}}}"})
        self.etc = self.postfix.dir / "etc"
        self.smtp = f"127.0.0.1:{self.postfix.port}/inet"
        self.reloads = 0

    def start_gateway(self):
        self.gateway.write_text(f'data_dir = "{self.gateway.data}"\n{self.settings}')
        self.gateway.start()

    def run(self, argv, text):
        done = subprocess.run(argv, input=text, capture_output=True, timeout=60,
                              env={**os.environ, "MAIL_CONFIG": str(self.etc)})
        check(done.returncode == 0, f"{argv}: {done.stderr.decode()}\nfor\n{text.decode()}")

    def commands(self, text, *ports):
        """Does what the manual says at the shell; `ports` answer afterwards."""
        self.run(["sh", "-eu"], text.encode())
        self.reloads += 1
        self.postfix.wait_log(rf"(?s)(reload -- version.*){{{self.reloads}}}")
        for port in ports:
            eventually(lambda: answers(port), f"port {port} answers")

    def submit(self, sender, recipient, port=None, **options):
        reply, content = send(port or self.submission, sender, recipient, **options)
        check(reply.is_(250), f"{sender} -> {recipient}: {reply}")
        return content

    def quiet(self):
        """Nothing is under way any more, neither there nor here."""
        eventually(lambda: self.postfix.queue_is_empty() and not self.gateway.queue() and
                   self.postfix.queue_is_empty(), "the queues empty", 30)

    def passed(self, pattern, passes, what):
        """So many messages came through us; the text log is written a little behind them."""
        wait_until(lambda: len(log_lines(self.gateway, pattern)) >= passes, 10)
        equal(len(log_lines(self.gateway, pattern)), passes, f"{what}: passes through the gateway")

    def arrived(self, content, sender, recipient, passes=1, copies=1):
        """After it came through us so many times the message is there once, its body unchanged, and
        with so many copies in the archive."""
        what, message_id = f"{sender} -> {recipient}", field(content, b"Message-ID")

        def ours():
            return [m for m in self.world.messages + self.store.messages
                    if field(m.content, b"Message-ID") == message_id]
        eventually(lambda: sum(len(m.recipients) for m in ours()) >= 1 + copies, f"{what}: arrives")
        self.quiet()
        self.passed(rf"^message {re.escape(message_id)} from ", passes, what)
        ours = ours()
        equal(sorted(r for m in ours for r in m.recipients), sorted([recipient] + [ARCHIVE] * copies),
              f"{what}: who got it")
        for received in ours:
            equal(received.sender, sender, f"{what}: sender")
            equal(len(received.header("X-Sealgate-Trace")), passes, f"{what}: our marks")
            equal(body(received.content), body(content), f"{what}: body")

    def reported(self, sender, recipient, passes):
        """One report to the sender, and nothing else."""
        self.quiet()
        found = [m for m in self.world.messages + self.store.messages if m.recipients != [ARCHIVE]]
        equal([m.recipients for m in found], [[sender]], f"what leaves for mail of {sender}")
        Report(found[0]).recipient(recipient)
        self.passed(rf"^message .* from {re.escape(sender)} ", passes, sender)
        check(len(self.world.messages + self.store.messages) <= 2, "more than one archived copy")


def outbound(site):
    awkward = "".join(f"line {n}: \t'=20' .\n.\n..\n" for n in range(300)) + "Grüße\n"
    mime = "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n" \
           "Content-Transfer-Encoding: 8bit\n"
    alice, carol = "alice@example.com", "carol@partner.example"

    site.commands(put(block(OUTBOUND, "sh"), {
        "/etc/postfix": site.etc, ":2600": f":{site.way_back}",
        "]:2525": f"]:{site.gateway.port()}",
        "submission/inet": f"127.0.0.1:{site.submission}/inet"}), site.way_back, site.submission)
    content = site.submit(alice, carol, body=awkward, extra=mime)
    site.arrived(content, alice, carol)
    content = message(alice, carol, body="from a program\n")
    site.run(["sendmail", "-i", "-f", alice, carol], content.replace(b"\r\n", b"\n"))
    site.arrived(content, alice, carol)

    # Between our users, too; an alias is resolved before us, once.
    content = site.submit(alice, "sales@example.com")
    site.arrived(content, alice, "bob@example.com")
    one_log_line(site.gateway, r"^recipient \d/2 \(bob@example\.com\): accepted")

    # Port 25: nobody's mail, and then that of own servers.
    content = site.submit(alice, carol, port=site.postfix.port, source=OWN_HOST)
    site.arrived(content, alice, carol, passes=0)
    site.commands(put(block(OUTBOUND, "sh", 1), {
        "/etc/postfix": site.etc, "10.0.0.0/8": f"{OWN_HOST}/32",
        "]:2525": f"]:{site.gateway.port()}", "smtp/inet": site.smtp}), site.postfix.port)
    content = site.submit(alice, carol, port=site.postfix.port, source=OWN_HOST)
    site.arrived(content, alice, carol)
    # Inbound mail is none of our business, whoever sends it.
    content = site.submit(carol, alice, port=site.postfix.port, source=STRANGER)
    site.arrived(content, carol, alice, passes=0)
    reply, _ = send(site.postfix.port, carol, "dan@elsewhere.example", source=STRANGER)
    check(reply.is_(554, "5.7.1"), f"Postfix relays for a stranger: {reply}")


def unmanaged(site):
    """Mail from a domain that is not ours: one report, which does not circle."""
    sender, recipient = "erin@stranger.example", "carol@partner.example"
    for mode, passes in (("reject", 0), ("bounce", 1)):
        site.gateway.must("unmanaged", "mode", mode)
        site.world.clear()
        site.store.clear()
        site.submit(sender, recipient)
        site.world.wait(1, match=is_report)
        site.reported(sender, recipient, passes)


def inbound(site):
    """The gateway takes the place of Postfix's port 25."""
    carol, alice = "carol@partner.example", "alice@example.com"
    site.gateway.stop()
    waiting = site.submit(alice, carol)  # the gateway is down: Postfix keeps it
    site.postfix.wait_log(r"to=<carol@partner\.example>, .*status=deferred")
    site.settings += put(block(INBOUND, "toml"), {"0.0.0.0:25": "127.0.0.1:0",
                                                  ":10025": f":{site.way_in}"})
    # The printed addresses are fixed; here the outbound port must stay what Postfix was told.
    site.settings = site.settings.replace("127.0.0.1:0", f"127.0.0.1:{site.gateway.port()}", 1)
    site.start_gateway()
    site.commands(put(block(INBOUND, "sh"), {
        "/etc/postfix": site.etc, ":10025": f":{site.way_in}", "smtp/inet": site.smtp}),
        site.way_in)
    check(not answers(site.postfix.port), "Postfix still has its port 25")

    site.run(["postqueue", "-f"], b"")
    site.arrived(waiting, alice, carol, copies=2)

    port = site.gateway.port("inbound")
    for sender, recipient in ((carol, alice), ("", alice)):
        site.world.clear()
        site.store.clear()
        content = site.submit(sender, recipient, port=port)
        site.arrived(content, sender, recipient)
    reply, _ = send(port, carol, "nobody@example.com")
    check(reply.is_(550, "5.1.1"), f"an unknown user: {reply}")
    for to in (port, site.way_in):
        reply, _ = send(to, carol, "dan@elsewhere.example")
        check(reply.code in (550, 554), f"port {to} relays: {reply}")

    # Outbound goes on as before, also between our users; what is ours now comes in by the port that
    # rewrites addresses, so it is archived twice, as the manual says.
    content = site.submit(alice, carol)
    site.arrived(content, alice, carol, copies=2)
    content = site.submit(alice, "bob@example.com")
    site.arrived(content, alice, "bob@example.com", copies=2)


def main(s):
    # The page of the repository's front door shows the same commands.
    for language in ("toml", "sh"):
        equal(block("Beside Postfix", language, page="README.md"), block(OUTBOUND, language),
              f"README.md and placement.md ({language})")
    site = Site(s)
    outbound(site)
    unmanaged(site)
    inbound(site)

    site.commands(put(block(OUTBOUND, "sh", 2), {
        "submission/inet": f"127.0.0.1:{site.submission}/inet"}), site.submission)
    content = site.submit("alice@example.com", "carol@partner.example")
    site.arrived(content, "alice@example.com", "carol@partner.example", passes=0)
    equal(len(log_lines(site.gateway, "mail loop")), 0, "loops")
    site.gateway.stop()


if __name__ == "__main__":
    run(main)
