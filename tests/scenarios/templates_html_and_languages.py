# SPDX-License-Identifier: Apache-2.0
"""A bounce with an HTML part and in a second language, read by a standard mail reader: text first,
HTML as its alternative, what strangers write shown as characters; the language is the reader's
domain's, else the one the original accepts, else the one it is written in. Mistakes are refused with
their place, `diff` shows what was changed, and all of it survives a restart."""
from support.mail import message
from support.reports import Report
from support.scenario import check, equal, run

OWN = "Message Bounced -- Unmanaged Domain"
GERMAN = """Subject: Nachricht nicht zustellbar: {{subject}}

Ihre Nachricht an {{recipients}} wurde nicht verschickt. Gr\u00fc\u00dfe von {{hostname}}.
Verbindung: {{connection_id}}
"""
PAGE = """<!doctype html><html><head><title>{{connection_id}}</title></head><body>
<p>Ihre Nachricht <b title="{{subject}}">{{subject}}</b> an:</p><p>{{recipients}}</p>
<p><a href="mailto:{{postmaster}}?subject={{connection_id}}">Hilfe</a></p></body></html>
"""
HOSTILE = '<script>alert("x")</script> & {{recipient}} \u00e9'


def bounce(gateway, peer, sender="carol@stranger.example", fields=()):
    peer.clear()
    content = message(sender)
    for field in fields:
        content = field.encode() + b"\r\n" + content
    reply = gateway.send(sender, "bob@partner.example", content)
    check(reply.is_(250), f"after the dot: {reply}")
    report = Report(peer.wait(1)[0])
    first = next(report.message.iter_parts())
    return report, first


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={
        "unmanaged_senders": {"action": "bounce"},
        "reports": {"languages": [{"domain": ".fr.example", "language": "fr"}]}})

    def put(*args, text=None, html=None):
        for option, name, content in (("--file", "t.txt", text), ("--html-file", "t.html", html)):
            if content is not None:
                (s.dir / name).write_text(content, encoding="utf-8")
                args = (*args, option, s.dir / name)
        return gateway.cli("template", "set", OWN, *args)

    equal(gateway.cli("template", "diff", OWN).code, 0, "diff of a built-in text")
    result = put("--lang", "de", text=GERMAN, html=PAGE)
    equal(result.code, 0, f"set: {result}")
    equal(put("--lang", "fr", text="Subject: Non remis\n\nVotre message n'est pas parti.\n").code, 0, "French")
    listed = next(t for t in gateway.must("template", "list", "--json").json() if t["name"] == OWN)
    equal(listed["languages"], ["de", "fr"], "languages")

    # Nobody said what the reader speaks: the founding text, unchanged and without HTML.
    report, first = bounce(gateway, peer)
    equal(report.subject, "Message undeliverable", "subject of the default text")
    equal(first.get_content_type(), "text/plain", "first part of the default text")

    report, first = bounce(gateway, peer, fields=["Accept-Language: en;q=0.5, de-AT",
                                                  "X-Other: x"])
    equal(first.get_content_type(), "multipart/alternative", "first part with HTML")
    equal(str(first["Content-Language"]), "de", "Content-Language")
    text, html = list(first.iter_parts())
    equal([text.get_content_type(), html.get_content_type()], ["text/plain", "text/html"], "order of the alternatives")
    check("Gr\u00fc\u00dfe von gw.example.com" in text.get_content(), text.get_content())
    check("<p>bob@partner.example</p>" in html.get_content(), html.get_content())
    equal(report.message.get_body(("html",)).get_content(), html.get_content(), "what a reader of HTML shows")
    equal(report.message.get_body(("plain",)).get_content(), text.get_content(), "what a reader of text shows")
    check(report.recipient("bob@partner.example")["Action"].strip() == "failed", "the report itself")
    check("mailto:postmaster@gw.example.com?subject=SMTP-" in html.get_content(), html.get_content())

    # What a stranger wrote is characters, in the subject field encoded words.
    peer.clear()
    content = (b"Accept-Language: de\r\nSubject: " + HOSTILE.encode() + b"\r\n\r\nx\r\n")
    with gateway.client() as client:
        client.transaction("carol@stranger.example", "bob@partner.example", content)
    report = Report(peer.wait(1)[0])
    html = report.message.get_body(("html",)).get_content()
    check("<script" not in html and "{{recipient}}" in html, html)
    equal(html.count("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp;"), 2, f"escaped twice in\n{html}")
    check(report.subject.startswith("Nachricht nicht zustellbar: <script>"), report.subject)
    raw = report.received.content.partition(b"\r\n\r\n")[0]
    check(b"=?utf-8?" in raw.lower() and raw.isascii(), raw)

    # The order: domain, what is accepted, what it is written in.
    for sender, fields, subject in (
            ("x@sub.fr.example", ["Accept-Language: de"], "Non remis"),
            ("x@stranger.example", ["Content-Language: de", "Accept-Language: fr"], "Non remis"),
            ("x@stranger.example", ["Content-Language: fr-CA"], "Non remis"),
            ("x@stranger.example", ["Accept-Language: en, de"], "Message undeliverable"),
            ("x@stranger.example", ["Accept-Language: es, *"], "Message undeliverable")):
        report, _ = bounce(gateway, peer, sender, fields)
        equal(report.subject, subject, f"{sender} {fields}")

    # Mistakes are refused with their place, and what is in use stays.
    for html, place in (("<p>\n{{sendr}}", "2:1"), ("<p title={{sender}}>", "1:10"),
                        ("<p>x</p>\n<script>x</script>", "2:8")):
        result = put("--lang", "de", html=html)
        check(result.code == 7 and place in result.err and "HTML" in result.err, f"{html}: {result}")
    result = put("--lang", "zz-", text=GERMAN)
    check(result.code == 7 and "language tag" in result.err, f"no language: {result}")
    preview = gateway.must("template", "preview", OWN, "--lang", "de").out
    check(preview.startswith("Subject: Nachricht nicht zustellbar: Offer for May\n"), preview)
    check("{{" not in gateway.must("template", "preview", OWN, "--lang", "de", "--html").out, "preview of HTML")

    built_in = gateway.must("template", "show", OWN).out
    equal(put(text=built_in.replace("Connection ID:", "Quote this:")).code, 0, "the default text")
    result = gateway.cli("template", "diff", OWN)
    check(result.code == 10 and "\n-Connection ID: {{connection_id}}\n+Quote this: {{connection_id}}\n" in result.out,
          f"diff: {result}")

    gateway.restart()
    report, _ = bounce(gateway, peer, fields=["Accept-Language: de"])
    check(report.subject.startswith("Nachricht"), "after a restart")
    gateway.must("template", "reset", OWN, "--lang", "de")
    gateway.must("template", "reset", OWN)
    equal(gateway.cli("template", "show", OWN, "--lang", "de").code, 1, "a language that is gone")
    report, first = bounce(gateway, peer, fields=["Accept-Language: de"])
    equal((report.subject, first.get_content_type()), ("Message undeliverable", "text/plain"), "after reset")
    check("Connection ID: SMTP-" in report.text, report.text)
    gateway.stop()


if __name__ == "__main__":
    run(main)
