#pragma once
// SPDX-License-Identifier: Apache-2.0
// A group: the records of one sync, all or nothing. The writer seals them into one buffer; the
// reader takes them apart again.

#include "crypto/aead.h"
#include "spool/format.h"
#include "spool/record.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::spool {

[[nodiscard]] constexpr std::uint64_t to_sector(std::uint64_t size) {
    return (size + kSector - 1) / kSector * kSector;
}

// Octets that a record takes in a group.
[[nodiscard]] std::size_t message_record_size(const MessageMeta& message);
[[nodiscard]] std::size_t update_record_size(const RecipientStatus& status);

// Where in its segment a record lies.
struct Extent {
    std::uint32_t offset = 0;
    std::uint32_t length = 0;
};

// Nonces are offsets in the segment: unique, since no place of a segment is written twice in one
// use (a group that failed ends the use).
class GroupWriter {
public:
    // `at`: where in the segment the group will lie, on a sector border.
    // `octets`: the size of the group, as the *_record_size functions say.
    void begin(crypto::Aead& key, std::uint64_t at, std::size_t octets);
    // `content` is ignored when it has a file of its own.
    Extent add(const MessageMeta& message, std::string_view content);
    Extent add(MessageId id, std::uint32_t recipient, const RecipientStatus& status);
    // The finished group, padded to a sector; valid until the next begin().
    [[nodiscard]] std::string_view finish(std::uint64_t epoch, std::uint64_t salt);

private:
    Extent add(RecordType type,
               MessageId id,
               std::uint32_t recipient,
               const std::string_view* content);

    crypto::Aead* key_ = nullptr;
    std::uint64_t at_ = 0;
    std::uint32_t records_ = 0;
    std::string buffer_;
    std::string header_;  // of the record under way
    std::string clear_;   // likewise; wiped
};

struct GroupHeader {
    std::uint32_t records = 0;
    std::uint64_t epoch = 0;
    std::uint64_t salt = 0;
    std::uint64_t length = 0;  // of the records, without this header
    std::uint32_t body_crc = 0;
};
// False: no group starts here.
[[nodiscard]] bool parse_group_header(std::string_view bytes, GroupHeader& out);

// A record as it lies in a segment; views on the buffer it was parsed from.
struct RecordView {
    RecordType type = RecordType::message;
    MessageId id;
    std::uint32_t recipient = 0;
    Extent extent;
    std::string_view header;
    std::string_view meta;     // sealed
    std::string_view content;  // sealed; empty when the content has a file
};
// `at`: where `body` lies in its segment. False: not exactly `count` whole records.
[[nodiscard]] bool parse_records(std::string_view body,
                                 std::uint64_t at,
                                 std::uint32_t count,
                                 std::vector<RecordView>& out);
// malformed: does not fit the key.
[[nodiscard]] Result<std::string> open_meta(crypto::Aead& key, const RecordView& record);
[[nodiscard]] Result<std::string> open_content(crypto::Aead& key, const RecordView& record);

}  // namespace sealgate::spool
