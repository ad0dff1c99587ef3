# SPDX-License-Identifier: Apache-2.0
"""Invariant 1: each accepted (message, recipient) is exactly one of pending, held, delivered,
bounced, discarded, or failed with no notice allowed.

Scenarios give every accepted message a recipient of its own, so that an address names the pair."""
from .reports import Report, is_report
from .scenario import Failure

_FINAL_IN_LOG = {"bounced", "discarded", "failed"}


def conserve(gateway, accepted, *peers, crashed=False):
    """accepted: the recipients whose message got 250. The gateway must be at rest (or just
    restarted, with its next hop down). Returns {recipient: set of states}; fails when one has none,
    or several: after a crash alone one may be delivered and pending (it will be a duplicate)."""
    states = {recipient: set() for recipient in accepted}

    def note(recipient, state):
        if recipient in states:
            states[recipient].add(state)

    for item in gateway.queue():
        for recipient in item["recipients"]:
            if recipient["state"] in ("pending", "held"):
                note(recipient["address"], recipient["state"])
    copies = {}
    for peer in peers:
        for message in list(peer.messages):
            if is_report(message):
                for block in Report(message).per_recipient:
                    if str(block["Action"]).strip() == "failed":
                        note(str(block["Final-Recipient"]).partition(";")[2].strip(), "bounced")
                continue
            for recipient in message.recipients:
                note(recipient, "delivered")
                copies[recipient] = copies.get(recipient, 0) + 1
    for recipient, found in states.items():
        if found:
            continue
        for record in gateway.log_search("--recipient", recipient):
            if record.get("verdict") in _FINAL_IN_LOG:
                found.add(record["verdict"])
    lost = [recipient for recipient, found in states.items() if not found]
    if lost:
        raise Failure(f"{len(lost)} of {len(states)} accepted recipients are lost: {lost[:10]}")
    several = {r: f for r, f in states.items()
               if len(f) > 1 and not (crashed and f == {"pending", "delivered"})}
    if several:
        raise Failure(f"in several states at once: {dict(list(several.items())[:10])}")
    duplicates = sum(n - 1 for r, n in copies.items() if r in states)
    if duplicates:
        print(f"{duplicates} duplicates among {len(states)} accepted")
    return states
