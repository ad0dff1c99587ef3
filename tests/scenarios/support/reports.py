# SPDX-License-Identifier: Apache-2.0
"""Delivery status notifications, read with Python's own parser: a standard reader must understand
ours."""
import email
import email.policy
import re

from .scenario import check, equal


class Report:
    """A DSN (RFC 3464) as received; fails when it is not one."""

    def __init__(self, received):
        self.received = received
        self.message = email.message_from_bytes(received.content, policy=email.policy.default)
        equal(received.sender, "", "envelope sender of a report")
        equal(len(received.recipients), 1, "recipients of a report")
        equal(self.message.get_content_type(), "multipart/report", "content type of a report")
        equal(self.message.get_param("report-type"), "delivery-status", "report-type")
        parts = list(self.message.iter_parts())
        check(len(parts) >= 2, "a report has at least two parts")
        text, status = parts[0], parts[1]
        if text.get_content_type() == "multipart/alternative":
            text = next(p for p in text.iter_parts() if p.get_content_type() == "text/plain")
        equal(text.get_content_type(), "text/plain", "first part of a report")
        self.text = text.get_content()
        check(status.get_content_type() in ("message/delivery-status",
                                            "message/global-delivery-status"),
              f"second part of a report is {status.get_content_type()}")
        # Python gives each block of fields as a message of its own; not yet for RFC 6533's type.
        blocks = status.get_payload()
        if status.get_content_subtype() == "global-delivery-status":
            text_blocks = b"".join(bytes(b) for b in blocks).decode("utf-8")
            blocks = [email.message_from_string(block, policy=email.policy.SMTPUTF8)
                      for block in re.split(r"\n\s*\n", text_blocks.replace("\r\n", "\n").strip())]
        check(isinstance(blocks, list) and len(blocks) >= 2,
              "a delivery-status has a block for the message and one for each recipient")
        self.per_message, self.per_recipient = blocks[0], blocks[1:]
        for block in self.per_recipient:
            for field in ("Final-Recipient", "Action", "Status"):
                check(field in block, f"{field} is missing in the report")
        check("Reporting-MTA" in self.per_message, "Reporting-MTA is missing in the report")
        self.original = parts[2] if len(parts) > 2 else None
        for field in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version"):
            equal(len(self.message.get_all(field, [])), 1, f"{field} fields of a report")

    @property
    def subject(self):
        return str(self.message["Subject"])

    def recipient(self, address):
        """The block of one recipient."""
        for block in self.per_recipient:
            kind, _, value = str(block["Final-Recipient"]).partition(";")
            if value.strip().lower() == address.lower():
                check(kind.strip().lower() in ("rfc822", "utf-8"), f"Final-Recipient kind {kind}")
                return block
        raise AssertionError(f"the report does not speak of {address}")

    @property
    def returns_content(self):
        """The whole message is attached, not its header alone."""
        return self.original is not None and \
            self.original.get_content_type() in ("message/rfc822", "message/global")


def is_report(received):
    return received.sender == "" and b"report-type=" in received.content.replace(b'"', b"")
