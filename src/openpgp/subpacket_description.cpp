// SPDX-License-Identifier: Apache-2.0
#include "openpgp/subpacket_description.h"

#include "base/units.h"
#include "openpgp/algorithms.h"
#include "openpgp/date_text.h"
#include "openpgp/octet_reader.h"
#include "openpgp/packet_description.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <functional>
#include <span>
#include <utility>

namespace sealgate::openpgp {
namespace {

using Word = std::pair<std::uint8_t, std::string_view>;  // a bit and what it means

std::string words_of(std::string_view octets, std::span<const Word> words) {
    const auto first = octets.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(octets[0]);
    std::string out;
    unsigned left = first;
    for (const auto& [bit, word] : words) {
        if ((first & bit) == 0) continue;
        left &= ~static_cast<unsigned>(bit);
        out += fmt::format("{}{}", out.empty() ? "" : ", ", word);
    }
    if (left != 0) out += fmt::format("{}0x{:02x}", out.empty() ? "" : ", ", left);
    if (octets.size() > 1) out += fmt::format(" and {}", hex_start(octets.substr(1)));
    return out.empty() ? "none" : out;
}

std::string key_flags(std::string_view octets) {
    static constexpr std::array<Word, 7> kWords = {{{0x01, "certify"},
                                                    {0x02, "sign"},
                                                    {0x04, "encrypt communications"},
                                                    {0x08, "encrypt storage"},
                                                    {0x10, "split"},
                                                    {0x20, "authenticate"},
                                                    {0x80, "held by several"}}};
    return words_of(octets, kWords);
}

std::string features(std::string_view octets) {
    static constexpr std::array<Word, 4> kWords = {{{0x01, "SEIPD version 1"},
                                                    {0x02, "OCB packets of LibrePGP"},
                                                    {0x04, "version 5 keys of LibrePGP"},
                                                    {0x08, "SEIPD version 2"}}};
    return words_of(octets, kWords);
}

std::string list(std::string_view octets, const std::function<std::string(std::uint8_t)>& name) {
    std::string out;
    for (const char c : octets)
        out += fmt::format("{}{}", out.empty() ? "" : ", ", name(static_cast<std::uint8_t>(c)));
    return out.empty() ? "none" : out;
}

std::string ciphersuites(std::string_view octets) {
    std::string out;
    for (; octets.size() >= 2; octets.remove_prefix(2)) {
        out += fmt::format("{}{} with {}",
                           out.empty() ? "" : ", ",
                           cipher_name(static_cast<std::uint8_t>(octets[0])),
                           aead_name(static_cast<std::uint8_t>(octets[1])));
    }
    return out.empty() ? "none" : out;
}

std::string yes_or_no(std::string_view octets) {
    return !octets.empty() && octets[0] != 0 ? "yes" : "no";
}

std::string duration(OctetReader& in) {
    const std::uint32_t seconds = in.u32();
    return seconds == 0 ? "never" : "after " + format_duration(std::chrono::seconds(seconds));
}

std::string notation(OctetReader& in) {
    const bool text = (in.u8() & 0x80U) != 0;
    (void)in.take(3);
    const std::size_t name_size = in.u16();
    const std::size_t value_size = in.u16();
    const std::string_view name = in.take(name_size);
    const std::string_view value = in.take(value_size);
    return fmt::format("{} = {}", shown(name), text ? shown(value) : hex_start(value));
}

std::string revocation_reason(OctetReader& in) {
    const std::uint8_t code = in.u8();
    std::string_view word = "unknown reason";
    switch (code) {
        case 0:
            word = "no reason";
            break;
        case 1:
            word = "superseded";
            break;
        case 2:
            word = "compromised";
            break;
        case 3:
            word = "retired";
            break;
        case 32:
            word = "user ID no longer valid";
            break;
        default:
            break;
    }
    const std::string_view text = in.take_rest();
    return fmt::format("{} ({}){}{}", word, code, text.empty() ? "" : ": ", shown(text));
}

std::string fingerprint(OctetReader& in) {
    const int version = in.u8();
    return fmt::format("version {}, {}", version, to_hex_upper(in.take_rest()));
}

}  // namespace

std::string describe_subpacket(const Subpacket& subpacket) {
    const std::string_view body = subpacket.body;
    OctetReader in(body);
    switch (subpacket.type) {
        case SubpacketType::created:
            return date_text(in.u32());
        case SubpacketType::expires_after:
        case SubpacketType::key_expires_after:
            return duration(in);
        case SubpacketType::exportable:
        case SubpacketType::revocable:
        case SubpacketType::primary_user_id:
            return yes_or_no(body);
        case SubpacketType::trust: {
            const int depth = in.u8();
            return fmt::format("depth {}, amount {}", depth, in.u8());
        }
        case SubpacketType::regular_expression:
        case SubpacketType::preferred_key_server:
        case SubpacketType::policy_uri:
        case SubpacketType::signer_user_id:
            return shown(body);
        case SubpacketType::preferred_ciphers:
            return list(body, cipher_name);
        case SubpacketType::preferred_hashes:
            return list(body, hash_name);
        case SubpacketType::preferred_compression:
            return list(body, compression_name);
        case SubpacketType::preferred_aead:
            return list(body, aead_name);
        case SubpacketType::preferred_aead_ciphersuites:
            return ciphersuites(body);
        case SubpacketType::revocation_key: {
            (void)in.u8();
            const auto algorithm = static_cast<PublicKeyAlgorithm>(in.u8());
            return fmt::format("{}, {}", to_hex_upper(in.take_rest()), to_string(algorithm));
        }
        case SubpacketType::issuer:
            return to_hex_upper(body);
        case SubpacketType::notation:
            return notation(in);
        case SubpacketType::key_flags:
            return key_flags(body);
        case SubpacketType::features:
            return features(body);
        case SubpacketType::revocation_reason:
            return revocation_reason(in);
        case SubpacketType::signature_target: {
            const auto algorithm = static_cast<PublicKeyAlgorithm>(in.u8());
            const std::string hash = hash_name(in.u8());
            return fmt::format("{}, {}, {}", to_string(algorithm), hash, hex_start(in.take_rest()));
        }
        case SubpacketType::issuer_fingerprint:
        case SubpacketType::intended_recipient:
            return fingerprint(in);
        case SubpacketType::embedded_signature:
            return {};
        case SubpacketType::key_server_preferences:
            break;
    }
    return hex_start(body);
}

}  // namespace sealgate::openpgp
