// SPDX-License-Identifier: Apache-2.0
#include "spool/group.h"

#include "base/crc32c.h"
#include "spool/wire.h"

#include <cstring>

namespace sealgate::spool {
namespace {

constexpr std::size_t kHeaderCrcAt = kGroupHeader - 4;
// A buffer beyond this, from one huge batch, is not kept.
constexpr std::size_t kKeptBuffer = 16UL * 1024 * 1024;

}  // namespace

std::size_t message_record_size(const MessageMeta& message) {
    const bool in_file = message.file != nullptr && message.file->name != 0;
    const std::size_t content = in_file ? 0 : message.content_size + crypto::kAeadTagSize;
    return kRecordHeader + encoded_size(message) + crypto::kAeadTagSize + content;
}

std::size_t update_record_size(const RecipientStatus& status) {
    return kRecordHeader + encoded_size(status) + crypto::kAeadTagSize;
}

void GroupWriter::begin(crypto::Aead& key, std::uint64_t at, std::size_t octets) {
    if (buffer_.capacity() > kKeptBuffer) buffer_ = std::string();
    buffer_.reserve(to_sector(octets));
    key_ = &key;
    at_ = at;
    records_ = 0;
    buffer_.assign(kGroupHeader, '\0');
}

Extent GroupWriter::add(RecordType type,
                        MessageId id,
                        std::uint32_t recipient,
                        const std::string_view* content) {
    const std::size_t start = buffer_.size();
    const std::size_t content_length =
        content == nullptr ? 0 : content->size() + crypto::kAeadTagSize;
    header_.clear();
    put(header_, static_cast<std::uint8_t>(type));
    header_.append(3, '\0');
    put(header_, recipient);
    put(header_, id.value);
    put(header_, static_cast<std::uint32_t>(clear_.size() + crypto::kAeadTagSize));
    put(header_, static_cast<std::uint32_t>(content_length));
    buffer_ += header_;
    key_->seal(crypto::counter_nonce(at_ + buffer_.size()), header_, clear_, buffer_);
    if (content != nullptr) {
        key_->seal(crypto::counter_nonce(at_ + buffer_.size()), header_, *content, buffer_);
    }
    explicit_bzero(clear_.data(), clear_.size());
    ++records_;
    return {static_cast<std::uint32_t>(at_ + start),
            static_cast<std::uint32_t>(buffer_.size() - start)};
}

Extent GroupWriter::add(const MessageMeta& message, std::string_view content) {
    clear_.clear();
    encode_message(message, clear_);
    const bool in_file = message.file != nullptr && message.file->name != 0;
    return add(RecordType::message, message.id, 0, in_file ? nullptr : &content);
}

Extent GroupWriter::add(MessageId id, std::uint32_t recipient, const RecipientStatus& status) {
    clear_.clear();
    encode_status(status, clear_);
    return add(RecordType::update, id, recipient, nullptr);
}

std::string_view GroupWriter::finish(std::uint64_t epoch, std::uint64_t salt) {
    std::string header;
    put(header, kGroupMagic);
    put(header, records_);
    put(header, epoch);
    put(header, salt);
    put<std::uint64_t>(header, buffer_.size() - kGroupHeader);
    put(header, crc32c(std::string_view(buffer_).substr(kGroupHeader)));
    put(header, crc32c(header));
    std::memcpy(buffer_.data(), header.data(), header.size());
    buffer_.resize(to_sector(buffer_.size()), '\0');
    return buffer_;
}

bool parse_group_header(std::string_view bytes, GroupHeader& out) {
    if (bytes.size() < kGroupHeader) return false;
    Reader reader(bytes.substr(0, kGroupHeader));
    if (reader.number<std::uint32_t>() != kGroupMagic) return false;
    out.records = reader.number<std::uint32_t>();
    out.epoch = reader.number<std::uint64_t>();
    out.salt = reader.number<std::uint64_t>();
    out.length = reader.number<std::uint64_t>();
    out.body_crc = reader.number<std::uint32_t>();
    return reader.number<std::uint32_t>() == crc32c(bytes.substr(0, kHeaderCrcAt));
}

bool parse_records(std::string_view body,
                   std::uint64_t at,
                   std::uint32_t count,
                   std::vector<RecordView>& out) {
    Reader reader(body);
    while (reader.left() > 0) {
        const std::size_t start = body.size() - reader.left();
        RecordView record;
        record.header = body.substr(start, kRecordHeader);
        const auto type = reader.number<std::uint8_t>();
        reader.bytes(3);
        record.recipient = reader.number<std::uint32_t>();
        record.id.value = reader.number<std::uint64_t>();
        const auto meta_length = reader.number<std::uint32_t>();
        const auto content_length = reader.number<std::uint32_t>();
        record.meta = reader.bytes(meta_length);
        record.content = reader.bytes(content_length);
        if (!reader.ok() || type < 1 || type > 2 || out.size() == count) return false;
        record.type = static_cast<RecordType>(type);
        record.extent.offset = static_cast<std::uint32_t>(at + start);
        record.extent.length = static_cast<std::uint32_t>(body.size() - reader.left() - start);
        out.push_back(record);
    }
    return reader.ok() && out.size() == count;
}

Result<std::string> open_meta(crypto::Aead& key, const RecordView& record) {
    return key.open(
        crypto::counter_nonce(record.extent.offset + kRecordHeader), record.header, record.meta);
}

Result<std::string> open_content(crypto::Aead& key, const RecordView& record) {
    return key.open(
        crypto::counter_nonce(record.extent.offset + kRecordHeader + record.meta.size()),
        record.header,
        record.content);
}

}  // namespace sealgate::spool
