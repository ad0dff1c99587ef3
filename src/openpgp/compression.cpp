// SPDX-License-Identifier: Apache-2.0
#include "openpgp/compression.h"

#include <bzlib.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

namespace sealgate::openpgp {
namespace {

constexpr std::size_t kInputSize = 16'384;
constexpr std::size_t kMostAtOnce = 1U << 30U;  // zlib and bzlib count in unsigned int

enum class Step : std::uint8_t { more, end, damaged, no_memory };

// What one call of a library may read and write; it moves both.
struct Window {
    char* in = nullptr;
    std::size_t in_size = 0;
    char* out = nullptr;
    std::size_t out_size = 0;
};

class Decoder {
public:
    Decoder() = default;
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;
    Decoder(Decoder&&) = delete;
    Decoder& operator=(Decoder&&) = delete;
    virtual ~Decoder() = default;

    [[nodiscard]] virtual bool begin() = 0;  // false: no memory
    // Goes on until either side of the window is used up.
    [[nodiscard]] virtual Step step(Window& window) = 0;
};

class Inflate final : public Decoder {
public:
    // Of zlib's inflateInit2: negative for raw deflate.
    explicit Inflate(int window_bits) : window_bits_(window_bits) {}
    Inflate(const Inflate&) = delete;
    Inflate& operator=(const Inflate&) = delete;
    Inflate(Inflate&&) = delete;
    Inflate& operator=(Inflate&&) = delete;
    ~Inflate() override { inflateEnd(&stream_); }

    bool begin() override { return inflateInit2(&stream_, window_bits_) == Z_OK; }

    Step step(Window& window) override {
        stream_.next_in = reinterpret_cast<Bytef*>(window.in);
        stream_.avail_in = static_cast<uInt>(window.in_size);
        stream_.next_out = reinterpret_cast<Bytef*>(window.out);
        stream_.avail_out = static_cast<uInt>(window.out_size);
        const int outcome = inflate(&stream_, Z_NO_FLUSH);
        window = {.in = reinterpret_cast<char*>(stream_.next_in),
                  .in_size = stream_.avail_in,
                  .out = reinterpret_cast<char*>(stream_.next_out),
                  .out_size = stream_.avail_out};
        switch (outcome) {
            case Z_OK:
            case Z_BUF_ERROR:
                return Step::more;  // the latter: nothing to do with this window
            case Z_STREAM_END:
                return Step::end;
            case Z_MEM_ERROR:
                return Step::no_memory;
            default:
                return Step::damaged;
        }
    }

private:
    z_stream stream_{};
    int window_bits_;
};

class Bunzip2 final : public Decoder {
public:
    Bunzip2() = default;
    Bunzip2(const Bunzip2&) = delete;
    Bunzip2& operator=(const Bunzip2&) = delete;
    Bunzip2(Bunzip2&&) = delete;
    Bunzip2& operator=(Bunzip2&&) = delete;
    ~Bunzip2() override { BZ2_bzDecompressEnd(&stream_); }

    bool begin() override { return BZ2_bzDecompressInit(&stream_, 0, 0) == BZ_OK; }

    Step step(Window& window) override {
        stream_.next_in = window.in;
        stream_.avail_in = static_cast<unsigned>(window.in_size);
        stream_.next_out = window.out;
        stream_.avail_out = static_cast<unsigned>(window.out_size);
        const int outcome = BZ2_bzDecompress(&stream_);
        window = {.in = stream_.next_in,
                  .in_size = stream_.avail_in,
                  .out = stream_.next_out,
                  .out_size = stream_.avail_out};
        switch (outcome) {
            case BZ_OK:
                return Step::more;
            case BZ_STREAM_END:
                return Step::end;
            case BZ_MEM_ERROR:
                return Step::no_memory;
            default:
                return Step::damaged;
        }
    }

private:
    bz_stream stream_{};
};

class Stored final : public Decoder {
public:
    bool begin() override { return true; }

    // Its end is that of the input, which Decompressor knows.
    Step step(Window& window) override {
        const std::size_t size = std::min(window.in_size, window.out_size);
        if (size != 0) std::memcpy(window.out, window.in, size);
        window = {.in = window.in + size,
                  .in_size = window.in_size - size,
                  .out = window.out + size,
                  .out_size = window.out_size - size};
        return Step::more;
    }
};

class Decompressor final : public Source {
public:
    Decompressor(std::unique_ptr<Decoder> decoder,
                 bool ends_by_itself,
                 bool may_be_padded,
                 Source& input,
                 const CompressionLimits& limits)
        : decoder_(std::move(decoder)),
          ends_by_itself_(ends_by_itself),
          may_be_padded_(may_be_padded),
          input_(input),
          limits_(limits) {}

    Result<std::size_t> read(char* out, std::size_t size) override {
        if (failure_) return fail(*failure_);
        if (size == 0) return 0;
        auto count = ended_ ? finish() : advance(out, size);
        if (!count) failure_ = count.error();
        return count;
    }

private:
    static std::unexpected<Error> wrong(std::string detail) {
        return fail(ErrorKind::malformed, "openpgp.compression", std::move(detail));
    }
    static std::unexpected<Error> over(std::string detail) {
        return fail(ErrorKind::exhausted, "openpgp.compression", std::move(detail));
    }

    Status refill() {
        if (in_size_ != 0 || input_over_) return {};
        SG_TRY(in_size_, input_.read(buffer_.data(), buffer_.size()));
        in_ = buffer_.data();
        input_over_ = in_size_ == 0;
        return {};
    }

    Result<std::size_t> advance(char* out, std::size_t size) {
        // One octet over the limit is enough to know of it.
        const std::uint64_t allowed = limits_.output - written_;
        if (allowed < kMostAtOnce) size = std::min<std::size_t>(size, allowed + 1);
        size = std::min(size, kMostAtOnce);
        while (true) {
            SG_TRYV(refill());
            Window window{.in = in_, .in_size = in_size_, .out = out, .out_size = size};
            const Step step = decoder_->step(window);
            taken_ += in_size_ - window.in_size;
            in_ = window.in;
            in_size_ = window.in_size;
            const std::size_t count = size - window.out_size;
            written_ += count;
            if (step == Step::no_memory) return over("no memory");
            if (step == Step::damaged) return wrong("the compressed data is damaged");
            SG_TRYV(check_budget());
            ended_ = step == Step::end || (!ends_by_itself_ && input_over_);
            if (count != 0) return count;
            if (ended_) return finish();
            if (input_over_) return wrong("the compressed data is cut off");
        }
    }

    Status check_budget() const {
        if (written_ > limits_.output) return over("more octets than the limit");
        // Divided, as a product could overflow.
        if (written_ > limits_.free_output && written_ / limits_.ratio >= taken_ &&
            written_ > limits_.ratio * taken_) {
            return over("more octets for each octet than the limit");
        }
        return {};
    }

    // Some programs hide the length of a text with octets behind the end of deflated data, and no
    // reader makes text of those. Behind the end of BZip2 some readers look for more of it.
    Result<std::size_t> finish() {
        SG_TRYV(refill());
        while (may_be_padded_ && in_size_ != 0) {
            in_size_ = 0;
            SG_TRYV(refill());
        }
        if (in_size_ != 0) return wrong("octets after the end of the compressed data");
        return 0;
    }

    std::unique_ptr<Decoder> decoder_;
    bool ends_by_itself_;
    bool may_be_padded_;
    Source& input_;
    CompressionLimits limits_;
    std::array<char, kInputSize> buffer_{};
    char* in_ = nullptr;
    std::size_t in_size_ = 0;
    bool input_over_ = false;
    bool ended_ = false;
    std::uint64_t taken_ = 0;
    std::uint64_t written_ = 0;
    std::optional<Error> failure_;
};

std::unique_ptr<Decoder> decoder_for(std::uint8_t algorithm) {
    switch (algorithm) {
        case 0:
            return std::make_unique<Stored>();
        case 1:
            return std::make_unique<Inflate>(-MAX_WBITS);
        case 2:
            return std::make_unique<Inflate>(MAX_WBITS);
        case 3:
            return std::make_unique<Bunzip2>();
        default:
            return nullptr;
    }
}

}  // namespace

Result<std::unique_ptr<Source>> decompress(std::uint8_t algorithm,
                                           Source& input,
                                           const CompressionLimits& limits) {
    auto decoder = decoder_for(algorithm);
    if (decoder == nullptr) {
        return fail(ErrorKind::not_found,
                    "openpgp.compression",
                    "algorithm " + std::to_string(algorithm) + " is unknown");
    }
    if (!decoder->begin()) {
        return fail(ErrorKind::exhausted, "openpgp.compression", "no memory");
    }
    const bool deflated = algorithm == 1 || algorithm == 2;
    return std::make_unique<Decompressor>(
        std::move(decoder), algorithm != 0, deflated, input, limits);
}

}  // namespace sealgate::openpgp
