# SPDX-License-Identifier: Apache-2.0
"""RFC 5321 section 4.5.1: <postmaster> without a domain reaches the people that run the gateway."""
from support.gateway import listener
from support.mail import added_above, message
from support.scenario import check, equal, eventually, run


def main(s):
    peer = s.peer()
    config = {"listener": [listener("inbound"), listener("outbound")],
              "domain": [{"name": "managed.example"}]}
    gateway = s.gateway(next_hop=peer, config=config)
    with gateway.client("inbound") as client:
        client.command("MAIL FROM:<stranger@world.example>")
        reply = client.command("RCPT TO:<postmaster>")
        check(reply.is_(550, "5.7.1"), f"postmaster at a host name that nobody manages: {reply}")
    gateway.write_config(config | {"postmaster": "it@managed.example"})
    gateway.reload()
    eventually(lambda: "reloaded" in gateway.stderr(), "the reload")
    content = message("stranger@world.example", "postmaster")
    for name, sender in (("inbound", "stranger@world.example"), ("inbound", ""),
                         ("outbound", "alice@managed.example")):
        with gateway.client(name) as client:
            check(client.command(f"MAIL FROM:<{sender}>").is_(250), f"MAIL from <{sender}>")
            reply = client.command("RCPT TO:<PostMaster>")
            check(reply.is_(250), f"{name}, <{sender}>: {reply}")
            reply = client.data(content)
            check(reply.is_(250), f"{name}, <{sender}>, after the dot: {reply}")
    for received in peer.wait(3):
        equal(received.recipients, ["it@managed.example"], "who gets it")
        added_above(received, content)
    gateway.wait_log(r"recipient 1/1 \(it@managed\.example\): delivered")
    gateway.stop()


if __name__ == "__main__":
    run(main)
