# SPDX-License-Identifier: Apache-2.0
"""A next hop takes messages and does not answer, and more stored mail stands in line for it than memory
may hold: mail for others is taken and delivered all the same."""
from support.mail import message
from support.peer import Gate
from support.scenario import check, eventually, run

LIMIT = 4 * 1024 * 1024


def main(s):
    gate = Gate()
    slow, well = s.peer({"dot": [gate]}), s.peer()
    s.cleanup(gate.open)
    gateway = s.gateway(config={
        "limits": {"memory": "4 MiB"}, "smtp": {"message_size": "2 MiB", "command_timeout": "10s"},
        "delivery": {"connections_per_next_hop": 1},
        "route": [{"domain": "slow.example", "next_hop": f"127.0.0.1:{slow.port}", "tls": "none"},
                  {"domain": "*", "next_hop": f"127.0.0.1:{well.port}", "tls": "none"}]})
    content = message(body=("x" * 70 + "\n") * 9000)
    for n in range(10):  # of 640 kB each
        reply = gateway.send("alice@managed.example", f"r{n}@slow.example", content)
        check(reply.is_(250), f"message {n} to the slow one: {reply}")
        reply = gateway.send("alice@managed.example", f"r{n}@well.example", message())
        check(reply.is_(250), f"message {n} to the other: {reply}")
        held = gateway.must("status", "--json").json()["memory"]["content"]
        check(held < LIMIT, f"{held} octets of content are held, the limit is {LIMIT}")
    well.wait(10)
    gate.open()
    slow.wait(10)
    check(all(m.content.endswith(content) for m in slow.messages), "a message was changed")
    eventually(lambda: gateway.queue() == [], "the queue is empty")
    gateway.stop()


if __name__ == "__main__":
    run(main)
