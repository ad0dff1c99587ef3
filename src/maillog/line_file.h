#pragma once
// SPDX-License-Identifier: Apache-2.0
// A file with one line for each record, written behind the log: the text lines, or the JSON lines.
// What is in it already is known from a position file and from the lines behind that position, so
// that after kill -9 no line is missing and none is there twice.

#include "base/clock.h"
#include "maillog/feed.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace sealgate::maillog {

// Which file the position speaks of, and how far it was written and synced.
struct LinePosition {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t written_length = 0;
    std::uint64_t written_sequence = 0;
    std::uint64_t synced_length = 0;
    std::uint64_t synced_sequence = 0;

    bool operator==(const LinePosition&) const = default;
};
[[nodiscard]] std::string render_position(const LinePosition& position);
[[nodiscard]] std::optional<LinePosition> parse_position(std::string_view text);

class LineFile {
public:
    using Render = std::function<void(std::string& out, const Record& record)>;

    // `last` is the last sequence that the log has now.
    LineFile(SegmentStore& store,
             std::string path,
             std::string position_path,
             std::uint64_t last,
             Render render)
        : store_(store),
          path_(std::move(path)),
          position_path_(std::move(position_path)),
          last_at_start_(last),
          render_(std::move(render)) {}
    LineFile(const LineFile&) = delete;
    LineFile& operator=(const LineFile&) = delete;
    LineFile(LineFile&&) = delete;
    LineFile& operator=(LineFile&&) = delete;
    ~LineFile() { close_file(); }

    // Writes what is there, at most a budget of it; true when there is more. After an error the
    // file is closed, and the next call opens it and finds its place again.
    Result<bool> step();
    // Makes file and position survive power loss.
    Status sync();
    // Goes on with whatever file then has the name.
    void reopen();
    [[nodiscard]] std::uint64_t sequence() const { return position_.written_sequence; }
    [[nodiscard]] bool synced() const {
        return position_.written_sequence == position_.synced_sequence;
    }

private:
    Status ensure_open();
    Status open_position();
    Status open_file();
    Status find_place();
    Result<std::uint64_t> count_lines(std::uint64_t from, std::uint64_t size);
    Status write_lines();
    Status save_position();
    void close_file();
    [[nodiscard]] std::unexpected<Error> failed(std::string_view call) const;

    SegmentStore& store_;
    std::string path_;
    std::string position_path_;
    std::uint64_t last_at_start_;
    Render render_;
    int descriptor_ = -1;
    std::unique_ptr<os::File> position_file_;
    bool position_known_ = false;
    LinePosition position_;
    std::optional<Feed> feed_;
    std::string buffer_;
    Record record_;
};

}  // namespace sealgate::maillog
