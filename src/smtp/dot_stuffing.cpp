// SPDX-License-Identifier: Apache-2.0
#include "smtp/dot_stuffing.h"

#include <algorithm>

namespace sealgate::smtp {

namespace {

constexpr std::size_t kBlock = 1024;
constexpr std::size_t kMaxBorrowedPieces = 256;

// CR and LF stand in pairs exactly when each octet is CR if and only if the next one is LF.
bool breaks_framing(char octet, char next) {
    return octet == '\0' || (octet == '\r') != (next == '\n');
}

struct BlockFacts {
    bool broken = false;
    bool dots = false;
};

// Looks at `count` octets and the one behind them. Free of branches, so that the compiler makes
// vector code of it: nearly every block has neither, and nothing else is done with it then.
BlockFacts inspect(const char* octets, std::size_t count) {
    unsigned char broken = 0;
    unsigned char dots = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto octet = static_cast<unsigned char>(octets[i]);
        const auto next = static_cast<unsigned char>(octets[i + 1]);
        const auto cr = static_cast<unsigned char>(octet == '\r');
        const auto lf = static_cast<unsigned char>(next == '\n');
        broken |= static_cast<unsigned char>((cr ^ lf) | static_cast<int>(octet == 0));
        dots |= static_cast<unsigned char>(static_cast<int>(octet == '\n') &
                                           static_cast<int>(next == '.'));
    }
    return {broken != 0, dots != 0};
}

enum class Dots : bool { as_they_are, doubled };

class Framer {
public:
    explicit Framer(Dots dots) : dots_(dots) {}

    Status add(std::string_view piece) {
        if (piece.empty()) return {};
        if (previous_ == '\r' ? piece[0] != '\n' : piece[0] == '\n') return broken(0);
        run_ = piece;
        if (previous_ == '\n' && piece[0] == '.' && dots_ == Dots::doubled) double_dot(piece, 0);
        const std::size_t last = piece.size() - 1;
        for (std::size_t at = 0; at < last; at += kBlock) {
            const std::size_t count = std::min(kBlock, last - at);
            const BlockFacts facts = inspect(piece.data() + at, count);
            if (facts.broken) return broken(first_break(piece, at));
            if (facts.dots && dots_ == Dots::doubled) double_dots(piece, at, count);
        }
        if (piece[last] == '\0') return broken(last);
        flush(run_);
        previous_ = piece[last];
        offset_ += piece.size();
        return {};
    }

    Result<FramedContent> finish() {
        if (previous_ == '\r') return std::unexpected(broken(0).error());
        if (out_.copied) out_.pieces.emplace_back(*out_.copied);
        const bool line_ended = previous_ == '\n';
        if (dots_ == Dots::doubled) {
            out_.pieces.emplace_back(line_ended ? ".\r\n" : "\r\n.\r\n");
        } else if (!line_ended) {
            out_.pieces.emplace_back("\r\n");
        }
        return std::move(out_);
    }

private:
    [[nodiscard]] Status broken(std::size_t at) const {
        return fail(ErrorKind::refused,
                    "smtp.content",
                    "bare CR, bare LF or NUL near offset " + std::to_string(offset_ + at));
    }

    static std::size_t first_break(std::string_view piece, std::size_t at) {
        while (!breaks_framing(piece[at], piece[at + 1]))
            ++at;
        return at;
    }

    void double_dots(std::string_view piece, std::size_t at, std::size_t count) {
        for (std::size_t i = at; i < at + count; ++i)
            if (piece[i] == '\n' && piece[i + 1] == '.') double_dot(piece, i + 1);
    }

    // Sends up to and including the dot; what is left begins with the same dot.
    void double_dot(std::string_view piece, std::size_t dot) {
        const auto begin = static_cast<std::size_t>(run_.data() - piece.data());
        flush(run_.substr(0, dot + 1 - begin));
        run_ = piece.substr(dot);
    }

    void flush(std::string_view bytes) {
        if (out_.copied) {
            out_.copied->append(bytes);
        } else if (out_.pieces.size() < kMaxBorrowedPieces) {
            out_.pieces.push_back(bytes);
        } else {
            out_.copied = std::make_unique<std::string>(bytes);
        }
    }

    Dots dots_;
    FramedContent out_;
    std::string_view run_;    // of the piece in hand, not flushed yet
    std::size_t offset_ = 0;  // of the piece in hand in the stream
    char previous_ = '\n';    // the stream begins at the start of a line
};

Result<FramedContent> frame(const std::vector<std::string_view>& pieces, Dots dots) {
    Framer framer(dots);
    for (const std::string_view piece : pieces)
        SG_TRYV(framer.add(piece));
    return framer.finish();
}

}  // namespace

Result<FramedContent> stuff_dots(const std::vector<std::string_view>& pieces) {
    return frame(pieces, Dots::doubled);
}

Result<FramedContent> frame_chunk(const std::vector<std::string_view>& pieces) {
    return frame(pieces, Dots::as_they_are);
}

}  // namespace sealgate::smtp
