# SPDX-License-Identifier: Apache-2.0
"""Every limit that a stranger can run into has its reply, and the next client is served. (H12, H13;
F1, F2)"""
from support.client import Closed
from support.gateway import listener
from support.mail import message
from support.scenario import check, equal, run

SENDER, RECIPIENT = "alice@managed.example", "bob@partner.example"


def sizes(gateway):
    with gateway.client() as client:
        equal(client.extensions.get("SIZE"), str(256 * 1024), "SIZE announced")
        reply = client.command(f"MAIL FROM:<{SENDER}> SIZE=262145")
        check(reply.is_(552, "5.3.4"), f"SIZE over the limit: {reply}")
        for bad in ("SIZE=", "SIZE=-1", "SIZE=1k", "SIZE=99999999999999999999999", "SIZE=1 SIZE=2"):
            reply = client.command(f"MAIL FROM:<{SENDER}> {bad}")
            check(reply.code in (501, 552, 555), f"{bad}: {reply}")
        body = "x" * 70 + "\n"
        reply = client.transaction(SENDER, RECIPIENT, message(body=body * 4000), mail="SIZE=1000")
        check(reply.is_(552, "5.3.4"), f"a lie about the size: {reply}")
        reply = client.transaction(SENDER, RECIPIENT, message(body=body * 4000))
        check(reply.is_(552, "5.3.4"), f"over the limit without SIZE: {reply}")
        reply = client.transaction(SENDER, RECIPIENT, message(body=body * 3000), mail="SIZE=1000")
        check(reply.is_(250), f"larger than said, within the limit: {reply}")
        if "CHUNKING" in client.extensions:
            client.command(f"MAIL FROM:<{SENDER}>")
            client.command(f"RCPT TO:<{RECIPIENT}>")
            client.send(b"BDAT 300000\r\n" + b"x" * 300000)
            check(client.reply().is_(552, "5.3.4"), "BDAT over the limit")
            client.command("RSET")
        check(client.command("NOOP").is_(250), "the session goes on")


def lines_and_headers(gateway):
    with gateway.client() as client:
        reply = client.command("NOOP " + "x" * 3000)
        check(reply.is_(500, "5.5.2"), f"command of 3000 octets: {reply}")
        reply = client.command("MAIL FROM:<" + "a" * 200_000 + "@managed.example>")
        check(reply.is_(500, "5.5.2"), f"command of 200 000 octets: {reply}")
        check(client.command("NOOP").is_(250), "after long commands")
        cases = {
            "a line of content over text_line": message(body="x" * 20_001 + "\n"),
            "a header over header_bytes": message(extra=("X-Long: " + "y" * 900 + "\n") * 80),
            "a folded field over header_bytes": message(extra="X-F: a\n" + " b\n" * 25_000),
            "2001 header fields": message(extra="X: y\n" * 201),
            "100 000 To fields": message(extra="To: a@b\n" * 20_000),
        }
        for what, content in cases.items():
            reply = client.transaction(SENDER, RECIPIENT, content)
            check(reply.is_(554, "5.6.0"), f"{what}: {reply}")
        good = message(extra="X: y\n" * 150, body="x" * 19_000 + "\n")
        check(client.transaction(SENDER, RECIPIENT, good).is_(250), "just below the limits")


def counts(gateway):
    with gateway.client() as client:
        client.command(f"MAIL FROM:<{SENDER}>")
        codes = [client.command(f"RCPT TO:<r{n}@partner.example>") for n in range(102)]
        check(all(r.is_(250) for r in codes[:100]), "100 recipients")
        check(all(r.is_(452, "4.5.3") for r in codes[100:]), f"beyond: {codes[100:]}")
        check(client.data(message()).is_(250), "mail to the 100")
    for what, line, setting in (("errors", "RUBBISH", 15), ("idle commands", "NOOP", 30)):
        with gateway.client() as client:
            codes = []
            try:
                for _ in range(setting + 5):
                    codes.append(client.command(line))
            except (Closed, ConnectionError):
                pass
            check(codes[-1].is_(421, "4.7.0"), f"too many {what}: {codes[-1]}")
            check(setting - 3 <= len(codes) <= setting + 3, f"{len(codes)} {what} until 421")
            check(client.at_end(5), f"the connection stays after too many {what}")
    with gateway.client() as client:
        last = None
        try:
            for _ in range(60):  # moves mail between, so that only `commands` can stop it
                last = client.transaction(SENDER, RECIPIENT, message())
                if last.code == 421:
                    break
        except (Closed, ConnectionError):
            pass
        check(last.is_(421, "4.7.0"), f"too many commands: {last}")
        check(client.at_end(5), "the connection stays after too many commands")


def connections(gateway):
    held = []
    try:
        for n in range(5):
            client = gateway.client("inbound", ehlo=False, source="127.0.0.60")
            held.append(client)
            first = client.reply()
            check(first.code == (220 if n < 4 else 421), f"connection {n + 1} of a source: {first}")
        # Another source is served; the trusted one has no limit of its own.
        with gateway.client("inbound", source="127.0.0.61") as client:
            check(client.command("NOOP").is_(250), "another source")
        held += [gateway.client("outbound") for _ in range(8)]
    finally:
        for client in held:
            client.close()


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={
        "listener": [listener(), listener("inbound", trusted_networks=["127.0.0.1/32"])],
        "smtp": {"message_size": "256 KiB", "command_line": "2 KiB", "text_line": "20000 B",
                 "header_bytes": "64 KiB", "header_fields": 200, "recipients": 100, "errors": 15,
                 "commands": 130, "idle_commands": 30, "connections_per_source": 4}})
    sizes(gateway)
    lines_and_headers(gateway)
    counts(gateway)
    connections(gateway)
    check(gateway.send(SENDER, "last@partner.example", message()).is_(250), "the next client")
    peer.wait(1, match=lambda m: m.recipients == ["last@partner.example"])

    # All listeners together.
    gateway.write_config({"smtp": {"connections": 20}})
    gateway.restart()
    held = [gateway.client() for _ in range(20)]
    with gateway.client(ehlo=False) as client:
        first = client.reply()
        check(first.is_(421, "4.3.2"), f"connection 21 of 20: {first}")
    for client in held:
        client.close()
    gateway.stop()


if __name__ == "__main__":
    run(main)
