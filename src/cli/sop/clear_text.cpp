// SPDX-License-Identifier: Apache-2.0
#include "cli/sop/clear_text.h"

#include "cli/sop/indirect.h"
#include "cli/sop/material.h"
#include "os/scratch_file.h"

#include <array>
#include <cstring>

namespace sealgate::cli::sop {

namespace {

constexpr std::uint64_t kTextLimit = 8ULL << 30U;

class FileScratch final : public openpgp::Scratch {
public:
    explicit FileScratch(std::unique_ptr<os::File> file) : file_(std::move(file)) {}
    Status write_at(std::uint64_t offset, std::string_view octets) override {
        return file_->write_at(offset, octets);
    }
    Result<std::string> read_at(std::uint64_t offset, std::size_t length) const override {
        return file_->read_at(offset, length);
    }

private:
    std::unique_ptr<os::File> file_;
};

}  // namespace

openpgp::EncryptedHoldings clear_text_holdings() {
    return openpgp::EncryptedHoldings(
        []() -> Result<std::unique_ptr<openpgp::Scratch>> {
            auto file = os::open_scratch_file(os::scratch_directory());
            if (file) return std::make_unique<FileScratch>(*std::move(file));
            // Of whatever kind: it says nothing about the message.
            return fail(ErrorKind::transient, "sop.scratch", file.error().detail());
        },
        {.octets = kTextLimit});
}

openpgp::MessageLimits message_limits() {
    openpgp::MessageLimits limits;
    limits.text_octets = kTextLimit;
    return limits;
}

std::unexpected<Failure> not_opened(Exit cannot_open, const Error& error) {
    switch (error.kind()) {
        case ErrorKind::malformed:
            return failed(Exit::bad_data, kStdin, error);
        case ErrorKind::refused:
        case ErrorKind::not_found:
        case ErrorKind::exhausted:
            return failed(cannot_open, kStdin, error);
        case ErrorKind::internal:
        case ErrorKind::conflict:
        case ErrorKind::transient:
            break;
    }
    return failed(Exit::unspecified_failure, kStdin, error);
}

Outcome<void> write_text(Surroundings& surroundings, const openpgp::Holding& text) {
    if (const auto all = text.view()) return write_stdout(surroundings, *all);
    const auto source = text.read();
    std::array<char, 65536> piece;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled
    Outcome<void> result;
    for (;;) {
        const auto count = source->read(piece.data(), piece.size());
        if (!count) result = failed(Exit::unspecified_failure, "the clear text", count.error());
        if (!count || *count == 0) break;
        result = write_stdout(surroundings, std::string_view(piece.data(), *count));
        if (!result) break;
    }
    explicit_bzero(piece.data(), piece.size());
    return result;
}

}  // namespace sealgate::cli::sop
