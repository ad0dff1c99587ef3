// SPDX-License-Identifier: Apache-2.0
#include "smtp/content_reader.h"

#include <algorithm>

namespace sealgate::smtp {

ContentReader::ContentReader(const ContentRules& rules, Framing framing, std::uint64_t expected)
    : rules_(rules),
      dots_(framing == Framing::dots) {
    content_.reserve(std::min<std::uint64_t>({expected, rules.message_size, kMaxReserve}));
}

std::size_t ContentReader::consume(std::string_view bytes) {
    std::size_t used = 0;
    while (!carry_.empty() && used < bytes.size() && !done_) {
        carry_ += bytes[used++];
        carry_.erase(0, scan(carry_));
    }
    if (done_ || used == bytes.size()) return used;
    bytes.remove_prefix(used);
    const std::size_t scanned = scan(bytes);
    if (done_) return used + scanned;
    carry_ = bytes.substr(scanned);
    return used + bytes.size();
}

// Takes whole runs, from one stuffed dot to the next, and returns how many octets are decided: at
// most two are not, "." and "\r" where what follows them counts.
std::size_t ContentReader::scan(std::string_view bytes) {
    std::size_t at = 0;
    std::size_t run = 0;
    while (at < bytes.size()) {
        if (dots_ && after_crlf_ && bytes[at] == '.') {
            const std::string_view rest = bytes.substr(at, 3);
            if (rest == "." || rest == ".\r") break;
            store(bytes.substr(run, at - run));
            if (rest == ".\r\n") {
                done_ = true;
                return at + rest.size();
            }
            run = ++at;
            after_crlf_ = false;
        }
        const LineScan line = scan_line(bytes.substr(at));
        if (line.octets == 0) break;
        note_line(bytes.substr(at, line.octets), line);
        at += line.octets;
    }
    store(bytes.substr(run, at - run));
    return at;
}

// `piece` is a line or, when it is not complete, the part of one that is here.
void ContentReader::note_line(std::string_view piece, const LineScan& line) {
    const bool bare_lf = line.complete && !line.crlf;
    if (rules_.refuse_bare_newlines && (line.bare_cr || bare_lf)) faults_.bare_newline = true;
    if (in_header_) note_header(piece, line_octets_ == 0);
    line_octets_ += piece.size();
    if (line_octets_ > rules_.text_line) faults_.text_line = true;
    if (line.complete) line_octets_ = 0;
    after_crlf_ = line.crlf;
}

void ContentReader::note_header(std::string_view piece, bool line_start) {
    header_octets_ += piece.size();
    if (header_octets_ > rules_.header_bytes) faults_.header_bytes = true;
    if (!line_start) return;
    if (piece == "\r\n" || piece == "\n") {
        in_header_ = false;
    } else if (piece.front() != ' ' && piece.front() != '\t') {
        ++header_fields_;
        if (header_fields_ > rules_.header_fields) faults_.header_fields = true;
    }
}

void ContentReader::store(std::string_view run) {
    if (run.empty()) return;
    octets_ += run.size();
    if (octets_ > rules_.message_size) faults_.size = true;
    if (has_nul(run)) faults_.nul = true;
    check_faults();
    if (!faults_.any()) content_ += run;
}

void ContentReader::check_faults() {
    if (faults_.any() && content_.capacity() > 0) std::string().swap(content_);
}

void ContentReader::finish() {
    if (!carry_.empty()) {  // a CR at the very end, which nothing can follow any more
        if (rules_.refuse_bare_newlines) faults_.bare_newline = true;
        store(carry_);
        carry_.clear();
    }
    check_faults();
    if (!content_.empty() && !content_.ends_with("\r\n")) content_ += "\r\n";
}

}  // namespace sealgate::smtp
