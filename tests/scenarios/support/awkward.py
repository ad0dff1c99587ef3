# SPDX-License-Identifier: Apache-2.0
"""Messages that mail programs should not write and do: a gateway that promises to change nothing
must carry each octet of them. All within the limits of a default set-up, and without bare CR, bare
LF and NUL, which are refused (see `refused`)."""
import base64
import random

_PLAIN = b"From: <alice@managed.example>\r\nTo: <bob@partner.example>\r\nSubject: plain\r\n"


def _headers():
    yield "plain", _PLAIN
    yield "empty", b""
    yield "no colon", b"this line has no colon\r\n" + _PLAIN
    yield "no colon, last", _PLAIN + b"neither has this one\r\n"
    yield "blank before colon", b"Subject : a\r\nFrom\t: b@managed.example\r\n"
    yield "no blank after colon", b"Subject:a\r\nFrom:b@managed.example\r\nX-Empty:\r\n"
    yield "blanks at ends", b"Subject: \t a \t \r\nX-Blank:    \r\nX-Tab:\t\r\n"
    yield "begins folded", b" folded from nothing\r\n" + _PLAIN
    yield "begins with a tab", b"\tfolded from nothing\r\n" + _PLAIN
    yield "folds of blanks only", b"Subject: a\r\n \r\n\t\r\n  \t \r\n b\r\n" + _PLAIN
    yield "deep folds", b"X-Deep: 0\r\n" + b"".join(b" %d\r\n" % n for n in range(500)) + _PLAIN
    yield "all twice", _PLAIN + _PLAIN + b"sUbJeCt: third\r\n"
    yield "odd order", b"X-Z: z\r\nDate: never\r\nX-A: a\r\nMessage-ID: no brackets\r\nX-Z: z2\r\n"
    yield "8-bit latin-1", "Subject: Größe\r\nFrom: Bjørn <b@managed.example>\r\n".encode("latin-1")
    yield "8-bit utf-8", "Subject: Größe 你好 🎉\r\nFrom: <b@managed.example>\r\n".encode()
    yield "8-bit in names", "Sübject: a\r\n".encode() + b"\xff\xfe: b\r\n\x80\x81\r\n" + _PLAIN
    yield "bad utf-8", b"Subject: \xc3\x28 \xf0\x28\x8c\xbc \xed\xa0\x80 \xc0\xaf\r\n" + _PLAIN
    yield "shift_jis", b"Subject: " + "件名テスト".encode("shift_jis") + b"\r\n" + _PLAIN
    yield "controls", b"Subject: \x01\x02\x07\x08\x0b\x0c\x1b[31m\x7f\r\nX-\x01: b\r\n" + _PLAIN
    yield "broken encoded-words", (b"Subject: =?utf-8?q?=C3?= =?utf-8?b?w?= =?x?q?a?= =?=?= =? ?=\r\n"
                                   b"X-Many: " + b"=?a?" * 200 + b"\r\n") + _PLAIN
    yield "line of 998", b"X-Long: " + b"a" * 990 + b"\r\n" + _PLAIN
    yield "line of 2100", b"X-Long: " + b"b" * 2092 + b"\r\n" + _PLAIN
    yield "line of 70000", b"X-Long: " + b"c" * 69_992 + b"\r\n" + _PLAIN
    yield "field of 200 KiB", b"X-Folded: x\r\n" + (b" " + b"d" * 76 + b"\r\n") * 2600 + _PLAIN
    yield "1900 fields", b"".join(b"X-N%d: %d\r\n" % (n, n) for n in range(1900)) + _PLAIN
    yield "odd names", b"X: \r\n-: a\r\n--x--: b\r\n(c): d\r\n<e@f>: g\r\n\"q\": h\r\n: i\r\n::\r\n"
    yield "mbox line", b"From alice Mon Jan  1 00:00:00 2024\r\n" + _PLAIN
    yield "mbox line, quoted", b">From alice Mon Jan  1 00:00:00 2024\r\n" + _PLAIN
    yield "broken addresses", (b"From: \"unclosed <a@b>\r\nTo: (((((\r\nCc: a@b@c,,;:<>[\r\n"
                               b"Bcc: hidden@partner.example\r\nReply-To: @@@\r\n")
    yield "broken types", (b"Content-Type: multipart/mixed; boundary=\r\nContent-Type: text\r\n"
                           b"Content-Type: ;;;=;\r\nContent-Transfer-Encoding: x-what\r\n"
                           b"MIME-Version: 7.3 (odd)\r\n") + _PLAIN
    yield "dots", b".: a\r\n..: b\r\n.X: c\r\n. folded? no\r\n" + _PLAIN
    yield "our field names", (b"Received: nonsense\r\nReceived:\r\nX-Sealgate: x\r\n"
                              b"X-Sealgate-Trace: forged\r\nReturn-Path: <x@y>\r\n") + _PLAIN
    yield "dkim", (b"DKIM-Signature: v=1; a=rsa-sha256; d=managed.example; s=x;\r\n"
                   b"\th=from:to; bh=AAAA=;\r\n\tb=BBBB\r\n\t CCCC==\r\n") + _PLAIN


def _bodies():
    yield "none, no separator", b""
    yield "empty", b"\r\n"
    yield "one line", b"\r\nA line.\r\n"
    yield "blank lines", b"\r\n" + b"\r\n" * 40
    yield "trailing blanks", b"\r\na \r\nb\t\r\n \t \r\n-- \r\n" + b" " * 300 + b"\r\n"
    yield "dots", b"\r\n.\r\n..\r\n...\r\n. \r\n.\t\r\n..a\r\na.\r\n\r\n.\r\n"
    yield "From lines", b"\r\nFrom here\r\n>From there\r\nfrom low\r\n"
    yield "smtp talk", b"\r\nQUIT\r\nRSET\r\nDATA\r\nMAIL FROM:<a@b>\r\n250 ok\r\n354 go\r\n"
    yield "8-bit", b"\r\n" + bytes(c for c in range(0x80, 0x100)) * 6 + b"\r\n"
    yield "controls", b"\r\n" + bytes(c for c in range(1, 0x20) if c not in b"\r\n") * 9 + b"\x7f\r\n"
    yield "long lines", b"\r\n" + b"e" * 998 + b"\r\n" + b"f" * 999 + b"\r\n" + b"g" * 70_000 + b"\r\n"
    yield "utf-16", b"\r\n" + "text, wide".encode("utf-16-le").replace(b"\0", b"\x01") + b"\r\n"


def _multipart(depth, boundary="b"):
    if depth == 0:
        return b"Content-Type: text/plain\r\n\r\ninnermost\r\n"
    mark = f"{boundary}{depth}".encode()
    return (b"Content-Type: multipart/mixed; boundary=\"" + mark + b"\"\r\n\r\npreamble\r\n--" + mark +
            b"\r\n" + _multipart(depth - 1, boundary) + b"--" + mark + b"--\r\nepilogue\r\n")


def _specials():
    yield "no octet at all", b""
    yield "one blank line", b"\r\n"
    yield "one dot line", b".\r\n"
    yield "dots only", b".\r\n" * 50
    yield "header without end", b"Subject: x\r\n"
    yield "body of 1 MiB", _PLAIN + b"\r\n" + (b"h" * 74 + b"\r\n") * 13_800
    yield "nested multiparts", _PLAIN + b"MIME-Version: 1.0\r\n" + _multipart(40)
    yield "nested messages", b"".join(b"Content-Type: message/rfc822\r\nSubject: %d\r\n\r\n" % n
                                      for n in range(60)) + _PLAIN + b"\r\nend\r\n"
    yield "boundary never used", (_PLAIN + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
                                  b"--y\r\n\r\nbody\r\n")
    yield "boundary never closed", (_PLAIN + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
                                    b"--x\r\n\r\nbody\r\n--x\r\n")
    yield "pgp inline", (_PLAIN + b"\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA512\r\n\r\n"
                         b"- -----dash\r\n- .dot\r\ntext \r\n-----BEGIN PGP SIGNATURE-----\r\n\r\n"
                         b"AAAA\r\n-----END PGP SIGNATURE-----\r\n")
    yield "signed mime", (_PLAIN + b"Content-Type: multipart/signed; protocol=\"a/b\"; micalg=x;\r\n"
                          b"\tboundary=s\r\n\r\n--s\r\nContent-Type: text/plain \r\n\r\nsigned \r\n"
                          b"--s\r\nContent-Type: a/b\r\n\r\nsig\r\n--s--\r\n")
    yield "base64, odd lines", (_PLAIN + b"Content-Transfer-Encoding: base64\r\n\r\n" +
                                b"\r\n".join(base64.b64encode(b"x" * n) for n in range(60)) + b"=\r\n")
    yield "quoted-printable, soft ends", (_PLAIN + b"Content-Transfer-Encoding: quoted-printable\r\n"
                                          b"\r\na=\r\nb= \r\n=\r\n=0A=0D=00=\r\n=zz\r\n.=\r\n")
    yield "format flowed", _PLAIN + b"Content-Type: text/plain; format=flowed\r\n\r\n>> a \r\n b \r\n"


def _random(count):
    dice = random.Random(20140423)
    alphabet = [b"a", b"b", b" ", b"\t", b".", b":", b"-", b"=", b"?", b"<", b">", b"@", b"\xe4",
                b"\xff", b"\x01", b"\r\n", b"\r\n", b"\r\n.", b"\r\n\r\n", b"\r\n ", b"From "]
    for number in range(count):
        text = b"".join(dice.choices(alphabet, k=dice.randrange(1, 900)))
        yield f"random {number}", text + b"\r\n"


def messages():
    """(name, content); content is CRLF-terminated or empty, not framed."""
    for head_name, head in _headers():
        for body_name, body in _bodies():
            # The combinations with very large parts once each is enough.
            if len(head) > 50_000 and len(body) > 1000:
                continue
            yield f"{head_name} / {body_name}", head + body
    yield from _specials()
    yield from _random(60)


def refused():
    """(name, content as it goes on the wire, up to its end of data): answered 554."""
    good = _PLAIN + b"\r\nbody\r\n"
    for name, octets in (("NUL", b"\0"), ("bare LF", b"\n"), ("bare CR", b"\r")):
        yield f"{name} in the header", good.replace(b"plain", b"pl" + octets + b"ain") + b".\r\n"
        yield f"{name} in the body", good.replace(b"body", b"bo" + octets + b"dy") + b".\r\n"
        yield f"{name} first", octets + good + b".\r\n"
        yield f"{name} last", good + octets + b"\r\n.\r\n"
