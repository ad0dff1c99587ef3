// SPDX-License-Identifier: Apache-2.0
#include "spool/recovery.h"

#include "base/text.h"
#include "spool/content_file.h"
#include "spool/quarantine.h"
#include "spool/scanner.h"
#include "spool/segment_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace sealgate::spool {
namespace {

struct FoundSegment {
    std::string name;
    std::string path;
    std::uint64_t size = 0;
    HeaderState state = HeaderState::damaged;
    bool intact = false;  // both copies of the header are as they are written
    SegmentHeader header;
    SecretBytes key;
};

// A segment that counts, and where it ends as far as the next one says.
struct Link {
    FoundSegment* segment = nullptr;
    std::optional<std::uint64_t> end;
    bool newest = false;
};

class Recovery {
public:
    Recovery(const Options& options, os::FileSystem& files, Index& index, RecoveryReport& report)
        : options_(options),
          files_(files),
          index_(index),
          report_(report),
          quarantine_(files, options.directory, report.set_aside) {}

    Result<Recovered> run() {
        SG_TRYV(find_segments());  // changes nothing: the key may not fit
        SG_TRYV(quarantine_.report_earlier());
        SG_TRYV(sort_out());
        for (const Link& link : chain_)
            SG_TRYV(read(link));
        SG_TRYV(check_content_files());
        hand_out_messages();
        return std::move(out_);
    }

private:
    std::string folder(std::string_view name) const {
        return fmt::format("{}/{}", options_.directory, name);
    }

    Status find_segments() {
        SG_TRY(const auto names, files_.list(folder(kSegmentFolder)));
        for (const auto& name : names) {
            const std::string path = folder(kSegmentFolder) + "/" + name;
            if (name.ends_with(kUnfinishedSuffix)) unfinished_.push_back(path);
            if (!name.ends_with(kSegmentSuffix)) continue;
            SG_TRY(auto segment, look_at(name, path));
            const auto number = parse_number(name.substr(0, name.size() - kSegmentSuffix.size()));
            if (number) out_.next_number = std::max(out_.next_number, *number + 1);
            if (segment.state == HeaderState::good) {
                out_.epoch = std::max(out_.epoch, segment.header.epoch);
            }
            segments_.push_back(std::move(segment));
        }
        return {};
    }

    Result<FoundSegment> look_at(const std::string& name, const std::string& path) {
        FoundSegment found;
        found.name = name;
        found.path = path;
        SG_TRY(const auto file, files_.open(path, os::OpenMode::read));
        SG_TRY(found.size, file->size());
        SG_TRY(const auto bytes, file->read_at(0, kFirstGroup));
        found.state = decode_header(bytes, found.header);
        found.intact = found.state == HeaderState::good && bytes == encode_header(found.header);
        if (found.state == HeaderState::good && found.header.active) {
            auto key = unwrap_data_key(found.header, options_.key);
            if (!key) return fail(std::move(key).error().during(path));
            found.key = *std::move(key);
        }
        return found;
    }

    // Decides what each file is: damaged, a spare, part of the chain, or the trace of a failure.
    Status sort_out() {
        for (const auto& path : unfinished_)
            SG_TRYV(files_.remove(path));
        std::vector<FoundSegment*> active;
        for (auto& segment : segments_) {
            if (segment.state == HeaderState::damaged) {
                SG_TRYV(quarantine_.move(
                    kSegmentFolder, segment.name, "the header of this segment cannot be read"));
            } else if (segment.header.active) {
                active.push_back(&segment);
            } else if (segment.intact && segment.size == segment.header.capacity) {
                out_.spares.push_back({segment.path, segment.size});
            } else {
                out_.failed.push_back({segment.path, segment.size});
            }
        }
        std::ranges::sort(active, std::ranges::greater(), [](const FoundSegment* segment) {
            return segment->header.epoch;
        });
        return follow_chain(active);
    }

    // `active` has the newest first.
    Status follow_chain(const std::vector<FoundSegment*>& active) {
        if (active.empty()) return {};
        std::uint64_t expected = active.front()->header.epoch;
        std::optional<std::uint64_t> end;
        std::uint64_t last = 0;
        for (FoundSegment* segment : active) {
            const std::uint64_t epoch = segment->header.epoch;
            if (epoch == last) {
                SG_TRYV(quarantine_.move(
                    kSegmentFolder, segment->name, "another segment has the same epoch"));
                continue;
            }
            last = epoch;
            if (epoch > expected) {
                out_.failed.push_back({segment->path, segment->size});
                continue;
            }
            if (epoch < expected) {
                quarantine_.tell(fmt::format("the segment with epoch {} is missing", expected));
                end.reset();
            }
            chain_.push_back({segment, end, chain_.empty()});
            expected = segment->header.previous_epoch;
            end = segment->header.previous_end;
        }
        std::ranges::reverse(chain_);
        return {};
    }

    Status read(const Link& link) {
        const FoundSegment& found = *link.segment;
        const std::uint64_t epoch = found.header.epoch;
        auto segment = std::make_shared<Segment>();
        segment->epoch = epoch;
        segment->salt = found.header.salt;
        segment->capacity = found.size;
        segment->path = found.path;
        segment->key = SecretBytes(std::string(found.key.view()));
        index_.add_segment(segment);
        if (found.size < found.header.capacity) {
            quarantine_.tell(fmt::format(
                "{}: cut from {} to {} octets", found.path, found.header.capacity, found.size));
        }
        SG_TRY(auto key, crypto::Aead::create(found.key.view()));
        SG_TRY(const auto file, files_.open(found.path, os::OpenMode::read));
        SG_TRY(const auto result,
               scan_segment(*file,
                            {epoch, found.header.salt, link.end},
                            [&](const std::vector<RecordView>& records) {
                                return apply(key, epoch, records);
                            }));
        const auto created = WallTime(std::chrono::microseconds(found.header.created));
        index_.note_written(epoch, result.end, created);
        report_.records += result.records;
        for (const auto& range : result.damaged) {
            SG_TRYV(quarantine_.copy(*file, epoch, range));
        }
        if (link.newest) {
            report_.torn_bytes = result.torn_bytes;
            out_.tail_epoch = epoch;
            out_.tail_end = result.end;
        } else if (result.torn_bytes > 0) {
            // Its end is not known, since the next segment is missing: no torn tail to be cut.
            SG_TRYV(quarantine_.copy(
                *file,
                epoch,
                {result.end, result.end + result.torn_bytes, "a group cannot be read"}));
        }
        return {};
    }

    // All records of a group, or none.
    bool apply(crypto::Aead& key, std::uint64_t epoch, const std::vector<RecordView>& records) {
        std::vector<DecodedMessage> messages;
        std::vector<RecipientStatus> updates;
        for (const RecordView& record : records) {
            auto meta = open_meta(key, record);
            if (!meta) return false;
            if (record.type == RecordType::message) {
                auto message = decode_message(record.id, *meta);
                if (!message) return false;
                messages.push_back(*std::move(message));
            } else {
                auto status = decode_status(*meta);
                if (!status) return false;
                updates.push_back(*std::move(status));
            }
            explicit_bzero(meta->data(), meta->size());
        }
        auto message = messages.begin();
        auto update = updates.begin();
        for (const RecordView& record : records) {
            const Location at{epoch, record.extent};
            if (record.type == RecordType::message) {
                put(*message++, at);
            } else {
                put(record, std::move(*update++), at);
            }
        }
        return true;
    }

    void put(DecodedMessage& decoded, const Location& at) {
        const MessageId id = decoded.message.id;
        index_.put_message(
            id, at, decoded.message.received, decoded.message.recipients, decoded.file.name);
        if (index_.contains(id)) {
            messages_[id.value] = std::move(decoded.message);
        } else {
            messages_.erase(id.value);
        }
    }

    void put(const RecordView& record, RecipientStatus status, const Location& at) {
        if (index_.judge(record.id, record.recipient) != Verdict::needed) return;
        index_.put_update(record.id, record.recipient, status.state, at);
        if (index_.contains(record.id)) {
            messages_[record.id.value].recipients[record.recipient] = std::move(status);
        } else {
            messages_.erase(record.id.value);
        }
    }

    // A file that no record names belongs to a message that was never acknowledged or is finished;
    // where records were lost, it may belong to one of those, and is kept.
    Status check_content_files() {
        SG_TRY(const auto names, files_.list(folder(kContentFolder)));
        const std::unordered_set<std::string> present(names.begin(), names.end());
        std::unordered_set<std::string> needed;
        for (const auto& [id, message] : messages_) {
            const auto known = index_.find({id});
            if (!known || known->file == 0) continue;
            const std::string name = fmt::format("{:016x}", known->file);
            needed.insert(name);
            if (!present.contains(name)) {
                quarantine_.tell(fmt::format("message {}: its content file {}/{} is missing",
                                             to_string(MessageId{id}),
                                             kContentFolder,
                                             name));
            }
        }
        for (const auto& name : names) {
            if (name.size() != 16 || !from_hex(name) || needed.contains(name)) continue;
            if (quarantine_.used()) {
                SG_TRYV(quarantine_.move(
                    kContentFolder, name, "no record names it, and records are damaged"));
            } else {
                SG_TRYV(files_.remove(folder(kContentFolder) + "/" + name));
            }
        }
        return {};
    }

    void hand_out_messages() {
        report_.messages.reserve(messages_.size());
        for (auto& [id, message] : messages_)
            report_.messages.push_back(std::move(message));
        std::ranges::sort(report_.messages, {}, [](const StoredMessage& message) {
            return std::pair(message.received, message.id);
        });
    }

    const Options& options_;
    os::FileSystem& files_;
    Index& index_;
    RecoveryReport& report_;
    Quarantine quarantine_;
    std::vector<FoundSegment> segments_;
    std::vector<std::string> unfinished_;
    std::vector<Link> chain_;  // oldest first
    std::unordered_map<std::uint64_t, StoredMessage> messages_;
    Recovered out_;
};

}  // namespace

Result<Recovered> recover(const Options& options,
                          os::FileSystem& files,
                          Index& index,
                          RecoveryReport& report) {
    return Recovery(options, files, index, report).run();
}

}  // namespace sealgate::spool
