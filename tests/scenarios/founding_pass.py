# SPDX-License-Identifier: Apache-2.0
"""An unmanaged sender where the setting is `pass`: proxied byte for byte, and the log says so in
the words that readers of the old product know."""
from support.mail import added_above, log_lines, message, one_log_line
from support.scenario import check, equal, eventually, run


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={"unmanaged_senders": {"action": "pass"}})
    sender = "carol@stranger.example"
    content = message(sender, message_id="<odd.1@stranger.example>",
                      extra="X-Odd :\tkept \nsubject: a second one\n", body=".\n..\n trailing \t\n")

    reply = gateway.send(sender, ["bob@partner.example", "dan@partner.example"], content)
    check(reply.is_(250), f"after the dot: {reply}")
    eventually(lambda: sum(len(m.recipients) for m in peer.messages) == 2, "both are delivered")
    equal(sorted(r for m in peer.messages for r in m.recipients),
          ["bob@partner.example", "dan@partner.example"], "recipients")
    for received in peer.messages:
        equal(received.sender, sender, "envelope sender")
        added_above(received, content)

    first = one_log_line(gateway, r"^message <odd\.1@stranger\.example> from "
                                  r"carol@stranger\.example \(2 recipients\):$")
    one = one_log_line(gateway, r"^recipient 1/2 \(bob@partner\.example\): "
                                r"passing through unmodified \[0x[0-9a-f]+\]$")
    two = one_log_line(gateway, r"^recipient 2/2 \(dan@partner\.example\): "
                                r"passing through unmodified \[0x[0-9a-f]+\]$")
    equal({one["id"], two["id"]}, {first["id"]}, "connection IDs of the lines")
    equal(one["level"], "NOTICE", "level")
    equal(one["tag"], "sealgate/messaging", "tag")
    equal(one["pid"], str(gateway.pid), "process id in the log line")

    # One recipient: the line is in the singular, and another connection has another ID.
    gateway.send(sender, "bob@partner.example", message(sender, message_id="<2@stranger.example>"))
    single = one_log_line(gateway, r"^message <2@stranger\.example> from "
                                   r"carol@stranger\.example \(1 recipient\):$")
    check(single["id"] != first["id"], "two connections share a connection ID")
    one_log_line(gateway, r"^recipient 1/1 \(bob@partner\.example\): passing through unmodified")
    equal(log_lines(gateway, "policy rule match"), [], "rules evaluated for a passed message")
    gateway.stop()


if __name__ == "__main__":
    run(main)
