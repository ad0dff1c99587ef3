// SPDX-License-Identifier: Apache-2.0
#include "openpgp/certificate.h"

#include "openpgp/certificate_bounds.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace sealgate::openpgp {
namespace {

constexpr std::string_view kWhere = "openpgp.certificate";
constexpr std::size_t kMaxNotes = 100;

void note(std::vector<std::string>& notes, std::string text) {
    if (notes.size() < kMaxNotes) notes.push_back(std::move(text));
}

void append(std::vector<SignaturePtr>& to, const std::vector<SignaturePtr>& from) {
    to.insert(to.end(), from.begin(), from.end());
}

class Reader {
public:
    Reader(std::string_view octets, const CertificateLimits& limits)
        : walker_(octets),
          limits_(limits) {}

    Result<Keyring> run() {
        for (std::size_t packets = 0;; ++packets) {
            if (packets == limits_.packets) {
                return fail(ErrorKind::exhausted,
                            kWhere,
                            fmt::format("more than {} packets", limits_.packets));
            }
            SG_TRY(const std::optional<Packet> packet, walker_.next());
            if (!packet) break;
            SG_TRYV(take(*packet));
        }
        end_certificate();
        return std::move(out_);
    }

private:
    Status take(const Packet& packet) {
        switch (packet.tag) {
            case Tag::public_key:
            case Tag::secret_key:
                return begin_certificate(packet);
            case Tag::public_subkey:
            case Tag::secret_subkey:
                return take_subkey(packet);
            case Tag::user_id:
            case Tag::user_attribute:
                return take_user_id(packet);
            case Tag::signature:
                return take_signature(packet);
            case Tag::marker:
            case Tag::padding:
            case Tag::trust:
                return {};
            default:
                break;
        }
        if (is_known(packet.tag) || is_critical(packet.tag)) {
            return bad_packet(ErrorKind::malformed, kWhere, packet, "it has no place among keys");
        }
        signatures_ = nullptr;  // what follows belongs to something unknown
        return {};
    }

    Status begin_certificate(const Packet& packet) {
        end_certificate();
        proven_user_ids_.clear();
        proven_subkeys_.clear();
        if (out_.certificates.size() == limits_.certificates) {
            return bad_packet(ErrorKind::exhausted,
                              kWhere,
                              packet,
                              fmt::format("more than {} certificates", limits_.certificates));
        }
        any_ = true;
        octets_ = 0;
        if (!fits(packet)) return {};
        auto key = Key::parse(packet);
        if (!key) {
            if (key.error().kind() == ErrorKind::malformed) {
                return std::unexpected(std::move(key).error());
            }
            leave_out(std::move(key).error());
            return {};
        }
        current_.emplace();
        current_->primary = *std::move(key);
        signatures_ = &current_->signatures;
        return {};
    }

    void end_certificate() {
        if (!current_) return;
        if (auto kept = keep_within(*current_, limits_); !kept) {
            leave_out(std::move(kept).error());
            return;
        }
        out_.certificates.push_back(*std::move(current_));
        current_.reset();
        signatures_ = nullptr;
    }

    // The certificate that is being read is not one of the ring: whoever added too much to it must
    // not cost the owner of the ring all the others.
    void leave_out(Error error) {
        note(out_.notes, error.detail());
        if (!first_refusal_) first_refusal_ = std::move(error);
        current_.reset();
        signatures_ = nullptr;
        proven_user_ids_.clear();
        proven_subkeys_.clear();
    }

    // Counts what is kept. False: there is no room for it, and the certificate is left out.
    [[nodiscard]] bool fits(const Packet& packet) {
        if (packet.body.size() <= limits_.octets - octets_) {
            octets_ += packet.body.size();
            return true;
        }
        leave_out(Error(ErrorKind::exhausted,
                        kWhere,
                        fmt::format("{} at octet {}: the certificate has more than {} octets",
                                    to_string(packet.tag),
                                    packet.offset,
                                    limits_.octets)));
        return false;
    }
    [[nodiscard]] std::unexpected<Error> too_early(const Packet& packet) const {
        return bad_packet(ErrorKind::malformed, kWhere, packet, "before any key");
    }

    Status take_subkey(const Packet& packet) {
        if (!any_) return too_early(packet);
        signatures_ = nullptr;
        if (!current_) return {};
        if (!fits(packet)) return {};
        auto key = Key::parse(packet);
        if (!key) {  // it is passed over alone; the rest of the certificate has not changed
            note(current_->notes, key.error().detail());
            return {};
        }
        if ((*key)->version() != current_->primary->version()) {
            note(
                current_->notes,
                fmt::format("subkey at octet {}: not of its primary key's version", packet.offset));
            return {};
        }
        const auto same = std::ranges::find_if(current_->subkeys, [&key](const Subkey& one) {
            return one.key->fingerprint() == (*key)->fingerprint();
        });
        if (same != current_->subkeys.end()) {
            signatures_ = &same->signatures;
            return {};
        }
        if (current_->subkeys.size() == limits_.subkeys && !make_room_for_subkey()) {
            note(current_->notes,
                 fmt::format("subkey at octet {}: more than {}", packet.offset, limits_.subkeys));
            return {};
        }
        signatures_ = &current_->subkeys.emplace_back(*std::move(key)).signatures;
        return {};
    }

    Status take_user_id(const Packet& packet) {
        if (!any_) return too_early(packet);
        signatures_ = nullptr;
        if (!current_) return {};
        const bool attribute = packet.tag == Tag::user_attribute;
        const auto same = std::ranges::find_if(current_->user_ids, [&](const UserId& one) {
            return one.attribute == attribute && one.value == packet.body;
        });
        if (same != current_->user_ids.end()) {
            signatures_ = &same->signatures;
            return {};
        }
        const auto count = static_cast<std::size_t>(
            std::ranges::count(current_->user_ids, attribute, &UserId::attribute));
        if ((!attribute && packet.body.size() > limits_.user_id_octets) ||
            (count == limits_.user_ids && !make_room_for_user_id(attribute))) {
            note(
                current_->notes,
                fmt::format(
                    "{} at octet {}: too many, or too long", to_string(packet.tag), packet.offset));
            return {};
        }
        if (!fits(packet)) return {};
        UserId& made = current_->user_ids.emplace_back();
        made.value = packet.body;
        made.attribute = attribute;
        signatures_ = &made.signatures;
        return {};
    }

    // Whoever puts a hundred user IDs before that of the owner must not take its place: one that
    // the primary key has not signed gives way. Each is looked at once, so the work stays linear.
    template <class Part, class Wanted, class Check>
    [[nodiscard]] bool make_room(std::vector<Part>& parts,
                                 std::vector<bool>& proven,
                                 const Wanted& wanted,
                                 const Check& check) {
        proven.resize(parts.size());
        for (std::size_t i = 0; i < parts.size(); ++i) {
            if (proven[i] || !wanted(parts[i])) continue;
            const auto self_signed =
                is_self_signed(*current_, parts[i].signatures, [&](const Signature& one) {
                    return check(one, parts[i]);
                });
            if (!self_signed) return false;
            if (!*self_signed) {
                note(current_->notes, "without a self-signature, and one of too many: left out");
                parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(i));
                proven.erase(proven.begin() + static_cast<std::ptrdiff_t>(i));
                return true;
            }
            proven[i] = true;
        }
        return false;
    }
    [[nodiscard]] bool make_room_for_user_id(bool attribute) {
        const Key& primary = *current_->primary;
        return make_room(
            current_->user_ids,
            proven_user_ids_,
            [attribute](const UserId& one) { return one.attribute == attribute; },
            [&primary](const Signature& one, const UserId& user_id) {
                return check_over_user_id(one, primary, primary, user_id.value, user_id.attribute);
            });
    }
    [[nodiscard]] bool make_room_for_subkey() {
        const Key& primary = *current_->primary;
        return make_room(
            current_->subkeys,
            proven_subkeys_,
            [](const Subkey&) { return true; },
            [&primary](const Signature& one, const Subkey& subkey) {
                return check_over_subkey(one, primary, primary, *subkey.key);
            });
    }

    Status take_signature(const Packet& packet) {
        if (!any_) return too_early(packet);
        if (!current_) return {};
        auto signature = Signature::parse(packet, limits_.signature);
        if (!signature) {  // junk beside good signatures must not cost the good ones
            note(current_->notes, signature.error().detail());
            return {};
        }
        // Certifications by others are not even kept until the end: there may be 150 000 of them.
        const bool own = (*signature)->may_be_from(*current_->primary);
        if (!own && !limits_.third_party && !is_revocation((*signature)->type())) return {};
        // A revocation of the key is put behind it by some, and at the end of the file by others.
        const SignatureType type = (*signature)->type();
        const bool of_primary =
            type == SignatureType::key_revocation || type == SignatureType::direct_key;
        std::vector<SignaturePtr>* const place = of_primary ? &current_->signatures : signatures_;
        if (place == nullptr || !fits(packet)) return {};
        place->push_back(*std::move(signature));
        return {};
    }

    friend Result<Certificate> read_one(std::string_view, const CertificateLimits&);

    PacketWalker walker_;
    const CertificateLimits& limits_;
    Keyring out_;
    std::optional<Certificate> current_;
    std::vector<SignaturePtr>* signatures_ = nullptr;  // of the component that was read last
    std::size_t octets_ = 0;
    bool any_ = false;  // a primary key was seen, perhaps one that is passed over
    std::optional<Error> first_refusal_;
    // Of the current certificate, by place: those that are known to have a self-signature.
    std::vector<bool> proven_user_ids_;
    std::vector<bool> proven_subkeys_;
};

Result<Certificate> read_one(std::string_view octets, const CertificateLimits& limits) {
    Reader reader(octets, limits);
    SG_TRY(Keyring ring, reader.run());
    if (ring.certificates.empty() && reader.first_refusal_) return fail(*reader.first_refusal_);
    if (ring.certificates.size() != 1) {
        return fail(ErrorKind::malformed,
                    kWhere,
                    fmt::format("{} certificates instead of one", ring.certificates.size()));
    }
    return std::move(ring.certificates.front());
}

void put_signatures(std::string& out,
                    const std::vector<SignaturePtr>& signatures,
                    SecretParts secrets) {
    for (const SignaturePtr& signature : signatures) {
        if (secrets == SecretParts::leave_out && !signature->exportable() &&
            !is_revocation(signature->type())) {
            continue;
        }
        put_packet(out, Tag::signature, signature->body());
    }
}

void put_key(std::string& out, const Key& key, bool primary, SecretParts secrets) {
    if (secrets == SecretParts::leave_out || !key.is_secret()) {
        put_packet(out, primary ? Tag::public_key : Tag::public_subkey, key.public_body());
        return;
    }
    std::string body(key.public_body());
    body += key.secret_part();
    put_packet(out, primary ? Tag::secret_key : Tag::secret_subkey, body);
    explicit_bzero(body.data(), body.size());
}

}  // namespace

bool Certificate::is_secret() const {
    return primary->is_secret() ||
           std::ranges::any_of(subkeys, [](const Subkey& one) { return one.key->is_secret(); });
}

Result<Keyring> read_certificates(std::string_view octets, const CertificateLimits& limits) {
    return Reader(octets, limits).run();
}

Result<Certificate> read_certificate(std::string_view octets, const CertificateLimits& limits) {
    return read_one(octets, limits);
}

Result<Certificate> merge(const Certificate& a,
                          const Certificate& b,
                          const CertificateLimits& limits) {
    if (a.fingerprint() != b.fingerprint()) {
        return fail(ErrorKind::refused, kWhere, "certificates of two primary keys");
    }
    Certificate out = a;
    if (!out.primary->is_secret()) out.primary = b.primary;
    append(out.signatures, b.signatures);
    for (const UserId& theirs : b.user_ids) {
        const auto same = std::ranges::find_if(out.user_ids, [&theirs](const UserId& one) {
            return one.attribute == theirs.attribute && one.value == theirs.value;
        });
        if (same != out.user_ids.end()) {
            append(same->signatures, theirs.signatures);
        } else {
            out.user_ids.push_back(theirs);
        }
    }
    for (const Subkey& theirs : b.subkeys) {
        const auto same = std::ranges::find_if(out.subkeys, [&theirs](const Subkey& one) {
            return one.key->fingerprint() == theirs.key->fingerprint();
        });
        if (same == out.subkeys.end()) {
            out.subkeys.push_back(theirs);
            continue;
        }
        if (!same->key->is_secret()) same->key = theirs.key;
        append(same->signatures, theirs.signatures);
    }
    out.checks = 0;
    SG_TRYV(keep_within(out, limits));
    return out;
}

std::string write_certificate(const Certificate& certificate, SecretParts secrets) {
    std::string out;
    put_key(out, *certificate.primary, true, secrets);
    put_signatures(out, certificate.signatures, secrets);
    for (const UserId& user_id : certificate.user_ids) {
        put_packet(out, user_id.attribute ? Tag::user_attribute : Tag::user_id, user_id.value);
        put_signatures(out, user_id.signatures, secrets);
    }
    for (const Subkey& subkey : certificate.subkeys) {
        put_key(out, *subkey.key, false, secrets);
        put_signatures(out, subkey.signatures, secrets);
    }
    return out;
}

}  // namespace sealgate::openpgp
