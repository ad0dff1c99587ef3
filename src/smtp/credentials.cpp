// SPDX-License-Identifier: Apache-2.0
#include "smtp/credentials.h"

#include "base/text.h"
#include "crypto/base64.h"

#include <algorithm>
#include <cstring>

namespace sealgate::smtp {

namespace {

constexpr std::size_t kMaxPart = 255;  // RFC 4616 section 2

bool is_fit(std::string_view part) {
    return !part.empty() && part.size() <= kMaxPart && !part.contains('\0');
}

// A short string is copied when it is moved: nothing of it stays behind.
SecretBytes keep(std::string&& text) {
    SecretBytes kept{std::string(text)};
    explicit_bzero(text.data(), text.size());
    return kept;
}

}  // namespace

std::optional<Mechanism> parse_mechanism(std::string_view text) {
    if (iequals(text, "PLAIN")) return Mechanism::plain;
    if (iequals(text, "LOGIN")) return Mechanism::login;
    return std::nullopt;
}

std::optional<SecretBytes> decode_response(std::string_view text) {
    auto decoded = crypto::base64_decode(text);
    if (!decoded) return std::nullopt;
    return keep(*std::move(decoded));
}

std::optional<Credentials> read_plain(const SecretBytes& message) {
    const std::string_view text = message.view();
    const std::size_t first = text.find('\0');
    if (first == std::string_view::npos || first > kMaxPart) return std::nullopt;
    const std::size_t second = text.find('\0', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    const std::string_view user = text.substr(first + 1, second - first - 1);
    const std::string_view password = text.substr(second + 1);
    if (!is_fit(user) || !is_fit(password)) return std::nullopt;
    return Credentials{
        std::string(text.substr(0, first)), std::string(user), SecretBytes(std::string(password))};
}

std::optional<Credentials> read_login(const SecretBytes& user, SecretBytes password) {
    if (!is_fit(user.view()) || !is_fit(password.view())) return std::nullopt;
    return Credentials{"", std::string(user.view()), std::move(password)};
}

SecretBytes plain_response(const Credentials& credentials) {
    std::string message;
    message.reserve(3 * kMaxPart + 2);  // so that no part of it is left elsewhere
    message.append(credentials.acting_as).append(1, '\0').append(credentials.user);
    message.append(1, '\0').append(credentials.password.view());
    const SecretBytes kept = keep(std::move(message));
    return keep(crypto::base64_encode(kept.view()));
}

SecretBytes login_response(std::string_view user_or_password) {
    return keep(crypto::base64_encode(user_or_password));
}

}  // namespace sealgate::smtp
