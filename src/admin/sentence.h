#pragma once
// SPDX-License-Identifier: Apache-2.0
// Refusals that several functions have in common, and names as people read them. Internal.

#include "admin/context.h"
#include "mime/address.h"

#include <string>
#include <string_view>

namespace sealgate::admin {

// "domain 'example.com' is managed by file: change it in ..., line 12, and reload"
[[nodiscard]] std::unexpected<Error> managed_by_file(std::string_view object,
                                                     const config::Origin& origin);
[[nodiscard]] std::unexpected<Error> bad_input(std::string sentence);
[[nodiscard]] std::unexpected<Error> no_such(std::string sentence);
// 'text', safe for a line.
[[nodiscard]] std::string quoted(std::string_view text);

// A domain name that an administrator wrote; malformed, with a sentence, also for a literal.
[[nodiscard]] Result<mime::Domain> domain_name(std::string_view text);
// The same for a domain that is to be managed; malformed also: an IP address, or a public suffix,
// which belongs to nobody.
[[nodiscard]] Result<mime::Domain> ownable_domain(std::string_view text);
// With U-labels; the A-label form where that is not possible.
[[nodiscard]] std::string unicode_form(const mime::Domain& domain);

}  // namespace sealgate::admin
