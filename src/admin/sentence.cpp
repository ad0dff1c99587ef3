// SPDX-License-Identifier: Apache-2.0
#include "admin/sentence.h"

#include "base/network.h"
#include "base/text.h"
#include "policy/public_suffix.h"

#include <fmt/format.h>
#include <idn2.h>

#include <memory>

namespace sealgate::admin {

std::unexpected<Error> managed_by_file(std::string_view object, const config::Origin& origin) {
    return fail(ErrorKind::conflict,
                "admin.managed_by_file",
                fmt::format("{} is managed by file: change it in {}, line {}, and reload",
                            object,
                            origin.file,
                            origin.line));
}

std::unexpected<Error> bad_input(std::string sentence) {
    return fail(ErrorKind::malformed, "admin.input", std::move(sentence));
}

std::unexpected<Error> no_such(std::string sentence) {
    return fail(ErrorKind::not_found, "admin.object", std::move(sentence));
}

std::string quoted(std::string_view text) {
    return "'" + escape_for_log(text, 300) + "'";
}

Result<mime::Domain> domain_name(std::string_view text) {
    auto domain = mime::Domain::parse(text);
    if (text.starts_with('.') && mime::Domain::parse(text.substr(1))) {
        return bad_input(
            fmt::format("{} begins with a dot; name the domain as {}, with --subdomains where its "
                        "subdomains are "
                        "meant as well",
                        quoted(text),
                        quoted(text.substr(1))));
    }
    if (!domain) {
        return bad_input(quoted(text) +
                         " is not a domain name; write it like 'example.com', without '@' and '*'");
    }
    if (domain->is_literal()) {
        return bad_input(quoted(text) + " is an address literal, which nobody owns; name a domain");
    }
    return domain;
}

Result<mime::Domain> ownable_domain(std::string_view text) {
    SG_TRY(mime::Domain domain, domain_name(text));
    if (IpAddress::parse(domain.ascii())) {
        return bad_input(quoted(text) +
                         " is an IP address, not a domain; mail addresses have names");
    }
    if (policy::is_public_suffix(domain)) {
        return bad_input(
            quoted(text) +
            " is a public suffix: strangers register their names below it, so it cannot "
            "be yours; name your own domain below it");
    }
    return domain;
}

std::string unicode_form(const mime::Domain& domain) {
    if (domain.ascii().find("xn--") == std::string::npos) return domain.ascii();
    char* out = nullptr;
    if (idn2_to_unicode_8z8z(domain.ascii().c_str(), &out, 0) != IDN2_OK) return domain.ascii();
    const std::unique_ptr<char, void (*)(void*)> owned(out, idn2_free);
    return owned.get();
}

}  // namespace sealgate::admin
