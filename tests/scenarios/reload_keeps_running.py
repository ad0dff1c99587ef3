# SPDX-License-Identifier: Apache-2.0
"""After a reload, what needs a restart keeps its running value everywhere: greeting, EHLO, reports,
status, config show and where, which all name what waits; a restart puts it in force."""
from support.mail import message
from support.scenario import check, equal, eventually, run


def main(s):
    peer = s.peer({"RCPT": [b"550 5.1.1 no such user\r\n"]})  # the first; the report is taken
    gateway = s.gateway(next_hop=peer, config={"smtp": {"recipients": 200}})

    def names():
        """Where a client and a sender see our name."""
        with gateway.client(ehlo=False) as client:
            greeting = client.reply().text
            ehlo = client.ehlo().text
        check(gateway.send("alice@managed.example", "gone@partner.example", message()).is_(250), "sent")
        peer.wait(1)
        return greeting, ehlo, peer.messages[-1].raw.decode(errors="replace")
    gateway.write_config({"hostname": "gw2.example.com", "smtp": {"recipients": 300},
                          "listener": [{**gateway.config["listener"][0], "mode": "through"}]})
    gateway.reload()
    eventually(lambda: "reloaded" in gateway.stderr(), "the reload")
    check("a change of hostname takes effect at the next start" in gateway.stderr(), "not named")

    for text in names():
        check("gw2.example.com" not in text, f"half in force: {text!r}")
        check("gw.example.com" in text, f"our name is not there: {text!r}")
    shown = gateway.must("config", "show").out
    check('\nhostname = "gw.example.com"' in shown, shown)
    check('#   hostname = "gw2.example.com"' in shown, "show does not tell what waits")
    check("recipients = 300" in shown, "what a reload can change is not in force")
    where = gateway.must("config", "where", "hostname")
    check('hostname = "gw.example.com"' in where.out and
          'at the next start: "gw2.example.com"' in where.out, where)
    answer = gateway.must("config", "where", "smtp.recipients", "--json").json()
    equal((answer["value"], answer["change_takes"]), ("300", "reload"), "a key that a reload changes")
    answer = gateway.must("config", "where", "data_dir", "--json").json()
    equal(answer["change_takes"], "restart", "a key that needs a restart")
    check("restart" in answer["advice"] and "reload" not in answer["advice"], answer)
    status = gateway.must("status", "--json").json()
    equal(status["hostname"], "gw.example.com", "hostname in status")
    equal([w["key"] for w in status["waiting_for_restart"]], ["hostname", "listener.outbound"], "waiting")
    equal(status["listeners"][0]["mode"], "store", "mode of the listener")
    check('waits for a restart: hostname = "gw2.example.com"' in gateway.must("status").out, "status")

    # Still known after another reload, gone when the file goes back, in force after a restart.
    gateway.write_config({"smtp": {"recipients": 301}})
    gateway.reload()
    eventually(lambda: "301" in gateway.must("config", "where", "smtp.recipients").out, "the reload")
    check(gateway.must("status", "--json").json()["waiting_for_restart"], "forgotten")
    gateway.restart()
    status = gateway.must("status", "--json").json()
    equal((status["hostname"], status["waiting_for_restart"]), ("gw2.example.com", []), "restarted")
    gateway.stop()


if __name__ == "__main__":
    run(main)
