// SPDX-License-Identifier: Apache-2.0
#include "net/dns_message.h"

#include "base/text.h"

#include <ares.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <optional>

namespace sealgate::net {

namespace {

constexpr std::string_view kWhere = "net.dns";
constexpr std::size_t kHeader = 12;
constexpr unsigned kClassInternet = 1;
constexpr unsigned kCname = 5;
constexpr unsigned kSoa = 6;
constexpr unsigned kNoError = 0;
constexpr unsigned kNameError = 3;

std::unexpected<Error> malformed(std::string_view what) {
    return fail(ErrorKind::malformed, kWhere, "the DNS answer " + std::string(what));
}

// A place in the message that never leaves it.
class Reader {
public:
    explicit Reader(std::span<const std::uint8_t> message) : message_(message) {}

    bool skip(std::size_t count) {
        if (count > message_.size() - at_) return false;
        at_ += count;
        return true;
    }
    std::optional<std::uint16_t> number() {
        if (message_.size() - at_ < 2) return std::nullopt;
        const auto value = static_cast<std::uint16_t>(message_[at_] << 8U | message_[at_ + 1]);
        at_ += 2;
        return value;
    }
    std::optional<std::uint32_t> long_number() {
        const auto high = number();
        const auto low = number();
        if (!high || !low) return std::nullopt;
        return static_cast<std::uint32_t>(*high) << 16U | *low;
    }
    // A name, perhaps compressed; the library bounds its pointers.
    std::optional<std::string> name() {
        if (at_ >= message_.size()) return std::nullopt;
        char* text = nullptr;
        long length = 0;
        const int status = ares_expand_name(message_.data() + at_,
                                            message_.data(),
                                            static_cast<int>(message_.size()),
                                            &text,
                                            &length);
        const std::unique_ptr<char, void (*)(void*)> owner(text, ares_free_string);
        if (status != ARES_SUCCESS || length <= 0 || !skip(static_cast<std::size_t>(length))) {
            return std::nullopt;
        }
        return std::string(text);
    }
    [[nodiscard]] std::size_t at() const { return at_; }
    void move_to(std::size_t place) { at_ = place; }
    [[nodiscard]] std::span<const std::uint8_t> take(std::size_t count) {
        return message_.subspan(at_, count);
    }

private:
    std::span<const std::uint8_t> message_;
    std::size_t at_ = 0;
};

struct Entry {
    std::string owner;
    unsigned type = 0;
    std::uint32_t ttl = 0;
    DnsRecord record;       // of the wanted type
    std::string alias;      // CNAME
    std::uint32_t low = 0;  // SOA: the time that "there is none" may be kept
};

IpAddress address_of(std::span<const std::uint8_t> octets) {
    // Asked for by text, since that is where mapped addresses become what they map.
    std::string text;
    if (octets.size() == 4) {
        for (const std::uint8_t octet : octets)
            text += (text.empty() ? "" : ".") + std::to_string(octet);
    } else {
        for (std::size_t i = 0; i < octets.size(); i += 2) {
            const std::array<char, 2> pair{static_cast<char>(octets[i]),
                                           static_cast<char>(octets[i + 1])};
            text += (text.empty() ? "" : ":") + to_hex({pair.data(), pair.size()});
        }
    }
    const auto parsed = IpAddress::parse(text);
    return parsed ? *parsed : IpAddress();
}

// Reads the record's own part; false when it does not fit its type.
bool read_data(Reader& reader, std::size_t length, DnsType wanted, Entry& entry) {
    const std::size_t end = reader.at() + length;
    if (entry.type == kCname) {
        auto alias = reader.name();
        if (!alias) return false;
        entry.alias = *std::move(alias);
    } else if (entry.type == kSoa) {
        const auto server = reader.name();
        const auto person = reader.name();
        if (!server || !person || !reader.skip(16)) return false;
        const auto minimum = reader.long_number();
        if (!minimum) return false;
        entry.low = std::min(*minimum, entry.ttl);
    } else if (entry.type != static_cast<unsigned>(wanted)) {
        return reader.skip(length);
    } else if (wanted == DnsType::mx) {
        const auto preference = reader.number();
        auto name = reader.name();
        if (!preference || !name) return false;
        entry.record.preference = *preference;
        entry.record.name = *std::move(name);
    } else {
        if (length != (wanted == DnsType::a ? 4U : 16U)) return false;
        entry.record.address = address_of(reader.take(length));
        reader.move_to(end);
    }
    return reader.at() == end;
}

std::optional<Entry> read_entry(Reader& reader, DnsType wanted) {
    Entry entry;
    auto owner = reader.name();
    const auto type = reader.number();
    const auto family = reader.number();
    const auto ttl = reader.long_number();
    const auto length = reader.number();
    if (!owner || !type || !family || !ttl || !length) return std::nullopt;
    const std::size_t start = reader.at();
    if (!reader.skip(*length)) return std::nullopt;
    reader.move_to(start);
    entry.owner = *std::move(owner);
    entry.type = *type;
    // RFC 2181 section 8: a value with the top bit set means zero.
    entry.ttl = *ttl > std::numeric_limits<std::int32_t>::max() ? 0 : *ttl;
    if (*family != kClassInternet) {
        reader.move_to(start + *length);
        entry.type = 0;
        return entry;
    }
    if (!read_data(reader, *length, wanted, entry)) return std::nullopt;
    return entry;
}

// Where the aliases lead from `name`; nullopt: in a circle, or too far.
std::optional<std::string> follow(const std::vector<Entry>& entries,
                                  std::string_view name,
                                  std::uint32_t& ttl) {
    std::string current(name);
    for (std::size_t hops = 0; hops <= kMaxDnsAliases; ++hops) {
        const auto alias = std::ranges::find_if(entries, [&](const Entry& entry) {
            return entry.type == kCname && iequals(entry.owner, current);
        });
        if (alias == entries.end()) return current;
        ttl = std::min(ttl, alias->ttl);
        current = alias->alias;
    }
    return std::nullopt;
}

}  // namespace

Result<DnsAnswer> read_dns_answer(std::span<const std::uint8_t> message,
                                  std::string_view name,
                                  DnsType type) {
    if (message.size() < kHeader || message.size() > 65535) return malformed("has no header");
    Reader reader(message);
    (void)reader.skip(2);
    const unsigned flags = *reader.number();
    const std::size_t questions = *reader.number();
    const std::size_t answers = *reader.number();
    const std::size_t authorities = *reader.number();
    (void)reader.skip(2);
    if ((flags & 0x8000U) == 0) return malformed("is a question");
    if (questions > 1) return malformed("answers several questions");
    if (questions == 1 && (!reader.name() || !reader.skip(4))) return malformed("is cut off");

    const unsigned code = flags & 0xFU;
    DnsAnswer result;
    if (code != kNoError && code != kNameError) {
        result.why = "the DNS server answers with code " + std::to_string(code);
        return result;
    }
    std::vector<Entry> entries;
    std::optional<std::uint32_t> negative;
    for (std::size_t i = 0; i < std::min(answers + authorities, kMaxDnsScanned); ++i) {
        auto entry = read_entry(reader, type);
        if (!entry) return malformed("holds a record that cannot be read");
        if (i >= answers) {
            if (entry->type == kSoa) negative = entry->low;
        } else if (entry->type != 0) {
            entries.push_back(*std::move(entry));
        }
    }

    std::uint32_t ttl = std::numeric_limits<std::uint32_t>::max();
    const auto target = follow(entries, name, ttl);
    if (!target) return malformed("leads through aliases in a circle, or through too many");
    result.ttl = std::chrono::seconds(std::min(negative.value_or(0), ttl));
    if (code == kNameError) {
        result.kind = DnsAnswer::Kind::no_name;
        return result;
    }
    for (Entry& entry : entries) {
        if (entry.type != static_cast<unsigned>(type) || !iequals(entry.owner, *target)) continue;
        if (result.records.size() == kMaxDnsRecords) break;
        ttl = std::min(ttl, entry.ttl);
        result.records.push_back(std::move(entry.record));
    }
    if (result.records.empty()) {
        result.kind = DnsAnswer::Kind::no_data;
        return result;
    }
    result.kind = DnsAnswer::Kind::found;
    result.ttl = std::chrono::seconds(ttl);
    return result;
}

}  // namespace sealgate::net
