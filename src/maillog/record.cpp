// SPDX-License-Identifier: Apache-2.0
#include "maillog/record.h"

#include "base/crc32c.h"
#include "base/text.h"

#include <algorithm>
#include <array>

namespace sealgate::maillog {
namespace {

constexpr std::string_view kMark = "SG";
constexpr std::size_t kSumAt = 4;
constexpr std::size_t kTextCount = 4;
constexpr unsigned kHasConnection = 1;
constexpr unsigned kHasMessage = 2;
constexpr unsigned kHasDetails = 4;

// Where the numbers stand, counted from the start of the record.
constexpr std::size_t kLengthAt = 2;
constexpr std::size_t kSequenceAt = 8;
constexpr std::size_t kTimeAt = 16;
constexpr std::size_t kConnectionAt = 24;
constexpr std::size_t kMessageAt = 32;
constexpr std::size_t kPidAt = 40;
constexpr std::size_t kLevelAt = 44;
constexpr std::size_t kVerdictAt = 45;
constexpr std::size_t kNodeAt = 46;
constexpr std::size_t kFlagsAt = 47;
constexpr std::size_t kTextLengthsAt = 48;

// The details stand behind the texts; counted from their start.
constexpr std::size_t kDetailCount = 3;
constexpr std::size_t kDirectionAt = 0;
constexpr std::size_t kDetailLengthsAt = 1;
constexpr std::size_t kSizeAt = 4;

template <std::size_t Width>
void put(std::string& out, std::size_t at, std::uint64_t value) {
    for (std::size_t i = 0; i < Width; ++i)
        out[at + i] = static_cast<char>((value >> (8 * i)) & 0xFFU);
}

template <std::size_t Width>
std::uint64_t get(std::string_view bytes, std::size_t at) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < Width; ++i)
        value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
    return value;
}

bool is_plain(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F && c != '\\'; });
}

// Adds the text, escaped, and returns its length.
std::size_t append_text(std::string& out, std::string_view text, std::size_t limit) {
    constexpr std::string_view kCut = "...";
    const std::size_t before = out.size();
    if (text.size() <= limit && is_plain(text)) {
        out += text;
    } else {
        out += escape_for_log(text, limit - kCut.size());
    }
    return out.size() - before;
}

bool has_details(const Event& event) {
    return event.direction != Direction::none || event.size != 0 || !event.source.empty() ||
           !event.listener.empty() || !event.tls.empty();
}

void append_details(std::string& out, const Event& event) {
    const std::size_t start = out.size();
    out.append(kDetailsFixed, '\0');
    put<1>(out, start + kDirectionAt, static_cast<std::uint64_t>(event.direction));
    put<8>(out, start + kSizeAt, event.size);
    std::size_t index = 0;
    for (const std::string* text : {&event.source, &event.listener, &event.tls})
        put<1>(out, start + kDetailLengthsAt + index++, append_text(out, *text, kDetailLimit));
}

// `bytes` hold at least the payload.
bool lengths_fit(std::string_view bytes, std::size_t payload) {
    std::size_t sum = kRecordFixed;
    for (std::size_t i = 0; i < kTextCount; ++i) {
        const std::size_t length = get<2>(bytes, kTextLengthsAt + 2 * i);
        if (length > kFieldLimit) return false;
        sum += length;
    }
    if ((get<1>(bytes, kFlagsAt) & kHasDetails) == 0) return sum == payload;
    if (sum + kDetailsFixed > payload) return false;
    const std::string_view details = bytes.substr(kRecordHead + sum);
    if (get<1>(details, kDirectionAt) > static_cast<unsigned>(Direction::inbound)) return false;
    sum += kDetailsFixed;
    for (std::size_t i = 0; i < kDetailCount; ++i)
        sum += get<1>(details, kDetailLengthsAt + i);
    return sum == payload;
}

}  // namespace

void append_record(
    std::string& out, std::uint64_t sequence, WallTime now, int pid, const Event& event) {
    const std::size_t start = out.size();
    out.append(kMinRecord, '\0');
    const std::array<std::string_view, kTextCount> texts = {
        event.message_id, event.sender, event.recipient, event.text};
    for (std::size_t i = 0; i < kTextCount; ++i)
        put<2>(out, start + kTextLengthsAt + 2 * i, append_text(out, texts[i], kFieldLimit));
    const WallTime time = event.time == WallTime{} ? now : event.time;
    unsigned flags = 0;
    if (event.connection) {
        flags |= kHasConnection;
        put<8>(out, start + kConnectionAt, event.connection->number);
        put<1>(out, start + kNodeAt, static_cast<unsigned char>(event.connection->node));
    }
    if (event.message) {
        flags |= kHasMessage;
        put<8>(out, start + kMessageAt, event.message->value);
    }
    if (has_details(event)) {
        flags |= kHasDetails;
        append_details(out, event);
    }
    put<8>(out, start + kSequenceAt, sequence);
    put<8>(out, start + kTimeAt, static_cast<std::uint64_t>(time.time_since_epoch().count()));
    put<4>(out, start + kPidAt, static_cast<std::uint64_t>(pid));
    put<1>(out, start + kLevelAt, static_cast<std::uint64_t>(event.level));
    put<1>(out, start + kVerdictAt, static_cast<std::uint64_t>(event.verdict));
    put<1>(out, start + kFlagsAt, flags);
    const std::string_view payload = std::string_view(out).substr(start + kRecordHead);
    out.replace(start, kMark.size(), kMark);
    put<2>(out, start + kLengthAt, payload.size());
    put<4>(out, start + kSumAt, crc32c(payload));
}

std::optional<std::uint64_t> peek_sequence(std::string_view bytes) {
    if (bytes.size() < kMinRecord || !bytes.starts_with(kMark)) return std::nullopt;
    const std::size_t payload = get<2>(bytes, kLengthAt);
    if (payload > bytes.size() - kRecordHead || !lengths_fit(bytes, payload)) return std::nullopt;
    if (get<1>(bytes, kLevelAt) > static_cast<unsigned>(Level::fatal) ||
        get<1>(bytes, kVerdictAt) > static_cast<unsigned>(Verdict::failed)) {
        return std::nullopt;
    }
    return get<8>(bytes, kSequenceAt);
}

std::optional<RecordView> parse_record(std::string_view bytes) {
    const auto sequence = peek_sequence(bytes);
    if (!sequence) return std::nullopt;
    const std::size_t payload = get<2>(bytes, kLengthAt);
    if (crc32c(bytes.substr(kRecordHead, payload)) != get<4>(bytes, kSumAt)) return std::nullopt;
    RecordView view;
    view.sequence = *sequence;
    view.size = kRecordHead + payload;
    view.time =
        WallTime(std::chrono::microseconds(static_cast<std::int64_t>(get<8>(bytes, kTimeAt))));
    view.level = static_cast<Level>(get<1>(bytes, kLevelAt));
    view.verdict = static_cast<Verdict>(get<1>(bytes, kVerdictAt));
    view.pid = static_cast<int>(get<4>(bytes, kPidAt));
    const auto flags = get<1>(bytes, kFlagsAt);
    if ((flags & kHasConnection) != 0) {
        view.connection =
            ConnectionId{static_cast<char>(get<1>(bytes, kNodeAt)), get<8>(bytes, kConnectionAt)};
    }
    if ((flags & kHasMessage) != 0) view.message = MessageId{get<8>(bytes, kMessageAt)};
    std::size_t at = kMinRecord;
    std::size_t index = 0;
    for (std::string_view* text : {&view.message_id, &view.sender, &view.recipient, &view.text}) {
        const std::size_t length = get<2>(bytes, kTextLengthsAt + 2 * index++);
        *text = bytes.substr(at, length);
        at += length;
    }
    if ((flags & kHasDetails) == 0) return view;
    const std::string_view details = bytes.substr(at);
    view.direction = static_cast<Direction>(get<1>(details, kDirectionAt));
    view.message_size = get<8>(details, kSizeAt);
    at = kDetailsFixed;
    index = 0;
    for (std::string_view* text : {&view.source, &view.listener, &view.tls}) {
        const std::size_t length = get<1>(details, kDetailLengthsAt + index++);
        *text = details.substr(at, length);
        at += length;
    }
    return view;
}

void RecordView::copy_to(Record& record) const {
    record.sequence = sequence;
    record.pid = pid;
    record.event.time = time;
    record.event.level = level;
    record.event.verdict = verdict;
    record.event.connection = connection;
    record.event.message = message;
    record.event.message_id = message_id;
    record.event.sender = sender;
    record.event.recipient = recipient;
    record.event.text = text;
    record.event.direction = direction;
    record.event.source = source;
    record.event.listener = listener;
    record.event.tls = tls;
    record.event.size = message_size;
}

}  // namespace sealgate::maillog
