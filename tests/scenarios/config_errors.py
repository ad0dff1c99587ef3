# SPDX-License-Identifier: Apache-2.0
"""A wrong configuration file is refused before anything starts: file, line, what is wrong, and the
nearest right key; all problems at once."""
from support.gateway import bin_dir
from support.scenario import Failure, check, equal, run

# (what, lines put in place of a marker, the line's content that must be named, words in the message)
CASES = [
    ("unknown key", 'hostnam = "x.example"', ["hostnam", "hostname"]),
    ("unknown key in a table", '[[listener]]\nname = "x"\nadress = "127.0.0.1:0"', ["adress", "address"]),
    ("unknown table", '[mail_logs]\ntag = "x"', ["mail_logs", "mail_log"]),
    ("wrong type", "[smtp]\nrecipients = \"many\"", ["recipients"]),
    ("wrong type, boolean", "[smtp]\ntrace_headers = \"yes\"", ["trace_headers"]),
    ("bare number for a duration", "[delivery]\nreply_timeout = 30", ["reply_timeout"]),
    ("duration without unit", "[delivery]\nreply_timeout = \"30\"", ["reply_timeout"]),
    ("negative duration", "[delivery]\nreply_timeout = \"-5s\"", ["reply_timeout"]),
    ("size with an odd unit", "[smtp]\nmessage_size = \"50 parsecs\"", ["message_size"]),
    ("impossible value", "[smtp]\nrecipients = 1", ["recipients"]),
    ("unknown choice", '[unmanaged_senders]\naction = "bonce"', ["action", "bounce"]),
    ("unknown choice, listener", '[[listener]]\nname = "x"\naddress = "127.0.0.1:0"\nmode = "stor"',
     ["mode", "store"]),
    ("missing key", '[[listener]]\nname = "x"', ["address"]),
    ("address without port", '[[listener]]\nname = "x"\naddress = "127.0.0.1"', ["address"]),
    ("port out of range", '[[listener]]\nname = "x"\naddress = "127.0.0.1:70000"', ["address"]),
    ("address is a name", '[[listener]]\nname = "x"\naddress = "localhost:25"', ["address"]),
    ("same name twice", '[[listener]]\nname = "outbound"\naddress = "127.0.0.1:0"', ["outbound"]),
    ("bad network", '[[listener]]\nname = "x"\naddress = "127.0.0.1:0"\n'
                    'trusted_networks = ["10.0.0.1/8"]', ["trusted_networks"]),
    ("bad domain", '[[domain]]\nname = "not a domain"', ["name"]),
    ("same domain twice", '[[domain]]\nname = "MANAGED.example"', ["managed.example"]),
    ("bad route", '[[route]]\ndomain = "*.example"\nnext_hop = "127.0.0.1:25"', ["domain"]),
    ("bad next hop", '[[route]]\ndomain = "*"\nnext_hop = "127.0.0.1"', ["next_hop"]),
    ("override of a missing listener",
     '[[unmanaged_senders.override]]\nlistener = "nowhere"\naction = "pass"', ["nowhere"]),
    ("certificate without key", '[tls]\ncertificate_file = "/nowhere/cert.pem"', ["key_file"]),
    ("not TOML", 'this is = = not toml', []),
    ("unclosed string", 'postmaster = "x@y.example', []),
    ("key twice", '[mail_log]\ntag = "a"\ntag = "b"', ["tag"]),
]


def main(s):
    gateway = s.gateway(start=False, config={"delivery": None})
    good = gateway.file.read_text()
    result = gateway.check_config()
    equal(result.code, 0, f"the good file: {result}")

    problems = []
    # Top-level keys must stand before the first table.
    first_table = good.index("\n[")
    for what, lines, words in CASES:
        top = not lines.startswith("[")
        text = good[:first_table] + "\n" + lines + good[first_table:] if top \
            else good.rstrip("\n") + "\n\n" + lines + "\n"
        gateway.write_text(text)
        result = gateway.check_config()
        said = result.err + result.out
        first = text[:text.rindex(lines)].count("\n") + 1
        numbers = range(first, first + len(lines.splitlines()) + 1)
        if result.code != 1:
            problems.append(f"{what}: exit {result.code}: {said}")
        elif gateway.file.name not in said:
            problems.append(f"{what}: the file is not named: {said}")
        elif not any(f":{n}" in said or f"line {n}" in said for n in numbers):
            problems.append(f"{what}: line {first} is not named: {said}")
        elif missing := [w for w in words if w not in said]:
            problems.append(f"{what}: {missing} not named: {said}")
        elif "terminate called" in said or "exception" in said.lower():
            problems.append(f"{what}: {said}")
    if problems:
        raise Failure("\n".join(problems))

    # Several at once are all told.
    gateway.write_text(good + "\n[smtp]\nfoo = 1\nrecipients = \"x\"\n\n[spool]\nbar = 2\n")
    said = gateway.check_config().err
    check(all(word in said for word in ("foo", "recipients", "bar")), f"not all problems: {said}")

    # The daemon itself refuses as well, and says so without having listened or made anything.
    try:
        gateway.start()
        raise Failure("sealgated started with a wrong file")
    except AssertionError as refusal:
        if isinstance(refusal, Failure):
            raise
        check("ended with status" in str(refusal), f"{refusal}")
    gateway.expect_dirty = True
    check(not (gateway.data / "run" / "ports.json").exists(), "ports.json was written")
    gateway.file.unlink()
    result = gateway.check_config()
    check(result.code == 1 and gateway.file.name in result.err, f"a missing file: {result}")

    # And --print-config gives back what --check takes.
    gateway.write_text(good)
    printed = gateway._run([bin_dir() / "sealgated", "--config", gateway.file, "--print-config"])
    equal(printed.code, 0, f"--print-config: {printed}")
    gateway.write_text(printed.out)
    equal(gateway.check_config().code, 0, f"--print-config is not taken back:\n{printed.out}")


if __name__ == "__main__":
    run(main)
