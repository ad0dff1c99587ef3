// SPDX-License-Identifier: Apache-2.0
#include "openpgp/compression.h"

#include "openpgp/algorithms.h"

#include <bzlib.h>
#include <zlib.h>

#include <algorithm>
#include <array>

namespace sealgate::openpgp {
namespace {

constexpr std::string_view kWhere = "openpgp.compression";
constexpr std::size_t kPiece = 16384;

std::unexpected<Error> malformed(std::string_view reason) {
    return fail(ErrorKind::malformed, kWhere, "compressed data: " + std::string(reason));
}

class Plain final : public Source {
public:
    explicit Plain(Source& input) : input_(input) {}
    Result<std::size_t> read(char* out, std::size_t size) override {
        return input_.read(out, size);
    }

private:
    Source& input_;
};

// What one call of a decompressor did.
enum class Step : std::uint8_t { more, end, bad };

class Deflate {
public:
    static constexpr bool kMayBePadded = true;

    explicit Deflate(int window_bits) : good_(inflateInit2(&stream_, window_bits) == Z_OK) {}
    Deflate(const Deflate&) = delete;
    Deflate& operator=(const Deflate&) = delete;
    Deflate(Deflate&&) = delete;
    Deflate& operator=(Deflate&&) = delete;
    ~Deflate() { inflateEnd(&stream_); }

    [[nodiscard]] bool good() const { return good_; }
    void input(char* octets, std::size_t size) {
        stream_.next_in = reinterpret_cast<Bytef*>(octets);
        stream_.avail_in = static_cast<uInt>(size);
    }
    [[nodiscard]] std::size_t input_left() const { return stream_.avail_in; }
    Step run(char* out, std::size_t& size) {
        stream_.next_out = reinterpret_cast<Bytef*>(out);
        stream_.avail_out = static_cast<uInt>(size);
        const int result = inflate(&stream_, Z_NO_FLUSH);
        size -= stream_.avail_out;
        if (result == Z_STREAM_END) return Step::end;
        return result == Z_OK || result == Z_BUF_ERROR ? Step::more : Step::bad;
    }

private:
    z_stream stream_{};
    bool good_;
};

class Bzip2 {
public:
    static constexpr bool kMayBePadded = false;

    Bzip2() : good_(BZ2_bzDecompressInit(&stream_, 0, 0) == BZ_OK) {}
    Bzip2(const Bzip2&) = delete;
    Bzip2& operator=(const Bzip2&) = delete;
    Bzip2(Bzip2&&) = delete;
    Bzip2& operator=(Bzip2&&) = delete;
    ~Bzip2() { BZ2_bzDecompressEnd(&stream_); }

    [[nodiscard]] bool good() const { return good_; }
    void input(char* octets, std::size_t size) {
        stream_.next_in = octets;
        stream_.avail_in = static_cast<unsigned>(size);
    }
    [[nodiscard]] std::size_t input_left() const { return stream_.avail_in; }
    Step run(char* out, std::size_t& size) {
        stream_.next_out = out;
        stream_.avail_out = static_cast<unsigned>(size);
        const int result = BZ2_bzDecompress(&stream_);
        size -= stream_.avail_out;
        if (result == BZ_STREAM_END) return Step::end;
        return result == BZ_OK ? Step::more : Step::bad;
    }

private:
    bz_stream stream_{};
    bool good_;
};

template <class Decompressor>
class Decompressed final : public Source {
public:
    template <class... Arguments>
    Decompressed(Source& input, const CompressionLimits& limits, Arguments... arguments)
        : input_(input),
          limits_(limits),
          decompressor_(arguments...) {}

    Result<std::size_t> read(char* out, std::size_t size) override {
        if (!decompressor_.good()) {
            return fail(ErrorKind::exhausted, kWhere, "no memory for decompression");
        }
        size =
            std::min(size, kPiece);  // bounds what one call may bring, and fits the library's int
        while (!ended_ && size > 0) {
            if (decompressor_.input_left() == 0 && !input_ended_) {
                SG_TRY(const std::size_t count, input_.read(piece_.data(), piece_.size()));
                input_ended_ = count == 0;
                taken_ += count;
                decompressor_.input(piece_.data(), count);
            }
            std::size_t made = size;
            const Step step = decompressor_.run(out, made);
            if (step == Step::bad) return malformed("it cannot be read");
            if (step == Step::end) {
                ended_ = true;
                SG_TRYV(pass_over_rest());
            } else if (made == 0 && input_ended_) {
                return malformed("it is cut off");
            }
            SG_TRYV(count(made));
            if (made > 0) return made;
        }
        return 0;
    }

private:
    // Some programs hide the length of a text with octets behind the end of the deflated data; no
    // reader makes text of them. Behind bzip2's end some readers would look for more of it, so
    // there it is refused.
    Status pass_over_rest() {
        bool any = decompressor_.input_left() > 0;
        while (!input_ended_) {
            SG_TRY(const std::size_t count, input_.read(piece_.data(), piece_.size()));
            input_ended_ = count == 0;
            any = any || count > 0;
        }
        if (any && !Decompressor::kMayBePadded) return malformed("octets behind its end");
        return {};
    }

    Status count(std::size_t made) {
        made_ += made;
        const bool bomb = made_ > limits_.free_output && made_ / limits_.ratio > taken_;
        if (made_ > limits_.output || bomb) {
            return fail(ErrorKind::exhausted, kWhere, "compressed data says too much");
        }
        return {};
    }

    Source& input_;
    const CompressionLimits limits_;
    Decompressor decompressor_;
    std::array<char, kPiece> piece_{};
    std::uint64_t taken_ = 0;
    std::uint64_t made_ = 0;
    bool input_ended_ = false;
    bool ended_ = false;
};

}  // namespace

Result<std::unique_ptr<Source>> decompress(std::uint8_t algorithm,
                                           Source& input,
                                           const CompressionLimits& limits) {
    constexpr int kRaw = -MAX_WBITS;
    std::unique_ptr<Source> made;
    switch (algorithm) {
        case 0:
            made = std::make_unique<Plain>(input);
            break;
        case 1:
            made = std::make_unique<Decompressed<Deflate>>(input, limits, kRaw);
            break;
        case 2:
            made = std::make_unique<Decompressed<Deflate>>(input, limits, MAX_WBITS);
            break;
        case 3:
            made = std::make_unique<Decompressed<Bzip2>>(input, limits);
            break;
        default:
            return fail(ErrorKind::not_found, kWhere, compression_name(algorithm));
    }
    return made;
}

}  // namespace sealgate::openpgp
