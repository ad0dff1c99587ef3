// SPDX-License-Identifier: Apache-2.0
#include "openpgp/inspect.h"

#include "base/text.h"
#include "openpgp/armor.h"
#include "openpgp/cleartext.h"
#include "openpgp/compression.h"
#include "openpgp/date_text.h"
#include "openpgp/octet_reader.h"
#include "openpgp/packet_description.h"
#include "openpgp/packet_stream.h"
#include "openpgp/validity.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>

namespace sealgate::openpgp {
namespace {

// Counts what is read through it.
class CountedSource final : public Source {
public:
    explicit CountedSource(Source& input) : input_(input) {}
    Result<std::size_t> read(char* out, std::size_t size) override {
        SG_TRY(const std::size_t count, input_.read(out, size));
        count_ += count;
        return count;
    }
    [[nodiscard]] std::uint64_t count() const { return count_; }

private:
    Source& input_;
    std::uint64_t count_ = 0;
};

std::size_t lines_of(const Description& description) {
    std::size_t out = 1;
    for (const Description& part : description.parts)
        out += lines_of(part);
    return out;
}

bool is_data(Tag tag) {
    return tag == Tag::literal_data || tag == Tag::compressed_data || tag == Tag::encrypted_data ||
           tag == Tag::integrity_protected_data || tag == Tag::ocb_encrypted_data ||
           tag == Tag::padding;
}

class PacketLister {
public:
    explicit PacketLister(const InspectOptions& options) : options_(options) {}

    void list(Source& input, std::size_t layer, Descriptions& out) {
        PacketStream stream(input);
        for (;;) {
            if (used_ >= options_.lines) {
                out.push_back({"error", "there is more; it is not shown"});
                return;
            }
            const auto header = stream.next();
            if (!header) {
                out.push_back(error_of(header.error()));
                return;
            }
            if (!*header) return;
            const bool complete = list_one(**header, stream, layer, out.emplace_back());
            used_ += lines_of(out.back());
            if (!complete) return;
        }
    }

private:
    // False: its end was not found, so that nothing behind it can be.
    bool list_one(const PacketHeader& header,
                  PacketStream& stream,
                  std::size_t layer,
                  Description& out) {
        out.name = to_string(header.tag);
        CountedSource body(stream);
        const Status read = is_data(header.tag) ? describe_data(header.tag, body, layer, out.parts)
                                                : describe_fields(header.tag, stream, body, out);
        if (!read) out.parts.push_back(error_of(read.error()));
        bool complete = read || read.error().kind() == ErrorKind::exhausted;
        if (complete) {
            const Status rest = to_end(body);
            complete = rest.has_value();
            if (!rest) out.parts.push_back(error_of(rest.error()));
        }
        out.value = place(header, stream, body.count());
        return complete;
    }

    static std::string place(const PacketHeader& header,
                             const PacketStream& stream,
                             std::uint64_t size) {
        std::string out = fmt::format("octet {}, tag {}, {} octets, {} format",
                                      stream.packet_offset(),
                                      static_cast<unsigned>(header.tag),
                                      size,
                                      header.legacy ? "legacy" : "current");
        if (header.kind == LengthKind::partial) {
            out += fmt::format(", in {} parts", stream.parts());
        }
        if (header.kind == LengthKind::indeterminate) out += ", of indeterminate length";
        if (!is_known(header.tag)) {
            out += is_critical(header.tag) ? ", critical" : ", not critical";
        }
        return out;
    }

    static Status to_end(Source& body) {
        std::array<char, 16384> piece{};
        for (;;) {
            SG_TRY(const std::size_t count, body.read(piece.data(), piece.size()));
            if (count == 0) return {};
        }
    }

    Status describe_fields(Tag tag, PacketStream& stream, Source& body, Description& out) const {
        std::string octets;
        std::array<char, 16384> piece{};
        for (;;) {
            SG_TRY(const std::size_t count, body.read(piece.data(), piece.size()));
            if (count == 0) break;
            if (count > options_.packet_octets - octets.size()) {
                return fail(ErrorKind::exhausted, "openpgp.inspect", "it is too large to be shown");
            }
            octets.append(piece.data(), count);
        }
        out.parts = describe_body({.tag = tag,
                                   .offset = stream.packet_offset(),
                                   .body_offset = stream.body_offset(),
                                   .body = octets});
        return {};
    }

    Status describe_data(Tag tag, Source& body, std::size_t layer, Descriptions& out) {
        switch (tag) {
            case Tag::literal_data:
                return describe_literal(body, out);
            case Tag::compressed_data:
                return describe_compressed(body, layer, out);
            case Tag::padding:
                return {};
            default:
                break;
        }
        const auto header = read_container_header(tag, body);
        if (!header) {
            out.push_back(error_of(header.error()));
            return {};
        }
        out = describe_container(*header);
        return {};
    }

    static Status describe_literal(Source& body, Descriptions& out) {
        std::array<char, 2 + 255 + 4> head{};
        std::size_t have = 0;
        std::size_t wanted = 2;
        while (have < wanted) {
            SG_TRY(const std::size_t count, body.read(head.data() + have, wanted - have));
            if (count == 0) {
                out.push_back({"error", "it is cut off"});
                return {};
            }
            have += count;
            if (have == 2) wanted = 2 + static_cast<unsigned char>(head[1]) + std::size_t{4};
        }
        OctetReader in(std::string_view(head.data(), have));
        out.push_back({"format", shown(in.take(1))});
        const std::size_t name = in.u8();
        out.push_back({"file name", shown(in.take(name))});
        out.push_back({"date", date_text(in.u32())});
        return {};
    }

    Status describe_compressed(Source& body, std::size_t layer, Descriptions& out) {
        char algorithm = 0;
        SG_TRY(const std::size_t count, body.read(&algorithm, 1));
        if (count == 0) {
            out.push_back({"error", "it is empty"});
            return {};
        }
        out.push_back({"algorithm", compression_name(static_cast<std::uint8_t>(algorithm))});
        if (layer == options_.layers) {
            out.push_back({"error", "too many layers; what is in it is not shown"});
            return {};
        }
        CompressionLimits limits;
        limits.output = options_.unpacked;
        const auto unpacked = decompress(static_cast<std::uint8_t>(algorithm), body, limits);
        if (!unpacked) {
            out.push_back(error_of(unpacked.error()));
            return {};
        }
        Description inside{"content", {}};
        list(**unpacked, layer + 1, inside.parts);
        used_ -= std::min(used_, lines_of(inside));  // counted again with what it is in
        out.push_back(std::move(inside));
        return {};
    }

    const InspectOptions& options_;
    std::size_t used_ = 0;  // lines
};

std::string verdict(const Findings& findings) {
    return findings.empty() ? "valid" : "not valid: " + shown(to_string(findings));
}

Description judge_one_key(std::string_view name, const KeyState& state) {
    Description out{std::string(name), to_hex_upper(state.key->fingerprint()), {}};
    out.parts.push_back({"now", verdict(state.findings)});
    std::string uses;
    const auto use = [&uses](bool allowed, std::string_view word) {
        if (allowed) uses += fmt::format("{}{}", uses.empty() ? "" : ", ", word);
    };
    use(state.flags.certify(), "certify");
    use(state.flags.sign(), "sign");
    use(state.flags.encrypt(), "encrypt");
    use(state.flags.authenticate(), "authenticate");
    out.parts.push_back({"for", uses.empty() ? "nothing" : uses});
    if (state.expires) out.parts.push_back({"expires", date_text(*state.expires)});
    return out;
}

Description judge(const CheckedCertificate& certificate, const Question& question) {
    Description out{"judgement", to_hex_upper(certificate.fingerprint()), {}};
    out.parts.push_back(judge_one_key("primary key", judge_primary(certificate, question)));
    for (std::size_t i = 0; i < certificate.user_ids().size(); ++i) {
        const UserIdState state = judge_user_id(certificate, i, question);
        Description& part = out.parts.emplace_back();
        part.name = state.attribute ? "user attribute" : "user ID";
        part.value =
            state.attribute ? fmt::format("{} octets", state.value.size()) : shown(state.value);
        part.parts.push_back({"now", verdict(state.findings) + (state.primary ? ", primary" : "")});
        if (state.attribute) continue;
        const auto mailbox = mailbox_of(state.value);
        part.parts.push_back({"mailbox", mailbox ? shown(mailbox->wire()) : "none"});
    }
    for (std::size_t i = 0; i < certificate.subkeys().size(); ++i)
        out.parts.push_back(judge_one_key("subkey", judge_subkey(certificate, i, question)));
    for (const std::string& note : certificate.certificate().notes)
        out.parts.push_back({"note", shown(note)});
    if (certificate.over_budget()) {
        out.parts.push_back({"note", "it has more signatures than were verified"});
    }
    return out;
}

void judge_all(std::string_view octets, const InspectOptions& options, Descriptions& out) {
    auto ring = read_certificates(octets);
    if (!ring) {
        out.push_back({"judgement", {}, {error_of(ring.error())}});
        return;
    }
    for (const std::string& note : ring->notes)
        out.push_back({"note", shown(note)});
    std::vector<CertificatePtr> all;
    for (Certificate& one : ring->certificates) {
        if (all.size() == options.certificates) {
            out.push_back({"note", "there are more certificates; they are not judged"});
            break;
        }
        all.push_back(std::make_shared<const CheckedCertificate>(std::move(one)));
    }
    const Question question{.policy = options.policy, .at = options.now, .revokers = all};
    for (const CertificatePtr& one : all)
        out.push_back(judge(*one, question));
}

void describe_packets(std::string_view octets, const InspectOptions& options, Descriptions& out) {
    MemorySource source(octets);
    PacketLister(options).list(source, 0, out);
    const auto first = read_packet_header(octets, 0);
    if (first && (first->tag == Tag::public_key || first->tag == Tag::secret_key)) {
        judge_all(octets, options, out);
    }
}

std::string_view words_of(ArmorCrc crc) {
    switch (crc) {
        case ArmorCrc::absent:
            return "no checksum";
        case ArmorCrc::good:
            return "good checksum";
        case ArmorCrc::bad:
            break;
    }
    return "wrong checksum";
}

// True: it was one.
bool describe_cleartext(std::string_view text, const InspectOptions& options, Description& out) {
    const auto cleartext = read_cleartext(text);
    if (!cleartext) {
        if (cleartext.error().kind() == ErrorKind::not_found) return false;
        // With the error of whatever else it may be, a person can tell which.
        out.parts.push_back(error_of(cleartext.error()));
        return true;
    }
    out.parts.push_back({"signed cleartext",
                         fmt::format("octet {}, {} octets of text, {}",
                                     cleartext->begin,
                                     cleartext->text.size(),
                                     words_of(cleartext->crc))});
    describe_packets(cleartext->signatures, options, out.parts.back().parts);
    return true;
}

void describe_armor(std::string_view text, const InspectOptions& options, Description& out) {
    if (describe_cleartext(text, options, out)) return;
    const auto blocks = dearmor_all(text);
    if (!blocks) {
        out.parts.push_back(error_of(blocks.error()));
        return;
    }
    if (blocks->empty()) {
        out.parts.push_back({"error", "there is no OpenPGP data in it"});
    }
    for (const Armored& block : *blocks) {
        Description& part = out.parts.emplace_back();
        part.name = "armour";
        part.value = fmt::format("PGP {}, octet {}, {} octets, {}",
                                 to_string(block.kind),
                                 block.begin,
                                 block.octets.size(),
                                 words_of(block.crc));
        for (const ArmorHeader& header : block.headers)
            part.parts.push_back({"header", shown(header.key) + ": " + shown(header.value)});
        describe_packets(block.octets, options, part.parts);
    }
}

}  // namespace

bool has_error(const Description& description) {
    return description.is_error() || std::ranges::any_of(description.parts, has_error);
}

Description inspect(std::string_view octets, const InspectOptions& options) {
    Description out{"data", fmt::format("{} octets", octets.size()), {}};
    if (octets.empty()) {
        out.parts.push_back({"error", "it is empty"});
    } else if (is_armored(octets)) {
        describe_armor(octets, options, out);
    } else {
        describe_packets(octets, options, out.parts);
    }
    return out;
}

}  // namespace sealgate::openpgp
