# SPDX-License-Identifier: Apache-2.0
"""The store as a file: exported, changed by hand, compared (exit status 10), applied, in force for
the next message, templates with their languages and HTML parts too; a bad file is refused with file and line, what the configuration file owns with
both places, a removal without --yes; and what was changed since the comparison stops an apply."""
from support.mail import message
from support.scenario import check, equal, run

TEMPLATE = "Message Bounced -- Unmanaged Domain"


def main(s):
    peer = s.peer()
    other = s.peer()
    gateway = s.gateway(next_hop=peer)

    def reply_to(sender, recipient="bob@partner.example"):
        return gateway.send(sender, recipient, message(sender))

    def apply(text, *options):
        file.write_text(text)
        return gateway.cli("config", "apply", file, *options)

    file = s.dir / "store.toml"
    gateway.must("domain", "add", "old.example")
    gateway.must("domain", "add", "wide.example", "--subdomains")
    gateway.must("unmanaged", "mode", "pass")
    text = s.dir / "template.txt"
    text.write_text(gateway.must("template", "show", TEMPLATE).out + "\n\"\"\"room 42\"\"\" \\ end\n")
    gateway.must("template", "set", TEMPLATE, "--file", text)
    german = s.dir / "german.txt"
    german.write_text(text.read_text().replace("room 42", "Zimmer 42"))
    html = s.dir / "template.html"
    html.write_text("<p>Zimmer \"42\", &uuml;ber {{sender}}</p>\n")
    gateway.must("template", "set", TEMPLATE, "--lang", "de", "--file", german, "--html-file", html)

    # What was exported changes nothing, also where objects are managed by file.
    exported = gateway.must("config", "export").out
    check("# name = \"managed.example\"" in exported and "\nname = \"managed.example\"" not in exported,
          f"what the file owns is a comment:\n{exported}")
    before = len(gateway.must("audit", "search", "--json", "--limit", "1000").objects())
    result = apply(exported)
    check(result.code == 0 and "No changes" in result.err, f"apply of an export: {result}")
    result = gateway.cli("config", "diff", file)
    check(result.code == 0 and not result.out, f"diff of an export: {result}")
    equal(len(gateway.must("audit", "search", "--json", "--limit", "1000").objects()), before,
          "records in the audit log")

    # Changed by hand.
    wanted = exported.replace('name = "old.example"', 'name = "new.example"') \
                     .replace('action = "pass"', 'action = "reject"') \
        + f'\n[[route]]\ndomain = "other.example"\nnext_hop = "127.0.0.1:{other.port}"\ntls = "none"\n'
    file.write_text(wanted)
    check(reply_to("a@old.example").is_(250), "old.example is managed")
    result = gateway.cli("config", "diff", file)
    equal(result.code, 10, f"exit status of diff: {result}")
    equal(result.out.splitlines(), [
        "+ domain new.example: subdomains = false",
        "- domain old.example: subdomains = false",
        f'+ route other.example: next_hop = "127.0.0.1:{other.port}", tls = "none"',
        "~ unmanaged_senders: pass -> reject"], "what diff tells")
    planned = gateway.cli("config", "diff", file, "--json")
    equal((planned.code, planned.json()["removals"]), (10, 1), "diff --json")
    equal(gateway.cli("config", "apply", file, "--dry-run").code, 0, "apply --dry-run")
    result = gateway.cli("config", "apply", file)
    check(result.code == 2 and "--yes" in result.err, f"a removal without --yes: {result}")
    equal(gateway.cli("config", "diff", file).code, 10, "nothing was changed yet")

    # Changed meanwhile: refused.
    gateway.must("domain", "add", "meanwhile.example")
    result = gateway.cli("config", "apply", file, "--yes", "--state", planned.json()["state"])
    equal(result.code, 5, f"apply of a comparison that is out of date: {result}")
    check(reply_to("a@old.example").is_(250), "old.example is managed still")
    gateway.must("domain", "remove", "meanwhile.example")

    # Applied, and in force.
    peer.clear()
    gateway.must("config", "apply", file, "--yes", "--state", planned.json()["state"])
    equal(gateway.cli("config", "diff", file).code, 0, "diff after apply")
    check(reply_to("a@old.example").is_(550), "old.example is not managed any more")
    check(reply_to("a@new.example").is_(250), "new.example is managed")
    peer.wait(1)
    check(reply_to("a@sub.wide.example", "c@other.example").is_(250), "wide.example stays as it was")
    other.wait(1)
    check("room 42" in gateway.must("template", "show", TEMPLATE).out, "the template stays")
    records = gateway.must("audit", "search", "--json", "--limit", "4").objects()
    equal(sorted(f"{r['action']} {r['object']}" for r in records),
          ["domain.add new.example", "domain.remove old.example", "route.set other.example",
           "unmanaged.mode unmanaged_senders"], "records of the changes")
    gateway.must("audit", "verify")
    applied = gateway.must("config", "export").out
    check(f'name = "{TEMPLATE}"\nlanguage = "de"\n' in applied, f"the German text:\n{applied}")

    # Refused as a whole: bad text, what is owned elsewhere.
    line = wanted.count("\n") + 1
    result = apply(wanted + '[[domain]]\nname = "x.example"\nsubdomain = true\n', "--yes")
    check(result.code == 7 and f"{file}:{line + 2}:1: unknown key 'subdomain'" in result.err
          and "did you mean 'subdomains'?" in result.err, f"a bad key: {result}")
    result = apply(wanted + f'[[template]]\nname = "{TEMPLATE}x"\ntext = "x"\n', "--yes")
    check(result.code == 7 and f"{file}:{line}:1: there is no template" in result.err,
          f"no such template: {result}")
    result = apply(wanted + '[[domain]]\nname = "x.example"\n'
                   '[[domain]]\nname = "managed.example"\nsubdomains = true\n', "--yes")
    place = gateway.file.read_text().splitlines().index('name = "managed.example"') + 1
    check(result.code == 5 and f"{file}:{line + 2}:1: domain 'managed.example' is managed by file"
          in result.err and str(gateway.file) in result.err, f"an object of the file: {result}")
    check(f"line {place - 1}" in result.err or f"line {place}" in result.err,
          f"the line in the configuration file: {result}")
    equal(gateway.must("config", "export").out, applied, "the store after the refusals")

    # All of it survives a restart, and an empty file empties the store but not the file's objects.
    gateway.restart()
    equal(gateway.must("config", "export").out, applied, "the store after a restart")
    equal(apply("", "--yes").code, 0, "an empty file")
    names = [d["name"] for d in gateway.must("domain", "list", "--json").objects()]
    equal(names, ["managed.example"], "domains")
    check(gateway.cli("template", "show", TEMPLATE, "--lang", "de").code == 1, "no German text")
    equal(apply(applied).code, 0, "back again, without a removal")
    equal(gateway.must("config", "export").out, applied, "the store as it was")
    check("Zimmer" in gateway.must("template", "show", TEMPLATE, "--lang", "de", "--html").out, "HTML")

    # `config check` looks into the files that the settings name.
    bad = s.dir / "bad.toml"
    bad.write_text('hostname = "gw.example.com"\n[tls]\ncertificate_file = "/nonexistent.pem"\n'
                   'key_file = "/nonexistent.key"\n')
    result = gateway.cli("config", "check", bad)
    check(result.code == 7 and f"{bad}:3:1: " in result.err, f"config check: {result}")
    gateway.stop()


if __name__ == "__main__":
    run(main)
