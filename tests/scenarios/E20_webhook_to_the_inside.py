# SPDX-License-Identifier: Apache-2.0
"""The URL of a webhook is no way to ask the inside: schemes other than https are an error of the
configuration, addresses that are not public get no connection whatever form they are written in and whatever
name leads there, a redirect is not followed, and of an answer the status alone is told. What was wrong is said
in words. (E20)

It is the only place that fetches what an administrator wrote; key servers and sign-in are not there yet."""
import socket

from support.certs import Authority
from support.mail import message
from support.scenario import check, equal, eventually, run
from support.webhook import Ear, Receiver, secret_file, test

ECHO = "INSIDE-5ec7e7"

NOT_HTTPS = [  # what the configuration says of them
    "http://169.254.169.254/latest/meta-data/", "http://[::]:9000/", "http://127.0.0.1/", "gopher://127.0.0.1:9000/_x",
    "file:///etc/passwd", "ftp://127.0.0.1/", "dict://127.0.0.1:11211/stats", "unix:///run/x.sock", "//127.0.0.1/",
    "https:///etc/passwd", "https://user:word@hooks.example.com/", "https://169.254.169.254#@hooks.example.com/",
    "https://hooks.example.com:0/", "https://hooks.example.com:99999/", "https://hooks.example.com\r\nX: y/",
    "https://127.0.0.1\\@hooks.example.com/", " https://127.0.0.1/", "javascript:alert(1)"]

INSIDE = [  # hosts; a port is put behind
    "169.254.169.254", "127.0.0.1", "127.8.9.10", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1",
    "224.0.0.1", "255.255.255.255", "[::]", "[::1]", "[fe80::1]", "[fd00::1]", "[ff02::1]", "[::ffff:127.0.0.1]",
    "[::ffff:169.254.169.254]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
    # Numbers that the resolver takes for addresses, and names.
    "127.1", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "2130706433", "0", "localhost", "LOCALHOST"]


def names_of_loopback():
    """What this machine's hosts file says of loopback."""
    names = set()
    for line in open("/etc/hosts", encoding="utf-8", errors="replace"):
        words = line.partition("#")[0].split()
        if words and (words[0].startswith("127.") or words[0] == "::1"):
            names.update(words[1:])
    return sorted(names)[:4]


def main(s):
    authority = Authority(s.dir / "ca")
    receiver, ear = Receiver(s, authority.server("localhost")), Ear(s)
    peer = s.peer()
    secret = secret_file(s)
    alerts = {"webhook_url": f"https://localhost:{ear.port}/", "webhook_secret_file": str(secret),
              "webhook_ca_file": str(authority.certificate)}
    gateway = s.gateway(next_hop=peer, config={"alerts": alerts})

    for url in NOT_HTTPS:
        gateway.write_config({"alerts": {"webhook_url": url}})
        result = gateway.check_config()
        check(result.code == 1 and "'webhook_url'" in result.err, f"{url!r}: {result}")
        check("passwd" not in result.err.replace(url, "") and "root:" not in result.err, f"{url!r}: {result}")
    # At a reload as well: what held goes on.
    gateway.reload()
    eventually(lambda: "webhook_url" in gateway.stderr(), "the reload is refused")
    check(f"localhost:{ear.port}" in gateway.must("config", "show").out, "what held goes on")

    def use(url, **more):
        gateway.write_config({"alerts": {"webhook_url": url, **more}})
        gateway.reload()
        eventually(lambda: url in gateway.must("config", "show").out, f"{url} is in force", 20)
        return test(gateway)

    resolved = 0
    for host in [*INSIDE, *names_of_loopback()]:
        # The marker is in what the receiver would be asked.
        code, answer = use(f"https://{host}:{ear.port}/{ECHO}")
        problem = answer["problem"]
        equal((code, answer["taken"]), (1, False), host)
        if "does not resolve" in problem:
            continue  # a form that this machine's resolver does not know
        resolved += 1
        check("is not a public address" in problem and "webhook_private" in problem, f"{host}: {problem}")
        check(ECHO not in problem and len(problem) < 300, f"{host}: {problem}")
    check(resolved >= 20, f"only {resolved} of the hosts were judged")
    equal(ear.heard, 0, "connections")

    # A receiver inside that is meant: its redirects lead nowhere, and its words are not repeated.
    url = f"https://localhost:{receiver.port}/in"
    equal(use(url, webhook_private=True), (0, {"sink": "webhook", "taken": True}), "a receiver that is meant")
    where = [f"http://127.0.0.1:{ear.port}/", f"https://127.0.0.1:{ear.port}/", f"https://[::1]:{ear.port}/",
             f"//localhost:{ear.port}/", f"gopher://127.0.0.1:{ear.port}/_x", "file:///etc/passwd"]
    for n, status in enumerate((300, 301, 302, 303, 307, 308)):
        receiver.answers = [(status, ECHO, {"Location": where[n], "Refresh": f"0; url={where[n]}", "X": ECHO},
                             ECHO.encode())]
        count = len(receiver.requests)
        code, answer = test(gateway)
        equal((code, len(receiver.requests) - count), (1, 1), f"{status} to {where[n]}")
        check("redirect" in answer["problem"] and ECHO not in answer["problem"] and where[n] not in answer["problem"],
              f"{status}: {answer}")
    for status in (200, 204):
        receiver.answers = [(status, ECHO, {"Refresh": f"0; url={where[0]}", "Location": where[0]}, b"")]
        equal(test(gateway)[0], 0, f"{status} takes it")
    for status in (401, 407, 404, 500):
        receiver.answers = [(status, ECHO, {"WWW-Authenticate": f"Basic realm={ECHO}", "X": ECHO}, ECHO.encode())]
        code, answer = test(gateway)
        check(code == 1 and str(status) in answer["problem"] and ECHO not in answer["problem"], f"{status}: {answer}")
    # One that answers no HTTP.
    code, answer = use(f"https://localhost:{ear.port}/", webhook_private=True)
    equal((code, ear.heard > 0), (1, True), "an ear that is meant")
    check("handshake" in answer["problem"] or "closed" in answer["problem"], answer)
    check(ECHO not in "\n".join(gateway.log()) + gateway.stderr(), "what receivers said, in a log")
    check(gateway.send("alice@managed.example", "bob@partner.example", message()).is_(250), "mail flows")
    peer.wait(1)
    gateway.stop()


if __name__ == "__main__":
    run(main)
