#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_dsn.py FILE: reads a delivery status notification with Python's own mail parser and prints
what a reader understands of it as JSON. Exit status 1, with the reasons under "problems", when it is
no report that RFC 3461 to 3464 allow."""
import email
import email.policy
import json
import sys

STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
ORIGINAL_TYPES = ("text/rfc822-headers", "message/rfc822", "message/global", "message/global-headers")


def blocks_of(part):
    """The blocks of fields. Python splits them only for message/delivery-status itself."""
    payload = part.get_payload()
    if part.get_content_type() == "message/delivery-status":
        return [dict(block.items()) for block in payload]
    text = payload[0].as_bytes(policy=email.policy.SMTPUTF8).decode("utf-8", "backslashreplace")
    blocks = [email.message_from_string(block, policy=email.policy.SMTPUTF8)
              for block in text.replace("\r\n", "\n").strip().split("\n\n")]
    return [dict(block.items()) for block in blocks]


def main():
    raw = open(sys.argv[1], "rb").read()
    message = email.message_from_bytes(raw, policy=email.policy.default)
    # What is wrong inside the original is not the report's fault.
    ours = [message, *list(message.iter_parts())[:2]] if message.is_multipart() else [message]
    problems = [repr(defect) for part in ours for defect in part.defects]
    lines = raw.split(b"\r\n")
    if any(b"\r" in line or b"\n" in line for line in lines):
        problems.append("CR or LF alone")
    if max(map(len, lines)) > 998:
        problems.append("a line over 998 octets")
    if message.get_content_type() != "multipart/report":
        problems.append("type is " + message.get_content_type())
    if message.get_param("report-type") != "delivery-status":
        problems.append("report-type is missing")
    for field in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Auto-Submitted"):
        if len(message.get_all(field, [])) != 1:
            problems.append(f"{field} does not stand once")
    parts = list(message.iter_parts())
    out = {"headers": {name: str(value) for name, value in message.items()},
           "parts": [part.get_content_type() for part in parts], "problems": problems}
    if len(parts) not in (2, 3) or parts[0].get_content_type() != "text/plain" \
            or parts[1].get_content_type() not in STATUS_TYPES:
        problems.append("the parts are not text, status and original")
    else:
        out["text"] = parts[0].get_content()
        blocks = blocks_of(parts[1])
        out["message"], out["recipients"] = blocks[0], blocks[1:]
        if "Reporting-MTA" not in blocks[0]:
            problems.append("Reporting-MTA is missing")
        for block in blocks[1:]:
            problems += [f"{field} is missing" for field in ("Final-Recipient", "Action", "Status")
                         if field not in block]
        if len(blocks) < 2:
            problems.append("no recipient")
    if len(parts) == 3:
        original = parts[2]
        if original.get_content_type() not in ORIGINAL_TYPES:
            problems.append("the third part is not the original")
        inner = original.get_payload(0).as_bytes() if original.is_multipart() \
            else original.get_payload(decode=True)
        out["original"] = inner.decode("utf-8", "backslashreplace")
    json.dump(out, sys.stdout, indent=1, ensure_ascii=False)
    print()
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
