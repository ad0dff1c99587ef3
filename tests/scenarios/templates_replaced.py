# SPDX-License-Identifier: Apache-2.0
"""Message templates: shown, replaced, previewed, reset; a text with an unknown variable is refused
with its place, and what stands in an address is never evaluated. (E7)"""
import re

from support.mail import message
from support.reports import Report
from support.scenario import check, equal, run

OWN, CLASSIC = "Message Bounced -- Unmanaged Domain", "Message Bounced -- Internal Server Error"


def bounce(gateway, peer, sender="carol@stranger.example"):
    peer.clear()
    reply = gateway.send(sender, "bob@partner.example", message(sender))
    check(reply.is_(250), f"after the dot: {reply}")
    return Report(peer.wait(1)[0])


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={"unmanaged_senders": {"action": "bounce"}})
    names = {t["name"] for t in gateway.must("template", "list", "--json").objects("templates")}
    check({OWN, CLASSIC} <= names, f"template list: {names}")
    original = gateway.must("template", "show", OWN).out
    equal(bounce(gateway, peer).subject, "Message undeliverable", "subject")

    # Our change is in the next bounce. The text keeps the variables that it has.
    marked = original.rstrip("\n") + "\nAsk the help desk, room 42.\n"
    file = s.dir / "template.txt"
    file.write_text(marked)
    gateway.must("template", "set", OWN, "--file", file)
    equal(gateway.must("template", "show", OWN).out.strip(), marked.strip(), "template show")
    report = bounce(gateway, peer)
    check("room 42" in report.text, f"the replaced text is not used:\n{report.text}")
    check("bob@partner.example" in report.text and "SMTP-" in report.text, report.text)
    check("room 42" in gateway.must("template", "preview", OWN).out, "preview")

    # An unknown variable: refused, with name and place; the text in use stays.
    variable = re.search(r"\{\{?\s*[\w.]+\s*\}?\}|\$\{?\w+\}?|%\w+%", original)
    check(variable, f"no variable is seen in\n{original}")
    inner = re.search(r"\w[\w.]*", variable[0])[0]
    file.write_text(original.rstrip("\n") + "\n" + variable[0].replace(inner, "no_such_thing") + "\n")
    line = len(original.rstrip("\n").splitlines()) + 1
    result = gateway.cli("template", "set", OWN, "--file", file)
    equal(result.code, 7, f"exit status for an unknown variable: {result}")
    check("no_such_thing" in result.err and str(line) in result.err,
          f"variable and line {line} are not named: {result.err}")
    check("room 42" in bounce(gateway, peer).text, "a refused text is in use")

    result = gateway.cli("template", "show", "Message Bounced -- Unmanaged Domian")
    check(result.code == 1 and OWN in result.err, f"a misspelt name gets the nearest: {result}")
    gateway.must("template", "reset", OWN)
    equal(gateway.must("template", "show", OWN).out, original, "template show after reset")
    check("room 42" not in bounce(gateway, peer).text, "reset is not in force")

    # Values are values. The product is long: a short one may stand in a date or a connection ID.
    for local in ("{{65537*65539}}", "${x}", "%s%n", "{recipient}"):
        report = bounce(gateway, peer, f"{local}@stranger.example")
        check(str(65537 * 65539) not in report.text and f"{local}@stranger.example" in str(report.message["To"]),
              f"{local} in an address:\n{report.message['To']}\n{report.text}")
    gateway.restart()
    equal(gateway.must("template", "show", OWN).out, original, "template show after a restart")
    gateway.stop()


if __name__ == "__main__":
    run(main)
