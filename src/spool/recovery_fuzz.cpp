// SPDX-License-Identifier: Apache-2.0
// Recovery of a spool whose bytes were changed at will. Promises checked for every input:
//  - it ends, with an error only where a header no longer fits the key;
//  - what is found is what was written: ids, envelopes and contents;
//  - messages of groups that were not touched are found, whatever lies round them;
//  - a message that is not found was not lost in silence.
//
// An input is a list of operations on the two segments and the content file of a small spool:
//   octet 0: operation (0, 1: overwrite, 2: overwrite and mend the group's sums, 3: cut)
//   octet 1: file, octets 2-3: offset, octet 4: length, then that many octets.

#include "base/crc32c.h"
#include "os/fault_file_system.h"
#include "spool/content_file.h"
#include "spool/group.h"
#include "spool/record_reader.h"
#include "spool/recovery.h"
#include "spool/test_support.h"
#include "spool/wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <set>

namespace {

using namespace sealgate;         // NOLINT(google-build-using-namespace): a program of its own
using namespace sealgate::spool;  // NOLINT(google-build-using-namespace)
namespace support = sealgate::spool::testing;

struct Group {
    std::size_t file = 0;
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    std::set<std::uint64_t> ids;  // of its messages
};

struct Image {
    std::vector<std::pair<std::string, std::string>> files;  // path, bytes; two segments first
    std::vector<Group> groups;
};

std::string content_of(std::uint64_t id) {
    return std::string(id == 5 ? 5000 : 100 * id, static_cast<char>('a' + id));
}

void find_groups(Image& image, std::size_t file) {
    const std::string& bytes = image.files[file].second;
    GroupHeader header;
    for (std::uint64_t at = kFirstGroup;
         at < bytes.size() && parse_group_header(std::string_view(bytes).substr(at), header);) {
        Group group{file, at, to_sector(at + kGroupHeader + header.length), {}};
        std::vector<RecordView> records;
        SG_CHECK(parse_records(std::string_view(bytes).substr(at + kGroupHeader, header.length),
                               at + kGroupHeader,
                               header.records,
                               records));
        for (const auto& record : records)
            group.ids.insert(record.id.value);
        at = group.to;
        image.groups.push_back(std::move(group));
    }
}

Options options() {
    Options out;
    out.directory = support::kDirectory;
    out.key = support::test_key();
    return out;
}

const Image& image() {
    static const Image made = [] {
        os::ForgetfulFileSystem disk;
        support::Bench bench(disk);
        bench.segment_size = 16UL * 1024;
        bench.large_content = 4096;
        for (std::uint64_t id = 1; id <= 8; ++id) {
            if (id == 1 || id == 6) SG_CHECK(bench.open().has_value());
            SG_CHECK(
                bench.commit(support::batch(support::message(id, content_of(id)))).has_value());
        }
        bench.spool.reset();
        Image out;
        for (const std::uint64_t epoch : {1U, 2U}) {
            const std::string path = support::segment_of(disk, epoch);
            out.files.emplace_back(path, os::read_file(disk, path, 1 << 20).value());
        }
        const std::string content =
            fmt::format("{}/content/{}",
                        support::kDirectory,
                        disk.list(fmt::format("{}/content", support::kDirectory))->front());
        out.files.emplace_back(content, os::read_file(disk, content, 1 << 20).value());
        find_groups(out, 0);
        find_groups(out, 1);
        SG_CHECK(out.groups.size() == 8);
        return out;
    }();
    return made;
}

// Makes both sums of the group that covers `at` right again.
void mend(std::string& bytes, std::uint64_t at) {
    const std::uint64_t start = at / kSector * kSector;
    if (start < kFirstGroup || start + kGroupHeader > bytes.size()) return;
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data() + start + 24, sizeof length);
    length = std::min<std::uint64_t>(length, bytes.size() - start - kGroupHeader);
    put_at(bytes, start + 32, crc32c(std::string_view(bytes).substr(start + kGroupHeader, length)));
    put_at(bytes, start + 36, crc32c(std::string_view(bytes).substr(start, 36)));
}

// The image with the operations of `input` carried out.
std::vector<std::pair<std::string, std::string>> changed(std::string_view input) {
    auto files = image().files;
    Reader reader(input);
    while (reader.left() > 0) {
        const auto operation = reader.number<std::uint8_t>() % 4U;
        auto& bytes = files[reader.number<std::uint8_t>() % files.size()].second;
        const auto offset = reader.number<std::uint16_t>();
        const auto length = reader.number<std::uint8_t>();
        const std::string_view with = reader.bytes(std::min<std::size_t>(length, reader.left()));
        if (operation == 3) {
            bytes.resize(std::min<std::size_t>(bytes.size(), offset));
        } else if (offset < bytes.size()) {
            const std::size_t size = std::min(with.size(), bytes.size() - offset);
            bytes.replace(offset, size, with.substr(0, size));
            if (operation == 2) mend(bytes, offset);
        }
    }
    return files;
}

bool same(const std::vector<std::pair<std::string, std::string>>& now,
          std::size_t file,
          std::uint64_t from,
          std::uint64_t to) {
    const auto& before = image().files[file].second;
    return now[file].second.size() >= to &&
           now[file].second.compare(from, to - from, before, from, to - from) == 0;
}

void check_found(os::FileSystem& disk, const Index& index, const StoredMessage& message) {
    const std::uint64_t id = message.id.value;
    SG_CHECK(id >= 1 && id <= 8);
    SG_CHECK(message.envelope == "envelope of " + std::to_string(id));
    const auto known = index.find(message.id);
    SG_CHECK(known.has_value());
    const auto segment = index.segment(known->base.epoch);
    // Recovery opens no contents: one that was changed, sums included, is noticed when it is
    // loaded.
    SG_CHECK(read_message(disk, *segment, known->base.extent, message.id, false).has_value());
    const auto read = read_message(disk, *segment, known->base.extent, message.id, true);
    if (!read) {
        SG_CHECK(read.error().kind() == ErrorKind::malformed);
        return;
    }
    if (read->decoded.file.name == 0) {
        SG_CHECK(read->content == content_of(id));
        return;
    }
    const auto content = read_content_file(
        disk, std::string(support::kDirectory), read->decoded.file, message.content_size);
    SG_CHECK(!content || *content == content_of(id));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto files = changed({reinterpret_cast<const char*>(data), size});
    os::ForgetfulFileSystem disk;
    for (const auto* folder : {"segments", "content", "quarantine"}) {
        SG_CHECK(
            disk.make_directories(fmt::format("{}/{}", support::kDirectory, folder)).has_value());
    }
    for (const auto& [path, bytes] : files) {
        SG_CHECK(os::write_file_durably(disk, path, bytes).has_value());
    }
    Index index;
    RecoveryReport report;
    const auto recovered = recover(options(), disk, index, report);
    const bool header_kept[] = {same(files, 0, 0, kFirstGroup), same(files, 1, 0, kFirstGroup)};
    if (!recovered) {
        SG_CHECK(recovered.error().kind() == ErrorKind::malformed);
        SG_CHECK(!header_kept[0] || !header_kept[1]);
        return 0;
    }
    std::set<std::uint64_t> found;
    for (const auto& message : report.messages) {
        check_found(disk, index, message);
        found.insert(message.id.value);
    }
    const bool said = !report.set_aside.empty() || report.torn_bytes > 0;
    const auto& groups = image().groups;
    // The end of the newest segment cannot be told from what was never finished.
    bool behind_is_good = false;
    for (std::size_t i = groups.size(); i-- > 0;) {
        const Group& group = groups[i];
        const bool there = std::ranges::includes(found, group.ids);
        const bool kept = same(files, group.file, group.from, group.to) && header_kept[group.file];
        if (kept && header_kept[1]) SG_CHECK(there);
        if (group.file == 0 || behind_is_good) SG_CHECK(there || said);
        behind_is_good = behind_is_good || kept;
    }
    return 0;
}
