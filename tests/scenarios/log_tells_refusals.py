# SPDX-License-Identifier: Apache-2.0
"""Every refusal of mail is one line of the mail log, with what is known; one line says where the
connection came from; and no line appears twice or for what moves no mail."""
from support.certs import Authority, any_certificate
from support.client import Closed
from support.gateway import listener
from support.mail import log_lines, message, one_log_line
from support.scenario import check, equal, eventually, run

SENDER, RECIPIENT = "alice@managed.example", "bob@partner.example"


def of(gateway, connection, pattern=r""):
    return [parsed["text"] for parsed in log_lines(gateway, pattern) if parsed["id"] == connection]


def commands(gateway):
    with gateway.client() as client:
        client.ehlo("one.client.example")
        check(client.command("RUBBISH").code == 500, "unknown command")
        check(client.command(f"MAIL FROM:<{SENDER}> SIZE=262145").is_(552, "5.3.4"), "SIZE")
        check(client.command("MAIL FROM:<al ice@managed.example>").is_(553, "5.1.7"), "sender")
        check(client.command("MAIL FROM:<" + "a" * 3000 + ">").is_(500, "5.5.2"), "long line")
        check(client.command(f"MAIL FROM:<{SENDER}>").is_(250), "MAIL")
        check(client.command("RCPT TO:<b\u202eob>").is_(553), "RCPT, not ASCII")
        check(client.command(f"RCPT TO:<{RECIPIENT}> FOO=1").is_(555), "parameter")
        check(client.command("DATA").is_(554, "5.5.1"), "DATA without recipients")
        content = message(body="a line with a bare\nLF")
        content = content.replace(b"bare\r\n", b"bare\n")
        reply = client.transaction(SENDER, [RECIPIENT, "dan@partner.example"], content)
        check(reply.is_(554, "5.6.0"), f"bare LF: {reply}")
        client.command(f"MAIL FROM:<{SENDER}>")
        client.command(f"RCPT TO:<{RECIPIENT}>")
        client.send(b"BDAT 300000\r\n" + b"x" * 300000)
        check(client.reply().is_(552, "5.3.4"), "BDAT")
        last = client.transaction(SENDER, RECIPIENT, message())
        check(last.is_(250), f"then a good one: {last}")
        client.quit()
    ours = one_log_line(gateway, r"^connection from 127\.0\.0\.1 \(HELO one\.client\.example, in "
                                 r"clear, listener outbound\)$")
    equal(ours["level"], "INFO  ", "level of the connection's line")
    one_log_line(gateway, r"^message <.*> from alice@managed\.example \(1 recipient\):$")
    expected = [
        "connection from 127.0.0.1 (HELO one.client.example, in clear, listener outbound)",
        "MAIL refused: 552 5.3.4 Message size exceeds the limit "
        "(FROM:<alice@managed.example> SIZE=262145)",
        "MAIL refused: 553 5.1.7 Malformed sender address (FROM:<al ice@managed.example>)",
        "command line refused: 500 5.5.2 Line too long",
        "RCPT refused: 553 5.6.7 Address is not ASCII and SMTPUTF8 was not asked for "
        "(TO:<b\\u{202e}ob>)",
        "RCPT refused: 555 5.5.4 Parameter not supported (TO:<bob@partner.example> FOO=1)",
        "DATA refused: 554 5.5.1 No valid recipients, from alice@managed.example",
        "end of data refused: 554 5.6.0 Bare CR or LF in message refused, from "
        "alice@managed.example, to bob@partner.example, dan@partner.example",
        "BDAT refused: 552 5.3.4 Message size exceeds the limit, from alice@managed.example, to "
        "bob@partner.example",
    ]
    equal(of(gateway, ours["id"])[:len(expected)], expected, "lines of the connection")
    for parsed in log_lines(gateway, r" refused: [45]"):
        equal(parsed["level"], "NOTICE", parsed["text"])
    records = gateway.log_search("--id", ours["id"])
    by_text = {r["text"]: r for r in records}
    equal(by_text[expected[1]]["sender"], SENDER, "sender of a refused MAIL")
    equal(by_text[expected[5]]["recipient"], RECIPIENT, "recipient of a refused RCPT")
    equal({by_text[t]["verdict"] for t in expected[4:]}, {"rejected"}, "verdicts")
    found = gateway.log_search("127.0.0.1")
    check(any(r["id"] == ours["id"] for r in found), f"the address is no word: {found}")


def at_rcpt_and_after(gateway):
    """What had a line before has no second one."""
    with gateway.client() as client:
        client.command("MAIL FROM:<x@stranger.example>")
        check(client.command(f"RCPT TO:<{RECIPIENT}>").is_(550, "5.7.1"), "unmanaged")
        client.quit()
    line = one_log_line(gateway, "unmanaged domain blocked: rejecting message from x@stranger")
    equal(len(of(gateway, line["id"])), 2, "lines: where it came from, and the refusal")


def no_message(gateway):
    """The line about where it came from does not need a message."""
    with gateway.client() as client:
        client.ehlo("only.mail.example")
        check(client.command(f"MAIL FROM:<{SENDER}>").is_(250), "MAIL")
        client.quit()
    line = one_log_line(gateway, r"^connection from 127\.0\.0\.1 \(HELO only\.mail\.example, ")
    equal(of(gateway, line["id"]), [line["text"]], "lines of a connection without a message")


def ends(gateway):
    with gateway.client() as client:
        codes = []
        try:
            for _ in range(20):
                codes.append(client.command("RUBBISH").code)
        except (Closed, ConnectionError):
            pass
        equal(codes[-1], 421, "too many errors")
    line = one_log_line(gateway, r"^session with 127\.0\.0\.1 ended: 421 4\.7\.0 Too many errors, "
                                 r"closing connection$")
    equal((line["level"], of(gateway, line["id"])), ("NOTICE", [line["text"]]), "the end's line")
    with gateway.client() as client:
        client.command("MAIL FROM:<late@managed.example>")
        check(client.reply().is_(421, "4.4.2"), "time-out")
    eventually(lambda: log_lines(gateway, "timed out waiting for a command"), "time-out in the log")
    equal(log_lines(gateway, r"ended: 421 4\.4\.2"), [], "a second line for the time-out")


def over_tls(gateway):
    with gateway.client("strict") as client:
        check(client.command(f"MAIL FROM:<{SENDER}>").is_(530, "5.7.0"), "without TLS")
        client.starttls(any_certificate())
        client.ehlo("tls.client.example")
        check(client.transaction(SENDER, RECIPIENT, message()).is_(250), "over TLS")
        client.quit()
    line = one_log_line(gateway, r"^connection from 127\.0\.0\.1 \(HELO tls\.client\.example, "
                                 r"TLSv1\.[23] [A-Z0-9_-]+, listener strict\)$")
    check(any("MAIL refused: 530 5.7.0" in text for text in of(gateway, line["id"])), "530")
    gateway.wait_log(line["id"] + r": recipient .*: delivered to 127\.0\.0\.1:\d+ TLSv1\.[23]: 250")


def main(s):
    peer = s.peer(tls=Authority(s.dir / "ca").server("peer.example"))
    gateway = s.gateway(config={
        "route": [{"domain": "*", "next_hop": f"127.0.0.1:{peer.port}", "tls": "required"}],
        "listener": [listener(), listener("strict", tls="starttls-required")],
        "smtp": {"message_size": "256 KiB", "header_bytes": "64 KiB", "errors": 15, "command_timeout": "3s"}})
    commands(gateway)
    at_rcpt_and_after(gateway)
    over_tls(gateway)
    no_message(gateway)
    ends(gateway)
    gateway.stop()


if __name__ == "__main__":
    run(main)
