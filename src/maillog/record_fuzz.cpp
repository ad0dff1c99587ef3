// SPDX-License-Identifier: Apache-2.0
// Whatever bytes a segment holds, reading it ends, stays inside it and counts upwards; whatever an
// event says, it comes back escaped, and is found behind any garbage.

#include "base/text.h"
#include "maillog/record.h"
#include "maillog/segment.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::maillog {
namespace {

class MemoryFile final : public os::File {
public:
    explicit MemoryFile(std::string_view bytes) : bytes_(bytes) {}
    Status write_at(std::uint64_t /*offset*/, std::string_view /*bytes*/) override {
        return fail(ErrorKind::refused, "fuzz", "read only");
    }
    Result<std::string> read_at(std::uint64_t offset, std::size_t length) const override {
        return std::string(bytes_.substr(std::min<std::size_t>(offset, bytes_.size()), length));
    }
    Status sync() override { return {}; }
    Result<std::uint64_t> size() const override { return bytes_.size(); }
    Status truncate(std::uint64_t /*size*/) override {
        return fail(ErrorKind::refused, "fuzz", "read only");
    }

private:
    std::string_view bytes_;
};

std::vector<std::uint64_t> scan(std::string_view bytes) {
    const MemoryFile file(bytes);
    RecordScanner scanner(file, {0, 0}, bytes.size(), Segment::kOpen);
    std::vector<std::uint64_t> sequences;
    std::uint64_t behind = 0;
    for (RecordView record;;) {
        const auto more = scanner.next(record);
        SG_CHECK(more.has_value());
        if (!*more) break;
        SG_CHECK(scanner.offset() >= behind);
        SG_CHECK(record.size >= kMinRecord && record.size <= kMaxRecord);
        behind = scanner.behind().offset;
        SG_CHECK(behind == scanner.offset() + record.size && behind <= bytes.size());
        SG_CHECK(sequences.empty() || record.sequence > sequences.back());
        sequences.push_back(record.sequence);
    }
    return sequences;
}

void check_event(std::string_view text) {
    Event event;
    event.text = text;
    event.sender = text.substr(0, text.size() / 2);
    event.level = Level::error;
    std::string first;
    append_record(first, 1, WallTime{}, 1, event);
    const auto view = parse_record(first);
    SG_CHECK(view.has_value() && view->size == first.size());
    SG_CHECK(is_valid_utf8(view->text) && view->text.find('\n') == std::string_view::npos);
    SG_CHECK(view->text.size() <= kFieldLimit && view->sender.size() <= kFieldLimit);
    std::string second;
    append_record(second, 2, WallTime{}, 1, event);
    const auto found = scan(first + std::string(text) + second);
    SG_CHECK(found.size() >= 2 && found.front() == 1);
    std::string damaged = first;
    damaged[text.size() % damaged.size()] ^= 1;
    SG_CHECK(!parse_record(damaged));
}

}  // namespace
}  // namespace sealgate::maillog

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    (void)sealgate::maillog::scan(input);
    sealgate::maillog::check_event(input);
    return 0;
}
