// SPDX-License-Identifier: Apache-2.0
#include "cli/sop/material.h"

#include "base/secret.h"
#include "base/text.h"
#include "cli/sop/indirect.h"
#include "openpgp/packet_stream.h"

#include <fmt/format.h>

#include <algorithm>

namespace sealgate::cli::sop {

namespace {

using openpgp::ArmorKind;
using openpgp::Tag;

openpgp::ArmorLimits armor_limits() {
    openpgp::ArmorLimits limits;
    limits.max_octets = kInputLimit;
    return limits;
}

std::unexpected<Failure> bad(std::string_view name, std::string_view reason) {
    return give_up(Exit::bad_data, fmt::format("{}: {}.", escape_for_log(name, 256), reason));
}

// All blocks of an armoured file of keys, or of `input` as it is.
Outcome<std::string> all_blocks(std::string input, std::string_view name, ArmorKind kind) {
    if (!openpgp::is_armored(input)) return input;
    const SecretBytes text(std::move(input));
    const auto blocks = openpgp::dearmor_all(text.view(), armor_limits());
    if (!blocks) return failed(Exit::bad_data, name, blocks.error());
    std::string out;
    for (const openpgp::Armored& block : *blocks) {
        if (block.kind != kind) {
            return bad(name, fmt::format("a PGP {} has no place here", to_string(block.kind)));
        }
        out += block.octets;
    }
    return out;
}

Outcome<std::vector<openpgp::Certificate>> read_ring(std::string_view octets,
                                                     std::string_view name,
                                                     ThirdParty third_party) {
    openpgp::CertificateLimits limits;
    limits.third_party = third_party == ThirdParty::keep;
    auto ring = openpgp::read_certificates(octets, limits);
    if (!ring) return failed(Exit::bad_data, name, ring.error());
    if (ring->certificates.empty()) {
        return bad(name,
                   ring->notes.empty() ? "there is no certificate in it"
                                       : escape_for_log(ring->notes.front()));
    }
    return std::move(ring->certificates);
}

// Of the packets that may be of a version that only readers of RFC 9580 know.
bool has_version(Tag tag) {
    switch (tag) {
        case Tag::public_key:
        case Tag::secret_key:
        case Tag::signature:
        case Tag::one_pass_signature:
        case Tag::public_key_session_key:
        case Tag::symmetric_key_session_key:
        case Tag::integrity_protected_data:
            return true;
        default:
            return false;
    }
}

struct Outline {
    std::optional<Tag> first;
    bool only_signatures = true;
    bool new_version = false;
};

Result<Outline> outline_of(std::string_view packets) {
    Outline out;
    openpgp::MemorySource source(packets);
    openpgp::PacketStream stream(source);
    for (;;) {
        SG_TRY(const auto header, stream.next());
        if (!header) return out;
        const Tag tag = header->tag;
        if (has_version(tag)) {
            char version = 0;
            SG_TRY(const std::size_t count, stream.read(&version, 1));
            const char wanted = tag == Tag::integrity_protected_data ? 2 : 6;
            out.new_version = out.new_version || (count == 1 && version == wanted);
        }
        SG_TRYV(stream.skip());
        if (tag == Tag::marker || tag == Tag::padding) continue;
        if (!out.first) out.first = tag;
        if (tag != Tag::signature) out.only_signatures = false;
    }
}

}  // namespace

std::unexpected<Failure> failed(Exit code, std::string_view name, const Error& error) {
    return give_up(
        code, fmt::format("{}: {}.", escape_for_log(name, 256), escape_for_log(error.detail())));
}

Outcome<std::string> binary_of(std::string input,
                               std::string_view name,
                               std::initializer_list<ArmorKind> kinds) {
    if (input.empty()) return bad(name, "it is empty");
    if (!openpgp::is_armored(input)) return input;
    auto block = openpgp::dearmor(input, armor_limits());
    if (!block) return failed(Exit::bad_data, name, block.error());
    if (std::ranges::find(kinds, block->kind) == kinds.end()) {
        return bad(name, fmt::format("a PGP {} has no place here", to_string(block->kind)));
    }
    return std::move(block->octets);
}

std::string armored(ArmorKind kind, std::string_view packets) {
    const auto outline = outline_of(packets);
    const bool only_new = outline && outline->new_version;
    return openpgp::armor(
        kind, packets, only_new ? openpgp::ArmorChecksum::without : openpgp::ArmorChecksum::with);
}

Outcome<std::vector<openpgp::Certificate>> certificates_of(std::string input,
                                                           std::string_view name,
                                                           ThirdParty third_party) {
    SG_TRY(const std::string octets, all_blocks(std::move(input), name, ArmorKind::public_key));
    SG_TRY(auto all, read_ring(octets, name, third_party));
    if (std::ranges::any_of(all, &openpgp::Certificate::is_secret)) {
        return bad(name, "a secret key where certificates belong");
    }
    return all;
}

Outcome<std::vector<openpgp::Certificate>> keys_of(std::string input, std::string_view name) {
    SG_TRY(std::string octets, all_blocks(std::move(input), name, ArmorKind::private_key));
    const SecretBytes secret(std::move(octets));
    SG_TRY(auto all, read_ring(secret.view(), name, ThirdParty::keep));
    if (!std::ranges::all_of(all, &openpgp::Certificate::is_secret)) {
        return bad(name, "a certificate where secret keys belong");
    }
    return all;
}

Outcome<Certificates> read_certificates(const std::vector<std::string>& names,
                                        ThirdParty third_party) {
    Certificates out;
    for (const std::string& name : names) {
        SG_TRY(std::string input, read_input(name));
        SG_TRY(auto all, certificates_of(std::move(input), name, third_party));
        for (openpgp::Certificate& one : all) {
            out.all.push_back(std::make_shared<const openpgp::CheckedCertificate>(std::move(one)));
            out.names.push_back(name);
        }
    }
    return out;
}

Outcome<ArmorKind> kind_of(std::string_view packets, std::string_view name) {
    const auto outline = outline_of(packets);
    if (!outline) return failed(Exit::bad_data, name, outline.error());
    if (!outline->first) return bad(name, "there is no OpenPGP packet in it");
    switch (*outline->first) {
        case Tag::secret_key:
            return ArmorKind::private_key;
        case Tag::public_key:
            return ArmorKind::public_key;
        case Tag::signature:
            return outline->only_signatures ? ArmorKind::signature : ArmorKind::message;
        case Tag::public_key_session_key:
        case Tag::symmetric_key_session_key:
        case Tag::one_pass_signature:
        case Tag::compressed_data:
        case Tag::encrypted_data:
        case Tag::literal_data:
        case Tag::integrity_protected_data:
        case Tag::ocb_encrypted_data:
            return ArmorKind::message;
        default:
            return bad(name, "nothing of OpenPGP begins with a " + to_string(*outline->first));
    }
}

}  // namespace sealgate::cli::sop
