#pragma once
// SPDX-License-Identifier: Apache-2.0
// Where the text of a message goes. A text that was decrypted into memory stays where it is, and
// only what stood round it (headers, signatures, lengths of parts) is taken away in the end;
// any other goes into a holding of its own.

#include "base/result.h"
#include "openpgp/holding.h"

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace sealgate::openpgp {

class TextBuilder {
public:
    // `within`: holds the octets that the text is a part of, and outlives it; null: they lie
    // nowhere, or are compressed there. `expected` as in HoldingMaker::make().
    TextBuilder(HoldingMaker& maker, const Holding* within, std::uint64_t expected);

    // Whether it stays where it is. May turn false, never true.
    [[nodiscard]] bool in_place() const { return within_ != nullptr; }
    [[nodiscard]] std::uint64_t size() const { return size_; }

    // `offset`: where the octets lie in `within`; asked for when in_place(). Errors of the holding
    // go through.
    [[nodiscard]] Status add(std::string_view octets, std::uint64_t offset);

    // The text. `within`: the same again, which nobody else reads any more.
    [[nodiscard]] Result<std::unique_ptr<Holding>> finish(std::unique_ptr<Holding> within);

private:
    [[nodiscard]] Status leave_place();

    HoldingMaker& maker_;
    const Holding* within_ = nullptr;
    std::uint64_t expected_;
    std::uint64_t size_ = 0;
    std::vector<Extent> extents_;    // in place
    std::unique_ptr<Holding> text_;  // otherwise
};

}  // namespace sealgate::openpgp
