# SPDX-License-Identifier: Apache-2.0
"""Connection and message IDs are counted and everybody may know them: whoever has no right gets nothing
for one. Over SMTP and over TCP the answer is the same for an ID that is there and one that never was; the
control socket is closed to other users of the machine, and where it was opened to them they may read and
not act. Who may read is told 404 alike for every ID that never was. (E8)

There are no roles, tenants or external users yet: nobody to be refused but strangers and other users of
the machine."""
import http.client
import json
import os
import re
import socket

from support.client import Closed
from support.gateway import listener
from support.mail import message
from support.processes import as_user
from support.scenario import check, equal, run, skip

STRANGER = "127.0.0.50"
NOBODY = 65534
SECRET = "MARK-5c0ffee1d0d0cafe"
NEVER = {"connection": "SMTP-04711", "trace": "SMTP-04711.1", "message": "00000000deadbeef"}


def over_smtp(gateway, ids):
    """Every verb with an ID: the answers, the IDs taken out."""
    answers = []
    for name in ids.values():
        for line in (f"VRFY {name}", f"EXPN {name}", f"HELP {name}", f"ETRN {name}", f"ETRN #{name}",
                     f"STAT {name}", f"SHOW {name}", f"XQUEUE {name}", f"NOOP {name}", f"RSET {name}",
                     f"TURN {name}", f"ATRN {name}", f"XFORWARD IDENT={name}", f"XCLIENT NAME={name}",
                     f"BURL imap://{name} LAST", f"QUIT {name}"):
            with gateway.client("inbound", source=STRANGER) as client:
                answers.append((line.replace(name, "ID"), repr(client.command(line)).replace(name, "ID")))
        for sender, recipient in ((f"x@{name}.example", f"{name}@managed.example"), ("", f"{name}@partner.example"),
                                  (f"{name}@managed.example", f"queue+{name}@gw.example.com")):
            with gateway.client("inbound", source=STRANGER) as client:
                said = []
                for line in (f"MAIL FROM:<{sender}> ENVID={name}", f"RCPT TO:<{recipient}>"):
                    try:
                        said.append(repr(client.command(line)).replace(name, "ID"))
                    except Closed:
                        said.append("closed")
                answers.append((sender.replace(name, "ID"), said))
    return answers


def paths_of(document):
    """(method, path) of all resources that take an ID in the path, in the query or in the body."""
    for path, methods in document["paths"].items():
        for method in methods:
            if method in ("get", "post", "put", "patch", "delete"):
                yield method.upper(), path


def requests_with(document, name):
    """Requests of all resources with the ID wherever one can stand."""
    for method, path in paths_of(document):
        full = re.sub(r"\{[^}]*\}", name, path)
        yield method, full, None
        if method == "GET":
            for query in ("id", "connection", "message", "text", "cursor"):
                yield method, f"{full}?{query}={name}", None
        else:
            for action in ("retry", "hold", "release", "delete"):
                yield method, full, json.dumps({"action": action, "ids": [name]})


def answer_of(connection, method, target, body=None):
    """Status and body, without what differs between two requests anyway."""
    try:
        headers = {"Content-Type": "application/json"} if body else {}
        connection.request(method, target, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    finally:
        connection.close()


def over_tcp(gateway, document, name):
    found = []
    for method, target, body in requests_with(document, name):
        if target.partition("?")[0] in ("/healthz", "/readyz", "/metrics", "/api/v1/openapi.json"):
            continue  # everybody may read these, and they know no IDs
        status, text = answer_of(http.client.HTTPConnection("127.0.0.1", gateway.port("api"), timeout=30),
                                 method, target, body)
        equal(status, 401, f"{method} {target} over TCP: {text}")
        found.append((method, target.replace(name, "ID"), status, text.replace(name, "ID")))
    return found


class Control(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(self.path)


def try_control(path, *requests):
    """For another user of the machine: what asking gives, or why there is no connection."""
    try:
        return [answer_of(Control(path), *request) for request in requests or [("GET", "/healthz")]]
    except OSError as error:
        return type(error).__name__


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={
        "api": {"address": "127.0.0.1:0"}, "delivery": {"retry": ["1h"]},
        "listener": [listener(), listener("inbound", trusted_networks=["127.0.0.1/32"])]})
    peer.down()
    check(gateway.send("alice@managed.example", "bob@partner.example", message(subject=SECRET, body=SECRET)).is_(250),
          "mail that waits")
    item = gateway.queue()[0]
    there = {"connection": item["connection_id"], "trace": item["trace_id"], "message": item["id"]}
    control = gateway.data / "run" / "sealgate.sock"

    # Over SMTP.
    equal(over_smtp(gateway, there), over_smtp(gateway, NEVER), "what SMTP says of an ID")

    # Over TCP. The description of the API names every resource.
    document = json.loads(answer_of(Control(control), "GET", "/api/v1/openapi.json")[1])
    check(len(list(paths_of(document))) > 20, "the description of the API")
    for kind, name in there.items():
        equal(over_tcp(gateway, document, name), over_tcp(gateway, document, NEVER[kind]), f"over TCP, {kind}")

    # Who may read: what is there is shown, what never was is 404, all alike; and the next ID is not there yet.
    def shown(name):
        status, text = answer_of(Control(control), "GET", f"/api/v1/messages/{name}")
        return status, text.replace(name, "ID")
    for name in there.values():
        equal(shown(name)[0], 200, f"{name}, for who may read")
    never = [*NEVER.values(), "SMTP-00000", "SMTP-99999999999999999999", "SMTP-B00001", "ffffffffffffffff", "1", "x"]
    equal({shown(name) for name in never}, {shown(NEVER["connection"])}, "what never was")
    equal(shown(never[0])[0], 404, "what never was")

    # Other users of the machine.
    if os.geteuid() != 0:
        skip("no other user can be tried without root: all but the control socket was checked")

    def mode(path):
        return oct(path.stat().st_mode & 0o777)
    equal((mode(control), mode(control.parent), mode(gateway.data)), ("0o600", "0o700", "0o700"), "modes")
    gateway.dir.chmod(0o755)
    equal(as_user(NOBODY, try_control, control), "PermissionError", "another user on the control socket")
    # Each of the three doors is enough.
    for path in (gateway.data, control.parent):
        path.chmod(0o755)
        equal(as_user(NOBODY, try_control, control), "PermissionError", f"with {path} open")
    # Opened on purpose: reading, and for acting one answer whatever the ID.
    control.chmod(0o666)
    asked = ("GET", f"/api/v1/messages/{there['trace']}")
    equal([status for status, _ in as_user(NOBODY, try_control, control, asked)], [200], "reading where it was opened")
    for kind, name in there.items():
        acts, others = ([one for one in requests_with(document, n) if one[0] != "GET"] for n in (name, NEVER[kind]))
        answers = as_user(NOBODY, try_control, control, *acts)
        for (method, target, _), (status, text) in zip(acts, answers):
            # Readers may post what is only tried out; nothing of it is about an ID.
            wanted = (415, 422) if target.endswith(("/preview", "/config/diff")) else (403,)
            check(status in wanted, f"{method} {target} by another user: {status} {text}")
        equal(answers, as_user(NOBODY, try_control, control, *others), f"acts of another user, {kind}")
    equal([(i["id"], [r["state"] for r in i["recipients"]]) for i in gateway.queue()],
          [(there["message"], ["pending"])], "the mail that waits, after all that")
    gateway.stop()


if __name__ == "__main__":
    run(main)
