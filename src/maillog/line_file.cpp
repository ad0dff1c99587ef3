// SPDX-License-Identifier: Apache-2.0
#include "maillog/line_file.h"

#include "base/crc32c.h"
#include "base/text.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <tuple>

namespace sealgate::maillog {
namespace {

constexpr std::string_view kTitle = "sealgate lines 1";
constexpr std::size_t kPositionSize = 192;
constexpr std::size_t kRecordsPerStep = 4096;
constexpr std::size_t kChunk = 1UL << 16U;
constexpr mode_t kFileMode = 0640;

}  // namespace

// One sector, always written whole.
std::string render_position(const LinePosition& position) {
    std::string out = fmt::format("{} {} {} {} {} {} {} ",
                                  kTitle,
                                  position.device,
                                  position.inode,
                                  position.written_length,
                                  position.written_sequence,
                                  position.synced_length,
                                  position.synced_sequence);
    out += fmt::format("{:08x}", crc32c(out));
    out.resize(kPositionSize - 1, ' ');
    out += '\n';
    return out;
}

std::optional<LinePosition> parse_position(std::string_view text) {
    constexpr std::size_t kSumDigits = 8;
    text = trim(text);
    if (!text.starts_with(kTitle) || text.size() <= kTitle.size() + 1 + kSumDigits) {
        return std::nullopt;
    }
    const std::string_view body = text.substr(0, text.size() - kSumDigits);
    if (text.substr(body.size()) != fmt::format("{:08x}", crc32c(body))) return std::nullopt;
    const auto fields = split(trim(body.substr(kTitle.size())), ' ');
    LinePosition out;
    const std::array<std::uint64_t*, 6> targets = {&out.device,
                                                   &out.inode,
                                                   &out.written_length,
                                                   &out.written_sequence,
                                                   &out.synced_length,
                                                   &out.synced_sequence};
    if (fields.size() != targets.size()) return std::nullopt;
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const auto number = parse_number(fields[i]);
        if (!number) return std::nullopt;
        *targets[i] = *number;
    }
    return out;
}

std::unexpected<Error> LineFile::failed(std::string_view call) const {
    const int code = errno;
    return fail(ErrorKind::transient,
                "maillog.lines",
                fmt::format("{} {}: {}", call, path_, std::generic_category().message(code)));
}

void LineFile::close_file() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
    feed_.reset();
}

void LineFile::reopen() {
    // What is synced must be recorded before the name means another file.
    if (descriptor_ >= 0) std::ignore = sync();
    close_file();
}

Status LineFile::open_position() {
    os::FileSystem& files = store_.files();
    SG_TRY(const bool there, files.exists(position_path_));
    SG_TRY(position_file_,
           files.open(position_path_, there ? os::OpenMode::read_write : os::OpenMode::create_new));
    SG_TRY(const auto text, position_file_->read_at(0, kPositionSize));
    if (const auto known = parse_position(text)) {
        position_ = *known;
        position_known_ = true;
        // Power loss can take records that the file has as lines already; the numbers come again.
        position_.written_sequence = std::min(position_.written_sequence, last_at_start_);
        position_.synced_sequence = std::min(position_.synced_sequence, last_at_start_);
    }
    return {};
}

Status LineFile::open_file() {
    SG_TRYV(store_.files().make_directories(os::parent_directory(path_)));
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, kFileMode);
    return descriptor_ < 0 ? Status(failed("open")) : Status{};
}

Status LineFile::ensure_open() {
    if (descriptor_ >= 0) return {};
    if (!position_file_) SG_TRYV(open_position());
    SG_TRYV(open_file());
    if (auto found = find_place(); !found) {
        close_file();
        return found;
    }
    return {};
}

// Sets position and feed to what the file has: see "Text file and JSON lines" of the format page.
Status LineFile::find_place() {
    struct stat info{};
    if (::fstat(descriptor_, &info) != 0) return failed("stat");
    const auto size = static_cast<std::uint64_t>(info.st_size);
    const bool same =
        position_known_ && position_.device == info.st_dev && position_.inode == info.st_ino;
    // Where lines that the position knows end; lines behind that are counted.
    std::uint64_t length = size;
    std::uint64_t sequence = position_.written_sequence;
    if (!position_known_ && size > 0) {
        // Nobody knows what is in it: nothing is written a second time.
        sequence = last_at_start_;
    } else if (same && size >= position_.written_length) {
        length = position_.written_length;
    } else if (same && size >= position_.synced_length) {
        length = position_.synced_length;
        sequence = position_.synced_sequence;
    }
    SG_TRY(std::uint64_t lines, count_lines(length, size));
    feed_.emplace(store_, sequence);
    while (lines > 0) {
        SG_TRY(const std::size_t passed, feed_->read(lines, [](const RecordView&) {}));
        if (passed == 0) break;
        lines -= passed;
    }
    if (::fstat(descriptor_, &info) != 0) return failed("stat");
    position_.device = info.st_dev;
    position_.inode = info.st_ino;
    position_.written_length = static_cast<std::uint64_t>(info.st_size);
    position_.written_sequence = feed_->sequence();
    position_.synced_length = std::min(position_.synced_length, position_.written_length);
    if (!same) position_.synced_length = position_.written_length;
    if (!same) position_.synced_sequence = position_.written_sequence;
    position_known_ = true;
    return save_position();
}

// Whole lines between `from` and the end; half a line at the end is cut off.
Result<std::uint64_t> LineFile::count_lines(std::uint64_t from, std::uint64_t size) {
    std::uint64_t lines = 0;
    std::uint64_t whole = from;  // behind the last line end
    std::string chunk(kChunk, '\0');
    for (std::uint64_t at = from; at < size;) {
        const ssize_t n = ::pread(descriptor_, chunk.data(), chunk.size(), static_cast<off_t>(at));
        if (n < 0) return failed("read");
        if (n == 0) break;
        const std::string_view bytes(chunk.data(), static_cast<std::size_t>(n));
        for (std::size_t end = bytes.find('\n'); end != std::string_view::npos;
             end = bytes.find('\n', end + 1)) {
            ++lines;
            whole = at + end + 1;
        }
        at += bytes.size();
    }
    if (whole < size && ::ftruncate(descriptor_, static_cast<off_t>(whole)) != 0) {
        return failed("truncate");
    }
    return lines;
}

Result<bool> LineFile::step() {
    SG_TRYV(ensure_open());
    buffer_.clear();
    auto read = feed_->read(kRecordsPerStep, [this](const RecordView& view) {
        view.copy_to(record_);
        render_(buffer_, record_);
        buffer_ += '\n';
    });
    Status done = read ? write_lines() : Status(fail(read.error()));
    if (!done) {
        // The feed is ahead of the file now; opening again finds what really got there.
        close_file();
        return fail(std::move(done).error());
    }
    return *read == kRecordsPerStep;
}

Status LineFile::write_lines() {
    if (buffer_.empty()) return {};
    for (std::string_view rest = buffer_; !rest.empty();) {
        const ssize_t n = ::write(descriptor_, rest.data(), rest.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return failed("write");
        rest.remove_prefix(static_cast<std::size_t>(n));
    }
    struct stat info{};
    if (::fstat(descriptor_, &info) != 0) return failed("stat");
    position_.written_length = static_cast<std::uint64_t>(info.st_size);
    position_.written_sequence = feed_->sequence();
    return save_position();
}

Status LineFile::save_position() {
    return position_file_->write_at(0, render_position(position_));
}

Status LineFile::sync() {
    if (descriptor_ < 0 || synced()) return {};
    if (::fdatasync(descriptor_) != 0) return failed("sync");
    position_.synced_length = position_.written_length;
    position_.synced_sequence = position_.written_sequence;
    SG_TRYV(save_position());
    return position_file_->sync();
}

}  // namespace sealgate::maillog
