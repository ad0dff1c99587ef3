# SPDX-License-Identifier: Apache-2.0
"""swaks, the submitter that mail administrators use by hand, in the ways they use it."""
import shutil
import subprocess

from support.gateway import listener
from support.scenario import check, equal, run, skip


def main(s):
    if not shutil.which("swaks"):
        skip("swaks is not installed")
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={
        "listener": [listener(), listener("wrapped", tls="implicit"), listener("inbound")]})
    attachment = s.dir / "attached.bin"
    attachment.write_bytes(bytes(range(256)) * 500)

    def swaks(*options, port="outbound", sender="alice@managed.example", to="bob@partner.example"):
        return subprocess.run(
            ["swaks", "--server", "127.0.0.1", "--port", str(gateway.port(port)), "--from", sender,
             "--to", to, "--helo", "client.example", "--timeout", "20", *options],
            capture_output=True, text=True, timeout=60)

    for what, options, port in (
            ("plain", [], "outbound"),
            ("STARTTLS", ["--tls"], "outbound"),
            ("implicit TLS", ["--tls-on-connect"], "wrapped"),
            ("pipelining", ["--pipeline"], "outbound"),
            ("HELO", ["--protocol", "SMTP"], "outbound"),
            ("an attachment", ["--attach-type", "application/octet-stream", "--attach",
                               f"@{attachment}"], "outbound"),
            ("a body with dots", ["--body", ".\n..\nlast\n."], "outbound")):
        peer.clear()
        done = swaks(*options, port=port)
        equal(done.returncode, 0, f"swaks with {what}:\n{done.stdout}\n{done.stderr}")
        equal(peer.wait(1)[0].recipients, ["bob@partner.example"], f"recipients with {what}")
    check(b"\r\n.\r\n..\r\nlast\r\n" in peer.messages[0].content, "dots were changed")

    peer.clear()
    done = swaks(to="bob@partner.example,dan@partner.example")
    equal(done.returncode, 0, f"two recipients:\n{done.stdout}")
    peer.wait(1)
    done = swaks(sender="carol@stranger.example")
    check(done.returncode == 24 and "550 5.7.1" in done.stdout,
          f"unmanaged sender: exit {done.returncode}\n{done.stdout}")
    done = swaks(port="inbound", sender="x@world.example", to="bob@partner.example")
    check(done.returncode == 24 and "550 5.7.1" in done.stdout,
          f"foreign recipient inbound: exit {done.returncode}\n{done.stdout}")
    # From a stranger neither XCLIENT nor PROXY gives another address. (H18)
    done = swaks("--xclient", "ADDR=10.0.0.1")
    check("XCLIENT" not in done.stdout.split("-> XCLIENT")[0] or done.returncode != 0,
          f"XCLIENT is offered to a stranger:\n{done.stdout}")
    done = swaks("--proxy-version", "1", "--proxy-family", "TCP4", "--proxy-source", "10.0.0.1",
                 "--proxy-source-port", "1", "--proxy-dest", "127.0.0.1", "--proxy-dest-port", "25")
    check(done.returncode != 0, f"PROXY from a stranger is taken:\n{done.stdout}")
    gateway.stop()


if __name__ == "__main__":
    run(main)
