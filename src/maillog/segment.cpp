// SPDX-License-Identifier: Apache-2.0
#include "maillog/segment.h"

#include "base/crc32c.h"
#include "base/text.h"
#include "maillog/index_reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace sealgate::maillog {
namespace {

constexpr std::string_view kMagic = "SGMLOG2\n";
constexpr std::string_view kFirstMagic = "SGMLOG1\n";  // records without details
constexpr std::string_view kSuffix = ".records";
constexpr std::size_t kNameDigits = 20;
constexpr std::size_t kChunk = 1U << 20U;

void put_u64(std::string& out, std::uint64_t value) {
    for (unsigned i = 0; i < 8; ++i)
        out += static_cast<char>((value >> (8 * i)) & 0xFFU);
}

std::uint64_t get_u64(std::string_view bytes) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < 8; ++i)
        value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    return value;
}

}  // namespace

std::string segment_head(std::uint64_t first, WallTime created) {
    std::string out(kMagic);
    put_u64(out, first);
    put_u64(out, static_cast<std::uint64_t>(created.time_since_epoch().count()));
    put_u64(out, crc32c(out));
    return out;
}

std::optional<SegmentHead> parse_segment_head(std::string_view bytes, std::uint64_t first) {
    if (bytes.size() < kSegmentHead) return std::nullopt;
    const bool current = bytes.starts_with(kMagic);
    if (!current && !bytes.starts_with(kFirstMagic)) return std::nullopt;
    if (get_u64(bytes.substr(24)) != crc32c(bytes.substr(0, 24))) return std::nullopt;
    if (get_u64(bytes.substr(8)) != first) return std::nullopt;
    return SegmentHead{
        WallTime(std::chrono::microseconds(static_cast<std::int64_t>(get_u64(bytes.substr(16))))),
        current};
}

std::string segment_name(std::uint64_t first) {
    return fmt::format("{:020}{}", first, kSuffix);
}

std::optional<std::uint64_t> parse_segment_name(std::string_view name) {
    if (name.size() != kNameDigits + kSuffix.size() || !name.ends_with(kSuffix)) {
        return std::nullopt;
    }
    const auto first = parse_number(name.substr(0, kNameDigits));
    return first == 0U ? std::nullopt : first;
}

Segment::Segment() = default;
Segment::~Segment() = default;

Position Segment::waypoint_before(std::uint64_t sequence) {
    const std::scoped_lock lock(mutex);
    const auto behind = std::ranges::upper_bound(waypoints, sequence, {}, &Position::sequence);
    return behind == waypoints.begin() ? start() : *std::prev(behind);
}

void Segment::add_waypoint(Position position) {
    const std::scoped_lock lock(mutex);
    waypoints.push_back(position);
}

RecordScanner::RecordScanner(const os::File& file,
                             Position from,
                             std::uint64_t end,
                             std::uint64_t limit)
    : file_(file),
      end_(end),
      limit_(limit),
      sequence_(from.sequence),
      next_(from.offset) {}

Status RecordScanner::fill(std::uint64_t at) {
    // Enough for the longest record, or all there is.
    const std::uint64_t wanted = std::min<std::uint64_t>(end_ - at, kMaxRecord);
    if (at >= chunk_at_ && at + wanted <= chunk_at_ + chunk_.size()) return {};
    // A record or two were asked for: do not read a megabyte for them; afterwards do.
    const std::size_t ask = chunk_.empty() ? kChunk / 16 : kChunk;
    SG_TRY(chunk_,
           file_.read_at(at, static_cast<std::size_t>(std::min<std::uint64_t>(end_ - at, ask))));
    chunk_at_ = at;
    if (chunk_.size() < wanted) end_ = at + chunk_.size();  // shorter than we were told
    return {};
}

std::string_view RecordScanner::bytes_at(std::uint64_t at) const {
    return std::string_view(chunk_).substr(static_cast<std::size_t>(at - chunk_at_));
}

std::optional<RecordView> RecordScanner::record_at(std::uint64_t at) const {
    const std::string_view bytes = bytes_at(at);
    const auto sequence = peek_sequence(bytes);
    // At most as many records as had room in the bytes skipped can be missing.
    const std::uint64_t most = sequence_ + 1 + (at - next_) / kMinRecord;
    if (!sequence || *sequence <= sequence_ || *sequence > most || *sequence >= limit_) {
        return std::nullopt;
    }
    return parse_record(bytes);
}

Result<bool> RecordScanner::next(RecordView& record) {
    for (std::uint64_t at = next_; at + kMinRecord <= end_; ++at) {
        SG_TRYV(fill(at));
        if (at + kMinRecord > end_) break;
        if (const auto found = record_at(at)) {
            skipped_ += at - next_;
            record = *found;
            offset_ = at;
            next_ = at + record.size;
            sequence_ = record.sequence;
            return true;
        }
    }
    return false;
}

}  // namespace sealgate::maillog
