#pragma once
// SPDX-License-Identifier: Apache-2.0
// What a user signs in with (RFC 4954, RFC 4616, LOGIN), read from one session and written to
// another. The password is wiped when it goes.

#include "base/secret.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sealgate::smtp {

enum class Mechanism : std::uint8_t { plain, login };
// Any case; nullopt: not one of ours.
[[nodiscard]] std::optional<Mechanism> parse_mechanism(std::string_view text);

struct Credentials {
    std::string acting_as;  // PLAIN's authorization identity; "" = the user's own
    std::string user;
    SecretBytes password;
};

// Octets of a line of the exchange with CRLF (RFC 4954 section 4).
inline constexpr std::size_t kMaxAuthLine = 12'288;

// One response, from strict base 64. nullopt: it is none.
[[nodiscard]] std::optional<SecretBytes> decode_response(std::string_view text);
// PLAIN's message, decoded: acting-as NUL user NUL password. nullopt: other than that, no user or
// password, or more than 255 octets of any.
[[nodiscard]] std::optional<Credentials> read_plain(const SecretBytes& message);
[[nodiscard]] std::optional<Credentials> read_login(const SecretBytes& user, SecretBytes password);

// Responses as they are sent, without CRLF.
[[nodiscard]] SecretBytes plain_response(const Credentials& credentials);
[[nodiscard]] SecretBytes login_response(std::string_view user_or_password);

}  // namespace sealgate::smtp
