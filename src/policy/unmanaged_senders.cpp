// SPDX-License-Identifier: Apache-2.0
#include "policy/unmanaged_senders.h"

#include "base/text.h"

#include <algorithm>
#include <utility>

namespace sealgate::policy {

std::string_view to_string(UnmanagedAction action) {
    switch (action) {
        case UnmanagedAction::reject:
            return "reject";
        case UnmanagedAction::bounce:
            return "bounce";
        case UnmanagedAction::pass:
            return "pass";
    }
    return "reject";
}

std::optional<UnmanagedAction> parse_unmanaged_action(std::string_view text) {
    for (const auto action :
         {UnmanagedAction::reject, UnmanagedAction::bounce, UnmanagedAction::pass}) {
        if (text == to_string(action)) return action;
    }
    return std::nullopt;
}

Result<DomainPattern> DomainPattern::parse(std::string_view text) {
    DomainPattern pattern;
    if (text == "*") return pattern;
    const bool suffix = text.starts_with('.');
    auto domain = mime::Domain::parse(suffix ? text.substr(1) : text);
    if (!domain || (suffix && domain->is_literal())) {
        return fail(ErrorKind::malformed,
                    "policy.pattern",
                    "'" + escape_for_log(text, 300) +
                        "' is not a domain pattern; write 'example.com' for one domain, "
                        "'.example.com' for it and its subdomains, or '*' for all");
    }
    pattern.kind_ = suffix ? Kind::suffix : Kind::exact;
    pattern.text_ = (suffix ? "." : "") + domain->ascii();
    pattern.domain_ = *std::move(domain);
    return pattern;
}

bool DomainPattern::matches(const mime::Domain& domain) const {
    switch (kind_) {
        case Kind::any:
            return true;
        case Kind::exact:
            return domain == domain_;
        case Kind::suffix:
            return domain == domain_ || domain.is_subdomain_of(domain_);
    }
    return false;
}

UnmanagedAction UnmanagedSenders::decide(std::string_view listener,
                                         const IpAddress& source,
                                         const mime::Domain& sender_domain) const {
    const auto found = std::ranges::find_if(overrides, [&](const UnmanagedOverride& candidate) {
        return (candidate.listener.empty() || candidate.listener == listener) &&
               (!candidate.network || candidate.network->contains(source)) &&
               (!candidate.domain || candidate.domain->matches(sender_domain));
    });
    return found == overrides.end() ? action : found->action;
}

}  // namespace sealgate::policy
