// SPDX-License-Identifier: Apache-2.0
#include "spool/spool.h"

#include "crypto/aead.h"
#include "spool/engine.h"
#include "spool/format.h"

#include <fmt/format.h>

#include <algorithm>

namespace sealgate::spool {
namespace {

constexpr std::uint64_t kMinSegment = 16UL * 1024;

Status check(const Options& options) {
    if (options.key.size() != crypto::kAeadKeySize) {
        return fail(ErrorKind::malformed, "spool.open", "the spool key must have 32 octets");
    }
    if (options.directory.empty()) {
        return fail(ErrorKind::malformed, "spool.open", "the spool has no directory");
    }
    if (options.segment_size < kMinSegment || options.segment_size > kMaxSegment) {
        return fail(ErrorKind::malformed, "spool.open", "the segment size must be 16 KiB to 2 GiB");
    }
    return {};
}

}  // namespace

Result<std::unique_ptr<Spool>> Spool::open(Options options,
                                           os::FileSystem& files,
                                           const Clock& clock,
                                           Notify notify,
                                           RecoveryReport& report) {
    SG_TRYV(check(options));
    // Whole sectors; and what goes together must fit well into one segment.
    options.segment_size -= options.segment_size % kSector;
    options.batch_bytes = std::min<std::size_t>(options.batch_bytes, options.segment_size / 2);
    options.large_content = std::min<std::size_t>(options.large_content, options.segment_size / 4);
    SG_TRYV(files.make_directories(options.directory));
    auto lock = files.lock(fmt::format("{}/{}", options.directory, kLockFile));
    if (!lock) {
        return fail(std::move(lock).error().during("the spool is in use by another process"));
    }
    auto engine = std::make_unique<Engine>(
        std::move(options), files, clock, std::move(notify), *std::move(lock));
    SG_TRYV(engine->start(report));
    return engine;
}

}  // namespace sealgate::spool
