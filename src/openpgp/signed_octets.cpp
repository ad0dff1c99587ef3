// SPDX-License-Identifier: Apache-2.0
#include "openpgp/signed_octets.h"

#include "openpgp/algorithms.h"

#include <cstring>

namespace sealgate::openpgp {

void CanonicalText::convert(std::string_view piece, std::string& out) {
    std::size_t taken = 0;
    for (std::size_t at = piece.find('\n'); at != std::string_view::npos;
         at = piece.find('\n', at + 1)) {
        const bool has_cr = at > 0 ? piece[at - 1] == '\r' : after_cr_;
        if (has_cr) continue;
        out.append(piece, taken, at - taken).append("\r");
        taken = at;
    }
    out.append(piece, taken);
    if (!piece.empty()) after_cr_ = piece.back() == '\r';
}

void SignedOctets::expect(const Signature& signature) {
    expect(signature.type(), signature.hash_id(), signature.salt());
}

void SignedOctets::expect(SignatureType type, std::uint8_t hash, std::string_view salt) {
    if (begun_ || (type != SignatureType::binary && type != SignatureType::text)) return;
    const bool text = type == SignatureType::text;
    const auto algorithm = hash_of(hash);
    if (!algorithm || find(text, hash, salt) != nullptr) return;
    Running& made = running_.emplace_back(text, hash, std::string(salt), crypto::Hash(*algorithm));
    made.hash.update(salt);
    any_text_ = any_text_ || text;
}

void SignedOctets::update(std::string_view octets) {
    begun_ = true;
    if (any_text_) {
        converted_.clear();
        canonical_.convert(octets, converted_);
    }
    for (Running& one : running_)
        one.hash.update(one.text ? std::string_view(converted_) : octets);
    explicit_bzero(converted_.data(), converted_.size());
}

std::optional<crypto::Hash> SignedOctets::hash_for(const Signature& signature) const {
    if (signature.type() != SignatureType::binary && signature.type() != SignatureType::text) {
        return std::nullopt;
    }
    const Running* const running =
        find(signature.type() == SignatureType::text, signature.hash_id(), signature.salt());
    if (running == nullptr) return std::nullopt;
    return running->hash.copy();
}

const SignedOctets::Running* SignedOctets::find(bool text,
                                                std::uint8_t hash,
                                                std::string_view salt) const {
    for (const Running& one : running_) {
        if (one.text == text && one.id == hash && one.salt == salt) return &one;
    }
    return nullptr;
}

}  // namespace sealgate::openpgp
