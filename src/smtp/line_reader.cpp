// SPDX-License-Identifier: Apache-2.0
#include "smtp/line_reader.h"

#include <algorithm>

namespace sealgate::smtp {

void LineReader::feed(std::string_view bytes) {
    if (gave_up_) return;
    if (start_ > buffer_.size() / 2) {  // halving keeps the moving linear in all
        buffer_.erase(0, start_);
        scanned_ -= std::min(scanned_, start_);
        start_ = 0;
    }
    buffer_ += bytes;
}

void LineReader::consume(std::size_t octets) {
    start_ += octets;
    scanned_ = start_;
    if (start_ < buffer_.size()) return;
    buffer_.clear();
    if (buffer_.capacity() > kept_) buffer_.shrink_to_fit();
    start_ = scanned_ = 0;
}

void LineReader::reserve(std::size_t octets) {
    kept_ = std::max(kept_, octets);
    buffer_.reserve(octets);
}

void LineReader::wipe() {
    if (!buffer_.empty()) return explicit_bzero(buffer_.data(), start_);
    buffer_.assign(buffer_.capacity(), '\0');  // it was forgotten before it was overwritten
    buffer_.clear();
}

LineReader::Line LineReader::fault(LineFault what, std::size_t octets) {
    consume(octets);
    skipping_ = what == LineFault::too_long || what == LineFault::bare_lf;
    skipped_ = 0;
    return {{}, what};
}

// True when the CRLF that ends the faulty line has been found.
bool LineReader::skip() {
    const std::string_view window = buffered().substr(0, kMaxSkipped - skipped_);
    const std::size_t end = window.find("\r\n");
    if (end != std::string_view::npos) {
        consume(end + 2);
        skipping_ = false;
        return true;
    }
    const std::size_t octets = window.size() - (window.ends_with('\r') ? 1 : 0);
    skipped_ += octets;
    gave_up_ = skipped_ + 1 >= kMaxSkipped;
    consume(octets);
    return false;
}

std::optional<LineReader::Line> LineReader::next() {
    if (gave_up_ || (skipping_ && !skip())) return std::nullopt;
    // The line may stand in buffer_ that the last call cut it off; only now is that memory reused.
    if (start_ == buffer_.size()) consume(0);
    const std::size_t lf = buffer_.find('\n', std::max(start_, scanned_));
    const bool found = lf != std::string::npos;
    scanned_ = found ? lf : buffer_.size();
    const std::size_t octets = scanned_ - start_ + (found ? 1 : 0);
    // The last octet stays for skip(), which wants to see the CR before the LF.
    if (found ? octets > limit_ : octets >= limit_) return fault(LineFault::too_long, limit_ - 1);
    if (!found) return std::nullopt;

    const std::string_view line = std::string_view(buffer_).substr(start_, octets);
    const LineScan scan = scan_line(line);
    if (!scan.crlf) return fault(LineFault::bare_lf, octets);
    if (scan.bare_cr) return fault(LineFault::bare_cr, octets);
    if (has_nul(line)) return fault(LineFault::nul, octets);
    start_ += octets;
    scanned_ = start_;
    return Line{line.substr(0, octets - 2), LineFault::none};
}

}  // namespace sealgate::smtp
