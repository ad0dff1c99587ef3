# SPDX-License-Identifier: Apache-2.0
"""Messages to send, what may stand above them when they arrive, and the mail log's layout."""
import itertools
import re

from . import processes
from .scenario import Failure, check, equal

_numbers = itertools.count(1)

# "2014/04/23 17:56:57 +01:00  NOTICE sealgate/messaging[6517]:       SMTP-00001: text"
LINE = re.compile(r"^(?P<time>\d{4}/\d\d/\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d)  "
                  r"(?P<level>DEBUG |INFO  |NOTICE|WARNING|ERROR |FATAL ) "
                  r"(?P<tag>[^\s\[\]:]+)\[(?P<pid>\d+)\]:       "
                  r"(?:(?P<id>SMTP-[A-Z]?\d{5,}): )?(?P<text>.*)$")


def crlf(text):
    """Text with any line ends as octets with CRLF."""
    return re.sub(r"\r?\n", "\r\n", text).encode("utf-8")


def message(sender="alice@managed.example", recipient="bob@partner.example", subject="hello",
            body="A line.\n", message_id=None, extra=""):
    """A plain message; its Message-ID is unique unless given. extra: more header lines."""
    message_id = message_id or f"<{next(_numbers)}.scenario@{sender.partition('@')[2] or 'none'}>"
    return crlf(f"From: <{sender}>\nTo: <{recipient}>\nSubject: {subject}\n"
                f"Date: Wed, 26 Nov 2025 10:00:00 +0100\nMessage-ID: {message_id}\n"
                f"{extra}\n{body}")


def report(recipient="alice@managed.example", boundary="b0"):
    """A delivery report as another mail server would send it, with the null sender."""
    return crlf(f"""From: Mail System <mailer-daemon@elsewhere.example>
To: <{recipient}>
Subject: Undelivered Mail Returned to Sender
Date: Wed, 26 Nov 2025 10:00:00 +0100
Message-ID: <{next(_numbers)}.report@elsewhere.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"

--{boundary}
Content-Type: text/plain; charset=us-ascii

It could not be delivered.
--{boundary}
Content-Type: message/delivery-status

Reporting-MTA: dns; elsewhere.example

Final-Recipient: rfc822; carol@elsewhere.example
Action: failed
Status: 5.1.1
--{boundary}--
""")


_TRACE_FIELD = re.compile(rb"(Received|X-Sealgate-[A-Za-z-]+):[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*",
                          re.IGNORECASE)


def added_above(received, original):
    """The trace fields above `original` in what arrived, as octets. Fails when anything else
    differs by one octet."""
    content = received.content
    if not content.endswith(original):
        at = next((n for n, (a, b) in enumerate(zip(reversed(content), reversed(original)))
                   if a != b), min(len(content), len(original)))
        tail = slice(max(0, len(content) - at - 40), len(content) - at + 40)
        wanted = slice(max(0, len(original) - at - 40), len(original) - at + 40)
        raise Failure(f"the message was changed {at} octets before its end:\n"
                      f"  arrived {content[tail]!r}\n  sent    {original[wanted]!r}")
    added = content[:len(content) - len(original)]
    rest = added
    while rest:
        field = _TRACE_FIELD.match(rest)
        check(field, lambda: f"above the message stands what is no trace field: {rest[:200]!r}")
        rest = rest[field.end():]
    return added


def log_lines(gateway, pattern):
    """The parsed lines of the text log whose text matches; every line must have the layout."""
    found = []
    for line in gateway.log():
        parsed = LINE.match(line)
        check(parsed, f"a line of the mail log has not the layout: {line!r}")
        if re.search(pattern, parsed["text"]):
            found.append(parsed)
    return found


def one_log_line(gateway, pattern):
    """The one line whose text matches; waits for it."""
    found = processes.wait_until(lambda: log_lines(gateway, pattern), 10) or []
    equal(len(found), 1, f"lines in the mail log that match {pattern!r}")
    return found[0]


