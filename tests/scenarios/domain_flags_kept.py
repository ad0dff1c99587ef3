# SPDX-License-Identifier: Apache-2.0
"""Adding a domain again takes nothing away: the subdomains stay until --no-subdomains says otherwise,
and each answer says which way it is."""
from support.mail import message
from support.scenario import check, equal, run


def main(s):
    gateway = s.gateway(next_hop=s.peer())

    def managed(address):
        return gateway.cli("domain", "test", address).code == 0

    def taken(sender):
        return gateway.send(sender, "bob@partner.example", message(sender)).is_(250)
    added = gateway.must("domain", "add", "site.example", "--subdomains")
    check("with its subdomains" in added.err, added)
    again = gateway.must("domain", "add", "site.example")
    check("with its subdomains" in again.err, f"a repeated add does not say what holds: {again}")
    check(managed("a@sub.site.example"), "a repeated add took the subdomains away")
    check(taken("a@sub.site.example"), "mail of a subdomain is refused after a repeated add")
    answer = gateway.must("domain", "add", "site.example", "--json").json()
    equal((answer["outcome"], answer["subdomains"]), ("unchanged", True), "the answer as JSON")

    narrowed = gateway.must("domain", "add", "site.example", "--no-subdomains")
    check("no longer covers" in narrowed.err, narrowed)
    check(not managed("a@sub.site.example") and managed("a@site.example"), "after narrowing")
    check(not taken("a@sub.site.example"), "mail of a subdomain is taken after narrowing")
    equal(gateway.cli("domain", "add", "x.example", "--subdomains", "--no-subdomains").code, 2, "both")
    gateway.stop()


if __name__ == "__main__":
    run(main)
