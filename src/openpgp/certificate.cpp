// SPDX-License-Identifier: Apache-2.0
#include "openpgp/certificate.h"

#include "openpgp/signature_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <unordered_map>

namespace sealgate::openpgp {
namespace {

constexpr std::string_view kWhere = "openpgp.certificate";
constexpr std::size_t kMaxNotes = 100;
constexpr std::size_t kMaxCutChecks = 200;

void note(std::vector<std::string>& notes, std::string text) {
    if (notes.size() < kMaxNotes) notes.push_back(std::move(text));
}

Timestamp age_of(const SignaturePtr& signature) {
    return signature->created().value_or(0);
}

void append(std::vector<SignaturePtr>& to, const std::vector<SignaturePtr>& from) {
    to.insert(to.end(), from.begin(), from.end());
}

bool appoints(const Certificate& certificate, const Signature& revocation) {
    const auto names = [&revocation](const std::vector<SignaturePtr>& signatures) {
        return std::ranges::any_of(signatures, [&](const SignaturePtr& one) {
            return std::ranges::any_of(one->revocation_keys(), [&](const RevocationKey& key) {
                const auto& prints = revocation.issuer_fingerprints();
                const auto& ids = revocation.issuer_ids();
                return std::ranges::find(prints, key.fingerprint) != prints.end() ||
                       std::ranges::find(ids, key_id_of(key.fingerprint)) != ids.end();
            });
        });
    };
    return names(certificate.signatures) ||
           std::ranges::any_of(certificate.user_ids,
                               [&](const UserId& user_id) { return names(user_id.signatures); });
}

// Each signature once. Of two that differ in their unhashed areas only, the one whose embedded
// signature can be read.
void drop_copies(std::vector<SignaturePtr>& signatures) {
    std::unordered_map<std::string, std::size_t> seen;
    std::vector<SignaturePtr> kept;
    kept.reserve(signatures.size());
    for (SignaturePtr& signature : signatures) {
        const auto [at, fresh] = seen.try_emplace(signature->identity(), kept.size());
        if (fresh) {
            kept.push_back(std::move(signature));
        } else if (!kept[at->second]->embedded() && signature->embedded()) {
            kept[at->second] = std::move(signature);
        }
    }
    signatures = std::move(kept);
}

using Check = std::function<CheckResult(const Signature&)>;

// At most `most` of them, the newest first. When there are more, forged ones (which anybody can
// date as he likes) must not take the place of good ones: then each is verified, within a budget.
void cut(std::vector<SignaturePtr>& signatures, std::size_t most, const Check& check) {
    std::ranges::sort(signatures, [](const SignaturePtr& a, const SignaturePtr& b) {
        if (age_of(a) != age_of(b)) return age_of(a) > age_of(b);
        return a->identity() < b->identity();  // the same order whatever was merged with what
    });
    if (signatures.size() <= most) return;
    std::size_t checks = 0;
    std::erase_if(signatures, [&](const SignaturePtr& one) {
        if (checks == kMaxCutChecks) return true;
        const CheckResult result = check(*one);
        if (result != CheckResult::bad_digest) ++checks;
        return result != CheckResult::good;
    });
    if (signatures.size() > most) signatures.resize(most);
}

// Revocations first; of them, those of the key itself before those of appointed revokers, whose
// certificates are not at hand.
void bound(const Certificate& certificate,
           std::vector<SignaturePtr>& signatures,
           const CertificateLimits& limits,
           const Check& check) {
    drop_copies(signatures);
    std::vector<SignaturePtr> revocations;
    std::vector<SignaturePtr> foreign_revocations;
    std::vector<SignaturePtr> own;
    std::vector<SignaturePtr> foreign;
    for (SignaturePtr& one : signatures) {
        const bool mine = one->may_be_from(*certificate.primary);
        if (is_revocation(one->type())) {
            if (mine) {
                revocations.push_back(std::move(one));
            } else if (limits.third_party || appoints(certificate, *one)) {
                foreign_revocations.push_back(std::move(one));
            }
        } else if (mine) {
            own.push_back(std::move(one));
        } else if (limits.third_party) {
            foreign.push_back(std::move(one));
        }
    }
    const Check keep_all = [](const Signature&) { return CheckResult::good; };
    cut(revocations, limits.signatures, check);
    cut(foreign_revocations, limits.signatures, keep_all);
    cut(own, limits.signatures, check);
    cut(foreign, limits.signatures, keep_all);
    signatures = std::move(revocations);
    append(signatures, foreign_revocations);
    append(signatures, own);
    append(signatures, foreign);
}

void bound(Certificate& certificate, const CertificateLimits& limits) {
    const Key& primary = *certificate.primary;
    // Who may revoke is read from all self-signatures, so each list is changed after the question.
    std::vector<SignaturePtr> direct = certificate.signatures;
    bound(certificate, direct, limits, [&](const Signature& one) {
        return check_over_key(one, primary, primary);
    });
    for (Subkey& subkey : certificate.subkeys) {
        bound(certificate, subkey.signatures, limits, [&](const Signature& one) {
            return check_over_subkey(one, primary, primary, *subkey.key);
        });
    }
    for (UserId& user_id : certificate.user_ids) {
        std::vector<SignaturePtr> signatures = user_id.signatures;
        bound(certificate, signatures, limits, [&](const Signature& one) {
            return check_over_user_id(one, primary, primary, user_id.value, user_id.attribute);
        });
        user_id.signatures = std::move(signatures);
    }
    certificate.signatures = std::move(direct);
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
        if (out_.certificates.size() == limits_.certificates) {
            return bad_packet(ErrorKind::exhausted,
                              kWhere,
                              packet,
                              fmt::format("more than {} certificates", limits_.certificates));
        }
        any_ = true;
        auto key = Key::parse(packet);
        if (!key) {
            if (key.error().kind() == ErrorKind::malformed) {
                return std::unexpected(std::move(key).error());
            }
            note(out_.notes, key.error().detail());
            first_refusal_ = first_refusal_ ? first_refusal_ : key.error();
            return {};
        }
        current_.emplace();
        current_->primary = *std::move(key);
        octets_ = packet.body.size();
        signatures_ = &current_->signatures;
        return {};
    }

    void end_certificate() {
        if (!current_) return;
        bound(*current_, limits_);
        out_.certificates.push_back(*std::move(current_));
        current_.reset();
        signatures_ = nullptr;
    }

    // Counts what is kept. False: there is no room for it.
    [[nodiscard]] bool fits(const Packet& packet) {
        if (octets_ + packet.body.size() > limits_.octets) return false;
        octets_ += packet.body.size();
        return true;
    }
    Status too_large(const Packet& packet) const {
        return bad_packet(ErrorKind::exhausted,
                          kWhere,
                          packet,
                          fmt::format("the certificate has more than {} octets", limits_.octets));
    }
    [[nodiscard]] std::unexpected<Error> too_early(const Packet& packet) const {
        return bad_packet(ErrorKind::malformed, kWhere, packet, "before any key");
    }

    Status take_subkey(const Packet& packet) {
        if (!any_) return too_early(packet);
        signatures_ = nullptr;
        if (!current_) return {};
        if (!fits(packet)) return too_large(packet);
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
        if (current_->subkeys.size() == limits_.subkeys) {
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
        if (count == limits_.user_ids ||
            (!attribute && packet.body.size() > limits_.user_id_octets)) {
            note(
                current_->notes,
                fmt::format(
                    "{} at octet {}: too many, or too long", to_string(packet.tag), packet.offset));
            return {};
        }
        if (!fits(packet)) return too_large(packet);
        UserId& made = current_->user_ids.emplace_back();
        made.value = packet.body;
        made.attribute = attribute;
        signatures_ = &made.signatures;
        return {};
    }

    Status take_signature(const Packet& packet) {
        if (!any_) return too_early(packet);
        if (!current_ || signatures_ == nullptr) return {};
        auto signature = Signature::parse(packet, limits_.signature);
        if (!signature) {  // junk beside good signatures must not cost the good ones
            note(current_->notes, signature.error().detail());
            return {};
        }
        // Certifications by others are not even kept until the end: there may be 150 000 of them.
        const bool own = (*signature)->may_be_from(*current_->primary);
        if (!own && !limits_.third_party && !is_revocation((*signature)->type())) return {};
        if (!fits(packet)) return too_large(packet);
        signatures_->push_back(*std::move(signature));
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

// What is revoked is kept before what is not: a bound must not bring a key back to life.
template <class Component>
void cut_components(std::vector<Component>& all, std::size_t most) {
    if (all.size() <= most) return;
    std::vector<Component> kept;
    kept.reserve(most);
    for (const bool revoked : {true, false}) {
        for (Component& one : all) {
            const bool is_revoked =
                std::ranges::any_of(one.signatures, [](const SignaturePtr& signature) {
                    return signature && is_revocation(signature->type());
                });
            if (is_revoked == revoked && kept.size() < most) kept.push_back(one);
        }
    }
    all = std::move(kept);
}

void put_signatures(std::string& out,
                    const std::vector<SignaturePtr>& signatures,
                    SecretParts secrets) {
    for (const SignaturePtr& signature : signatures) {
        if (secrets == SecretParts::leave_out && !signature->exportable()) continue;
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
    bound(out, limits);
    cut_components(out.subkeys, limits.subkeys);
    cut_components(out.user_ids, limits.user_ids);
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
