# SPDX-License-Identifier: Apache-2.0
"""What a session may say of itself (HELO, XCLIENT, XFORWARD, a user's name, a PROXY header) makes one
record of the mail log each, whatever is in it, and no second line."""
import base64

from support.certs import Authority, any_certificate
from support.client import Closed, SmtpClient
from support.gateway import listener
from support.mail import log_lines, message
from support.scenario import check, equal, run

FAKE = "2014/04/23 17:56:57 +01:00  NOTICE sealgate/messaging[1]:       SMTP-00001: forged"
EVIL = f"a\r\n{FAKE}\x1b[31m\u2028\u202e\u0085"


def xtext(text):
    """Controls can only come encoded, the rest as it is."""
    return "".join(f"+{ord(c):02X}" if ord(c) < 0x21 or c in "+=" else c for c in text)


def main(s):
    authority = Authority(s.dir / "ca")
    peer = s.peer({"other": b"535 5.7.8 wrong\x1b[31m\r\n"}, tls=authority.server("localhost"),
                  extensions=("AUTH PLAIN", "PIPELINING"))
    gateway = s.gateway(next_hop=peer, config={
        "listener": [listener("out", mode="through", auth="pass-through", xclient_from=["127.0.0.1"],
                              xforward_from=["127.0.0.1"], proxy_protocol_from=["127.0.0.9"])],
        "route": [{"domain": "*", "next_hop": f"127.0.0.1:{peer.port}"}]})

    with gateway.client("out") as client:
        for name in ("XCLIENT", "XFORWARD"):
            check(client.command(f"{name} NAME={xtext(EVIL)}").is_(501), "controls")
            check(client.command(f"{name} HELO={xtext(FAKE)}\u2028\u202e").code in (220, 250), "text")
            client.ehlo()
        check(client.command("XFORWARD IDENT=\u2028+5C\u202e").is_(250), "text that turns round")
        check(client.transaction("alice@managed.example", "bob@partner.example", message()).is_(250), "")
        check(client.command(b"EHLO a\x1b[31m\xe2\x80\xa8").is_(501), "EHLO")
        client.ehlo()
        client.starttls(any_certificate())
        client.ehlo()
        name = base64.b64encode(f"\0eve{EVIL}\0pw".encode()).decode()
        check(client.command(f"AUTH PLAIN {name}").is_(535), "refused there")
        client.quit()
    with SmtpClient(gateway.port("out"), source="127.0.0.9") as client:
        client.send(f"PROXY {FAKE}\x1b\r\n".encode())
        try:
            client.reply()
        except Closed:
            pass
    gateway.wait_log(r"AUTH of eve.* refused by")
    gateway.wait_log(r"closed: PROXY header")
    gateway.wait_log(r"forwarded from .* id \\u\{2028\}")
    lines = log_lines(gateway, "")  # each must have the layout
    equal([one[0] for one in lines if one["text"] == "forged"], [], "forged lines")
    text = "\n".join(gateway.log())
    check(not any(c in text for c in "\x1b\u2028\u202e\u0085\r"), "controls in the log as they came")
    gateway.stop()


if __name__ == "__main__":
    run(main)
