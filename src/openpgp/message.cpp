// SPDX-License-Identifier: Apache-2.0
#include "openpgp/message.h"

#include "crypto/random.h"
#include "openpgp/algorithms.h"
#include "openpgp/compression.h"
#include "openpgp/octet_reader.h"
#include "openpgp/packet_stream.h"
#include "openpgp/text_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace sealgate::openpgp {
namespace {

constexpr std::string_view kWhere = "openpgp.message";
constexpr std::size_t kPiece = 16384;

std::unexpected<Error> bad(ErrorKind kind, std::uint64_t offset, std::string_view reason) {
    return fail(kind, kWhere, fmt::format("octet {}: {}", offset, reason));
}

bool is_container(Tag tag) {
    return tag == Tag::encrypted_data || tag == Tag::integrity_protected_data ||
           tag == Tag::ocb_encrypted_data;
}

// Section 5.4.
struct OnePass {
    SignatureType type{};
    std::uint8_t hash = 0;
    std::string salt;
    bool known = false;  // of a version that is known here
};

Result<OnePass> read_one_pass(std::string_view body, std::uint64_t offset) {
    OnePass out;
    OctetReader in(body);
    const int version = in.u8();
    if (in.ok() && version != 3 && version != 6) return out;
    out.known = true;
    out.type = static_cast<SignatureType>(in.u8());
    out.hash = in.u8();
    (void)in.u8();  // the algorithm of the key
    if (version == 6) {
        const std::size_t size = in.u8();
        out.salt = in.take(size);
        (void)in.take(32);  // fingerprint
    } else {
        (void)in.u64();  // key ID
    }
    (void)in.u8();  // whether another one follows; the packets say that themselves
    if (!in.complete()) {
        return bad(ErrorKind::malformed, offset, "a one-pass signature packet is badly written");
    }
    return out;
}

// Fits section 13.9's pairs of containers and encrypted session keys: other pairs are the way to
// turn one mode's ciphertext into another's.
bool fits(ContainerKind kind, const PublicKeySessionKey& wrapped) {
    return kind == ContainerKind::aead ? wrapped.version == 6 : wrapped.version == 3;
}
bool fits(ContainerKind kind, const PassphraseSessionKey& wrapped) {
    switch (kind) {
        case ContainerKind::mdc:
            return wrapped.version == 4;
        case ContainerKind::aead:
            return wrapped.version == 6;
        case ContainerKind::ocb:
            return wrapped.version == 4 || wrapped.version == 5;
        case ContainerKind::without_integrity:
        case ContainerKind::unknown:
            break;
    }
    return false;
}

class Reader {
public:
    explicit Reader(const OpenOptions& options) : options_(options) {}

    // `secrets` null: an encrypted message is not wanted.
    Result<OpenedMessage> run(std::string_view message, SessionKeySource* secrets) {
        MemorySource input(message);
        PacketStream stream(input);
        SG_TRY(const std::optional<PacketHeader> first, first_of(stream));
        const bool encrypted =
            first && (is_container(first->tag) || first->tag == Tag::public_key_session_key ||
                      first->tag == Tag::symmetric_key_session_key);
        if (!encrypted) {
            SG_TRYV(read_message(stream, first, 0));
            return finish();
        }
        if (secrets == nullptr) {
            return bad(ErrorKind::malformed, stream.packet_offset(), "it is encrypted");
        }
        SG_TRY(clear_, open_container(message, stream, *first, *secrets));
        out_.encrypted = true;
        const std::unique_ptr<Source> inner = clear_->read();
        PacketStream inside(*inner);
        SG_TRY(const std::optional<PacketHeader> inner_first, first_of(inside));
        SG_TRYV(read_message(inside, inner_first, 0));
        return finish();
    }

private:
    // The grammar holds to the end.
    Result<OpenedMessage> finish() {
        SG_TRY(out_.text, text_->finish(std::move(clear_)));
        return std::move(out_);
    }

    // The next packet that means something: marker and padding are passed over, and unknown ones
    // that are not critical.
    Result<std::optional<PacketHeader>> first_of(PacketStream& stream) {
        for (;;) {
            SG_TRY(const std::optional<PacketHeader> header, stream.next());
            if (!header) return header;
            if (++packets_ > options_.limits.packets) {
                return bad(ErrorKind::exhausted, stream.packet_offset(), "too many packets");
            }
            if (header->tag == Tag::marker) {
                SG_TRY(const std::string body, stream.body(options_.limits.packet_octets));
                if (body != "PGP") {
                    return bad(ErrorKind::malformed, stream.packet_offset(), "a foreign marker");
                }
            } else if (header->tag == Tag::padding ||
                       (!is_known(header->tag) && !is_critical(header->tag))) {
                SG_TRYV(stream.skip());
            } else {
                return header;
            }
        }
    }

    // Signed, compressed or literal: what is left when encryption is off.
    Status read_message(PacketStream& stream,
                        std::optional<PacketHeader> header,
                        std::size_t layers) {
        std::vector<OnePass> one_passes;
        bool signed_before = false;
        for (;;) {
            if (!header) {
                return bad(ErrorKind::malformed, stream.packet_offset(), "it has no text");
            }
            const std::uint64_t at = stream.packet_offset();
            if (header->tag == Tag::one_pass_signature) {
                SG_TRY(const std::string body, stream.body(options_.limits.packet_octets));
                SG_TRYV(one_more_signature(at));
                SG_TRY(OnePass one, read_one_pass(body, at));
                if (one.known) out_.octets.expect(one.type, one.hash, one.salt);
                one_passes.push_back(std::move(one));
            } else if (header->tag == Tag::signature) {
                SG_TRYV(one_more_signature(at));
                SG_TRYV(take_signature(stream));
                signed_before = true;
            } else {
                break;
            }
            SG_TRY(header, first_of(stream));
        }
        const std::uint64_t at = stream.packet_offset();
        if (header->tag == Tag::compressed_data) {
            if (signed_before || !one_passes.empty()) {
                return bad(ErrorKind::malformed, at, "a signature over compressed data");
            }
            SG_TRYV(read_compressed(stream, layers));
        } else if (header->tag == Tag::literal_data) {
            SG_TRYV(read_literal(stream, layers));
        } else {
            return bad(
                ErrorKind::malformed, at, "a " + to_string(header->tag) + " has no place here");
        }
        // Each one-pass packet has its signature, the last one first.
        for (; !one_passes.empty(); one_passes.pop_back()) {
            SG_TRY(header, first_of(stream));
            if (!header || header->tag != Tag::signature) {
                return bad(ErrorKind::malformed, stream.packet_offset(), "a signature is missing");
            }
            SG_TRYV(take_signature(stream, &one_passes.back()));
        }
        return end(stream);
    }

    // Nothing may stand behind a message.
    Status end(PacketStream& stream) {
        SG_TRY(const std::optional<PacketHeader> header, first_of(stream));
        if (!header) return {};
        return bad(ErrorKind::malformed,
                   stream.packet_offset(),
                   "a " + to_string(header->tag) + " behind the message");
    }

    Status one_more_signature(std::uint64_t offset) {
        if (++signatures_ <= options_.limits.signatures) return {};
        return bad(ErrorKind::exhausted, offset, "too many signatures");
    }

    // `announced`: by the one-pass packet that it pairs with; null: it stands before the text.
    Status take_signature(PacketStream& stream, const OnePass* announced = nullptr) {
        const std::uint64_t at = stream.packet_offset();
        SG_TRY(const std::string body, stream.body(options_.limits.packet_octets));
        auto parsed = Signature::parse(Packet{Tag::signature, at, stream.body_offset(), body});
        if (parsed) {
            const Signature& signature = **parsed;
            if (announced != nullptr && announced->known &&
                (signature.type() != announced->type || signature.hash_id() != announced->hash ||
                 signature.salt() != announced->salt)) {
                SignatureVerdict& verdict = out_.unreadable.emplace_back();
                verdict.offset = at;
                verdict.findings.push_back({Reason::malformed, "it was announced as another"});
                return {};
            }
            out_.octets.expect(signature);
            out_.signatures.push_back(*std::move(parsed));
            return {};
        }
        SignatureVerdict& verdict = out_.unreadable.emplace_back();
        verdict.offset = at;
        verdict.findings.push_back({parsed.error().kind() == ErrorKind::not_found
                                        ? Reason::unsupported
                                        : Reason::malformed,
                                    parsed.error().detail()});
        return {};
    }

    Status read_compressed(PacketStream& stream, std::size_t layers) {
        const std::uint64_t at = stream.packet_offset();
        if (layers == options_.limits.compression_layers) {
            return bad(ErrorKind::exhausted, at, "compressed data within compressed data");
        }
        char algorithm = 0;
        SG_TRY(const std::size_t count, stream.read(&algorithm, 1));
        if (count == 0) return bad(ErrorKind::malformed, at, "a compressed data packet is empty");
        CompressionLimits limits;
        limits.output = options_.limits.text_octets + options_.limits.packet_octets;
        SG_TRY(const std::unique_ptr<Source> source,
               decompress(static_cast<std::uint8_t>(algorithm), stream, limits));
        PacketStream inside(*source);
        SG_TRY(const std::optional<PacketHeader> first, first_of(inside));
        return read_message(inside, first, layers + 1);
    }

    // Section 5.9.
    Status read_literal(PacketStream& stream, std::size_t layers) {
        const std::uint64_t at = stream.packet_offset();
        std::array<char, 2 + 255 + 4> head{};
        const auto take = [&](char* to, std::size_t size) -> Status {
            while (size > 0) {
                SG_TRY(const std::size_t count, stream.read(to, size));
                if (count == 0) {
                    return bad(ErrorKind::malformed, at, "a literal data packet is cut off");
                }
                to += count;
                size -= count;
            }
            return {};
        };
        SG_TRYV(take(head.data(), 2));
        const std::size_t name = static_cast<unsigned char>(head[1]);
        SG_TRYV(take(head.data() + 2, name + 4));
        out_.literal.format = head[0];
        out_.literal.file_name.assign(head.data() + 2, name);
        OctetReader date(std::string_view(head.data() + 2 + name, 4));
        out_.literal.date = date.u32();
        out_.octets.update({});  // whoever is not expected by now signed something else
        const Holding* const within = layers == 0 ? clear_.get() : nullptr;
        text_.emplace(options_.holdings, within, clear_ ? clear_->size() : 0);
        std::array<char, kPiece> piece;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled
        Status result;
        for (;;) {
            auto octets = text_->in_place() ? stream.take_part(piece.data(), piece.size())
                                            : stream.take(piece.data(), piece.size());
            if (!octets) result = std::unexpected(std::move(octets).error());
            if (!octets || octets->empty()) break;
            out_.octets.update(*octets);
            if (text_->size() + octets->size() > options_.limits.text_octets) {
                result = bad(ErrorKind::exhausted, at, "the text is too long");
            } else {
                result = text_->add(*octets, stream.offset() - octets->size());
            }
            if (!result) break;
        }
        explicit_bzero(piece.data(), piece.size());
        return result;
    }

    // The clear text of the container that `header` or a later packet of `stream` begins.
    Result<std::unique_ptr<Holding>> open_container(std::string_view message,
                                                    PacketStream& stream,
                                                    PacketHeader header,
                                                    SessionKeySource& secrets) {
        // Views into these bodies stay with the session keys.
        std::vector<std::string> bodies;
        bodies.reserve(options_.limits.session_keys);
        EncryptedSessionKeys wrapped;
        while (!is_container(header.tag)) {
            const std::uint64_t at = stream.packet_offset();
            if (header.tag != Tag::public_key_session_key &&
                header.tag != Tag::symmetric_key_session_key) {
                return bad(
                    ErrorKind::malformed, at, "a " + to_string(header.tag) + " has no place here");
            }
            if (bodies.size() == options_.limits.session_keys) {
                return bad(ErrorKind::exhausted, at, "too many encrypted session keys");
            }
            SG_TRY(std::string body, stream.body(options_.limits.packet_octets));
            bodies.push_back(std::move(body));
            SG_TRYV(take_session_key(Packet{header.tag, at, stream.body_offset(), bodies.back()},
                                     wrapped));
            SG_TRY(const std::optional<PacketHeader> next, first_of(stream));
            if (!next) return bad(ErrorKind::malformed, at, "there is no encrypted data");
            header = *next;
        }
        const std::uint64_t at = stream.packet_offset();
        SG_TRY(const ContainerHeader fields, read_container_header(header.tag, stream));
        out_.container = fields.kind;
        SG_TRYV(allowed(fields, wrapped, at));
        SG_TRYV(stream.skip());
        SG_TRYV(end(stream));

        std::vector<SessionKey> candidates =
            secrets.find(wrapped, options_.limits.private_operations);
        if (candidates.empty() && passed_over_) return fail(*passed_over_);
        if (candidates.empty()) return bad(ErrorKind::not_found, at, "it is for none of the keys");
        Status last;
        for (SessionKey& candidate : candidates) {
            SG_TRYV(make_usable(candidate, fields));
            MemorySource again(message.substr(at));
            PacketStream body(again, at);
            SG_TRYV(body.next());
            SG_TRYV(read_container_header(header.tag, body));
            std::unique_ptr<Holding> clear = options_.holdings.make(message.size() - at);
            last = decrypt(fields, body, candidate, *clear);
            if (last) {
                out_.session_key = std::move(candidate);
                return clear;
            }
            if (last.error().kind() != ErrorKind::refused) break;
        }
        return std::unexpected(std::move(last).error());
    }

    // One that cannot be right (a cipher that is not allowed, a key of another length) gives way to
    // a key that nobody knows, so that it fails where all fail, after the same work: whoever sends
    // messages and sees how long it takes must not learn that what he made was well formed.
    [[nodiscard]] Status make_usable(SessionKey& candidate, const ContainerHeader& fields) const {
        constexpr std::uint8_t kAes256 = 9;
        const bool named_by_container = fields.kind != ContainerKind::mdc;
        if (named_by_container) candidate.cipher = fields.cipher;
        const auto cipher = cipher_of(candidate.cipher);
        const bool allowed = cipher && !options_.policy.judge_cipher(candidate.cipher);
        if (allowed && candidate.key.size() == crypto::key_size(*cipher)) return {};
        if (!named_by_container) candidate.cipher = kAes256;
        SG_TRY(candidate.key, crypto::random_key(crypto::key_size(*cipher_of(candidate.cipher))));
        return {};
    }

    Status take_session_key(const Packet& packet, EncryptedSessionKeys& wrapped) {
        if (packet.tag == Tag::public_key_session_key) {
            auto parsed = PublicKeySessionKey::parse(packet);
            if (parsed) wrapped.for_keys.push_back(*std::move(parsed));
            return unknown_is_passed_over(parsed);
        }
        auto parsed = PassphraseSessionKey::parse(packet);
        if (parsed) wrapped.for_passphrases.push_back(*std::move(parsed));
        return unknown_is_passed_over(parsed);
    }

    // One that nobody here can unwrap (unknown, or too costly) leaves the others.
    template <class T>
    Status unknown_is_passed_over(Result<T>& parsed) {
        if (parsed) return {};
        const ErrorKind kind = parsed.error().kind();
        if (kind != ErrorKind::not_found && kind != ErrorKind::exhausted) {
            return std::unexpected(std::move(parsed).error());
        }
        if (!passed_over_) passed_over_ = std::move(parsed).error();
        return {};
    }

    // Before any key is asked.
    [[nodiscard]] Status allowed(const ContainerHeader& fields,
                                 EncryptedSessionKeys& wrapped,
                                 std::uint64_t at) const {
        if (fields.kind == ContainerKind::without_integrity) {
            return bad(ErrorKind::refused, at, "without integrity protection nothing is opened");
        }
        if (fields.kind == ContainerKind::ocb && !options_.ocb_packets) {
            return bad(ErrorKind::refused, at, "the OCB container of LibrePGP is not allowed here");
        }
        const bool names_cipher =
            fields.kind == ContainerKind::aead || fields.kind == ContainerKind::ocb;
        if (names_cipher && options_.policy.judge_cipher(fields.cipher)) {
            return bad(ErrorKind::refused, at, cipher_name(fields.cipher) + " is not allowed");
        }
        const auto wrong = [&fields](const auto& one) { return !fits(fields.kind, one); };
        if (std::ranges::any_of(wrapped.for_keys, wrong) ||
            std::ranges::any_of(wrapped.for_passphrases, wrong)) {
            return bad(ErrorKind::refused,
                       at,
                       "an encrypted session key of another version than its container");
        }
        return {};
    }

    const OpenOptions& options_;
    OpenedMessage out_;
    std::optional<Error> passed_over_;  // why an encrypted session key could not be used
    std::unique_ptr<Holding> clear_;    // what the container held
    std::optional<TextBuilder> text_;
    std::size_t packets_ = 0;
    std::size_t signatures_ = 0;
};

}  // namespace

std::vector<SessionKey> LocalSecrets::find(const EncryptedSessionKeys& wrapped, std::size_t most) {
    std::vector<SessionKey> out;
    for (SessionKey& given : session_keys_)
        out.push_back({given.cipher, SecretBytes(std::string(given.key.view()))});
    std::size_t operations = 0;
    // Those that name a key of ours before those that name nobody.
    for (const bool anonymous : {false, true}) {
        for (const PublicKeySessionKey& one : wrapped.for_keys) {
            if (one.names_nobody() != anonymous) continue;
            for (const UnlockedKey& key : keys_) {
                if (!one.may_be_for(*key.key)) continue;
                if (++operations > most) return out;
                if (auto found = unwrap(one, key)) out.push_back(*std::move(found));
            }
        }
    }
    for (const PassphraseSessionKey& one : wrapped.for_passphrases) {
        for (const SecretBytes& passphrase : passphrases_) {
            if (++operations > most) return out;
            if (auto found = unwrap(one, passphrase.view())) out.push_back(*std::move(found));
        }
    }
    return out;
}

Result<OpenedMessage> open_message(std::string_view message,
                                   SessionKeySource& secrets,
                                   const OpenOptions& options) {
    return Reader(options).run(message, &secrets);
}

Result<OpenedMessage> open_signed_message(std::string_view message, const OpenOptions& options) {
    return Reader(options).run(message, nullptr);
}

std::vector<SignatureVerdict> judge_signatures(const OpenedMessage& message,
                                               std::span<const CertificatePtr> certificates,
                                               const VerifyOptions& options) {
    std::vector<SignatureVerdict> out;
    out.reserve(message.signatures.size() + message.unreadable.size());
    for (const SignaturePtr& signature : message.signatures)
        out.push_back(judge_signature(*signature, message.octets, certificates, options));
    out.insert(out.end(), message.unreadable.begin(), message.unreadable.end());
    return out;
}

}  // namespace sealgate::openpgp
