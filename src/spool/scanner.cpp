// SPDX-License-Identifier: Apache-2.0
#include "spool/scanner.h"

#include "base/crc32c.h"

#include <fmt/format.h>

#include <algorithm>

namespace sealgate::spool {
namespace {

// Read at a time; a longer group is read whole.
constexpr std::size_t kWindow = 4UL * 1024 * 1024;
// Octets that the search behind damage may checksum, in sizes of the file: damage can be made to
// look like many overlapping groups.
constexpr std::uint64_t kSearchBudget = 4;

// A view of the file through a window that moves forward.
class Window {
public:
    Window(const os::File& file, std::uint64_t size) : file_(file), size_(size) {}

    [[nodiscard]] std::uint64_t size() const { return size_; }
    // Shorter only at the end of the file. Valid until the next call.
    Result<std::string_view> view(std::uint64_t at, std::uint64_t length) {
        if (at >= size_) return std::string_view();
        length = std::min(length, size_ - at);
        if (at < start_ || at + length > start_ + bytes_.size()) {
            SG_TRY(bytes_, file_.read_at(at, std::max<std::uint64_t>(length, kWindow)));
            start_ = at;
        }
        return std::string_view(bytes_).substr(at - start_, length);
    }

private:
    const os::File& file_;
    std::uint64_t size_;
    std::uint64_t start_ = 0;
    std::string bytes_;
};

class Scan {
public:
    Scan(const os::File& file,
         std::uint64_t size,
         const ScanRequest& request,
         const GroupVisitor& visit)
        : window_(file, size),
          request_(request),
          visit_(visit),
          limit_(request.end ? std::min(*request.end, size) : size),
          budget_(size * kSearchBudget) {}

    Result<ScanResult> run() {
        std::uint64_t at = kFirstGroup;
        while (at + kGroupHeader <= limit_) {
            SG_TRY(const auto taken, take(at));
            if (taken) {
                at = *taken;
                continue;
            }
            SG_TRY(const auto next, find_group(at + kSector));
            if (!next && !request_.end) {
                SG_TRY(result_.torn_bytes, torn_bytes(at));
                break;
            }
            result_.damaged.push_back({at, next.value_or(limit_), reason_});
            at = next.value_or(limit_);
        }
        result_.end = std::min(at, limit_);
        return std::move(result_);
    }

private:
    // The checked header of a group at `at`, or nothing.
    Result<std::optional<GroupHeader>> header_at(std::uint64_t at) {
        SG_TRY(const auto bytes, window_.view(at, kGroupHeader));
        GroupHeader header;
        if (!parse_group_header(bytes, header) || header.epoch != request_.epoch ||
            header.salt != request_.salt) {
            reason_ = "no group where one must start";
            return std::nullopt;
        }
        if (header.length > limit_ - at - kGroupHeader) {
            reason_ = "a group reaches beyond its segment";
            return std::nullopt;
        }
        return header;
    }

    // The group's records, checked; empty view when the sum does not fit.
    Result<std::optional<std::string_view>> body_of(std::uint64_t at, const GroupHeader& header) {
        SG_TRY(const auto body, window_.view(at + kGroupHeader, header.length));
        if (body.size() != header.length || crc32c(body) != header.body_crc) {
            reason_ = "the checksum of a group does not fit";
            return std::nullopt;
        }
        return body;
    }

    // Visits the group at `at`; where the next one starts, or nothing when this one is not good.
    Result<std::optional<std::uint64_t>> take(std::uint64_t at) {
        SG_TRY(const auto header, header_at(at));
        if (!header) return std::nullopt;
        SG_TRY(const auto body, body_of(at, *header));
        if (!body) return std::nullopt;
        records_.clear();
        if (!parse_records(*body, at + kGroupHeader, header->records, records_)) {
            reason_ = "the records of a group cannot be told apart";
            return std::nullopt;
        }
        if (!visit_(records_)) {
            reason_ = "a record does not open";
            return std::nullopt;
        }
        ++result_.groups;
        result_.records += header->records;
        return to_sector(at + kGroupHeader + header->length);
    }

    // The first sector from `at` on where a group starts that was synced after the unreadable one.
    Result<std::optional<std::uint64_t>> find_group(std::uint64_t at) {
        const std::string reason = reason_;
        for (; at + kGroupHeader <= limit_; at += kSector) {
            SG_TRY(const auto header, header_at(at));
            if (!header) continue;
            if (header->length > budget_) break;
            budget_ -= header->length;
            SG_TRY(const auto body, body_of(at, *header));
            if (!body) continue;
            reason_ = reason;
            return at;
        }
        reason_ = reason;
        return std::nullopt;
    }

    // How much of an unfinished group can be recognised; in a segment used before, what an earlier
    // use left looks the same as nothing.
    Result<std::uint64_t> torn_bytes(std::uint64_t at) {
        SG_TRY(const auto header, header_at(at));
        if (header) return to_sector(kGroupHeader + header->length);
        SG_TRY(const auto bytes, window_.view(at, kSector));
        const bool empty = bytes.find_first_not_of('\0') == std::string_view::npos;
        GroupHeader old;
        return empty || parse_group_header(bytes, old) ? 0 : bytes.size();
    }

    Window window_;
    const ScanRequest& request_;
    const GroupVisitor& visit_;
    std::uint64_t limit_;
    std::uint64_t budget_;
    std::string reason_;
    std::vector<RecordView> records_;
    ScanResult result_;
};

}  // namespace

Result<ScanResult> scan_segment(const os::File& file,
                                const ScanRequest& request,
                                const GroupVisitor& visit) {
    SG_TRY(const auto size, file.size());
    return Scan(file, size, request, visit).run();
}

}  // namespace sealgate::spool
