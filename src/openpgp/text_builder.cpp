// SPDX-License-Identifier: Apache-2.0
#include "openpgp/text_builder.h"

#include <utility>

namespace sealgate::openpgp {
namespace {

// More extents than this, and the text has parts so small that their list would outgrow it.
bool too_many(std::size_t extents, std::uint64_t size) {
    constexpr std::size_t kAlways = 64;
    constexpr std::uint64_t kOctetsEach = 256;
    return extents > kAlways + size / kOctetsEach;
}

}  // namespace

TextBuilder::TextBuilder(HoldingMaker& maker, const Holding* within, std::uint64_t expected)
    : maker_(maker),
      expected_(expected) {
    if (within != nullptr && within->view()) {
        within_ = within;
    } else {
        text_ = maker.make(expected);
    }
}

Status TextBuilder::add(std::string_view octets, std::uint64_t offset) {
    size_ += octets.size();
    if (!in_place()) return text_->append(octets);
    if (octets.empty()) return {};
    if (!extents_.empty() && extents_.back().offset + extents_.back().size == offset) {
        extents_.back().size += octets.size();
        return {};
    }
    extents_.push_back({offset, octets.size()});
    return too_many(extents_.size(), size_) ? leave_place() : Status();
}

Status TextBuilder::leave_place() {
    const std::string_view all = within_->view().value_or(std::string_view());
    within_ = nullptr;
    text_ = maker_.make(expected_);
    for (const Extent& one : std::exchange(extents_, {})) {
        SG_TRYV(text_->append(
            all.substr(static_cast<std::size_t>(one.offset), static_cast<std::size_t>(one.size))));
    }
    return {};
}

Result<std::unique_ptr<Holding>> TextBuilder::finish(std::unique_ptr<Holding> within) {
    if (!in_place()) return std::move(text_);
    SG_CHECK(within.get() == within_);
    within_ = nullptr;
    SG_TRYV(within->keep(extents_));
    return within;
}

}  // namespace sealgate::openpgp
