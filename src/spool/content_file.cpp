// SPDX-License-Identifier: Apache-2.0
#include "spool/content_file.h"

#include "crypto/aead.h"
#include "crypto/random.h"
#include "spool/format.h"

#include <fmt/format.h>

#include <algorithm>

namespace sealgate::spool {
namespace {

constexpr std::string_view kMore = "more";
constexpr std::string_view kLast = "last";  // so that a file cut at a chunk does not pass as whole

// At least one, so that an empty content is proven too.
std::uint64_t chunks_of(std::uint64_t size) {
    return size == 0 ? 1 : (size + kContentChunk - 1) / kContentChunk;
}

Status write_chunks(os::File& file, const ContentRef& ref, std::string_view content) {
    SG_TRY(auto key, crypto::Aead::create(ref.key.view()));
    const std::uint64_t chunks = chunks_of(content.size());
    std::string sealed(kContentMagic);
    std::uint64_t at = 0;
    for (std::uint64_t i = 0; i < chunks; ++i) {
        const std::string_view clear = content.substr(i * kContentChunk, kContentChunk);
        key.seal(crypto::counter_nonce(i), i + 1 == chunks ? kLast : kMore, clear, sealed);
        SG_TRYV(file.write_at(at, sealed));
        at += sealed.size();
        sealed.clear();
    }
    return file.sync();
}

}  // namespace

std::string content_path(const std::string& directory, std::uint64_t name) {
    return fmt::format("{}/{}/{:016x}", directory, kContentFolder, name);
}

Result<ContentRef> write_content_file(os::FileSystem& files,
                                      const std::string& directory,
                                      std::string_view content) {
    ContentRef ref;
    while (ref.name == 0) {
        SG_TRY(ref.name, crypto::random_number());
    }
    SG_TRY(ref.key, crypto::random_key(crypto::kAeadKeySize));
    const std::string path = content_path(directory, ref.name);
    SG_TRY(const auto file, files.open(path, os::OpenMode::create_new));
    if (auto written = write_chunks(*file, ref, content); !written) {
        // Best effort, to free the disk now: without a record the file means nothing.
        os::best_effort(files.remove(path));
        return fail(std::move(written).error());
    }
    return ref;
}

std::uint64_t content_file_size(std::uint64_t content_size) {
    return kContentMagic.size() + content_size + chunks_of(content_size) * crypto::kAeadTagSize;
}

Result<std::string> read_content_file(os::FileSystem& files,
                                      const std::string& directory,
                                      const ContentRef& ref,
                                      std::uint64_t content_size) {
    auto file = files.open(content_path(directory, ref.name), os::OpenMode::read);
    if (!file) {
        if (file.error().kind() != ErrorKind::not_found) return fail(std::move(file).error());
        return fail(ErrorKind::malformed, "spool.content", "the content file is missing");
    }
    SG_TRY(const auto size, (*file)->size());
    SG_TRY(const auto magic, (*file)->read_at(0, kContentMagic.size()));
    if (magic != kContentMagic || size != content_file_size(content_size)) {
        return fail(ErrorKind::malformed, "spool.content", "the content file is cut or changed");
    }
    SG_TRY(auto key, crypto::Aead::create(ref.key.view()));
    std::string content;
    content.reserve(content_size);
    const std::uint64_t chunks = chunks_of(content_size);
    std::uint64_t at = kContentMagic.size();
    for (std::uint64_t i = 0; i < chunks; ++i) {
        const std::size_t clear_size =
            std::min<std::uint64_t>(kContentChunk, content_size - i * kContentChunk);
        SG_TRY(const auto sealed, (*file)->read_at(at, clear_size + crypto::kAeadTagSize));
        SG_TRY(const auto clear,
               key.open(crypto::counter_nonce(i), i + 1 == chunks ? kLast : kMore, sealed));
        content += clear;
        at += sealed.size();
    }
    return content;
}

}  // namespace sealgate::spool
