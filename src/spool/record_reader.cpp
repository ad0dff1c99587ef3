// SPDX-License-Identifier: Apache-2.0
#include "spool/record_reader.h"

namespace sealgate::spool {
namespace {

struct Opened {
    std::string bytes;
    RecordView view;  // into bytes
    crypto::Aead key;
};

Result<std::unique_ptr<Opened>> open_record(
    os::FileSystem& files, const Segment& segment, Extent extent, MessageId id, RecordType type) {
    SG_TRY(const auto file, files.open(segment.path, os::OpenMode::read));
    SG_TRY(auto bytes, file->read_at(extent.offset, extent.length));
    SG_TRY(auto key, crypto::Aead::create(segment.key.view()));
    auto opened = std::make_unique<Opened>(std::move(bytes), RecordView(), std::move(key));
    std::vector<RecordView> views;
    if (!parse_records(opened->bytes, extent.offset, 1, views) || views[0].id != id ||
        views[0].type != type) {
        return fail(ErrorKind::malformed, "spool.read", "no such record where one was written");
    }
    opened->view = views[0];
    return opened;
}

}  // namespace

Result<ReadMessage> read_message(
    os::FileSystem& files, const Segment& segment, Extent extent, MessageId id, bool with_content) {
    SG_TRY(const auto record, open_record(files, segment, extent, id, RecordType::message));
    SG_TRY(const auto meta, open_meta(record->key, record->view));
    ReadMessage out;
    SG_TRY(out.decoded, decode_message(id, meta));
    if (!with_content || out.decoded.file.name != 0) return out;
    SG_TRY(out.content, open_content(record->key, record->view));
    if (out.content.size() != out.decoded.message.content_size) {
        return fail(ErrorKind::malformed, "spool.read", "the content has another size");
    }
    return out;
}

Result<RecipientStatus> read_update(os::FileSystem& files,
                                    const Segment& segment,
                                    Extent extent,
                                    MessageId id) {
    SG_TRY(const auto record, open_record(files, segment, extent, id, RecordType::update));
    SG_TRY(const auto meta, open_meta(record->key, record->view));
    return decode_status(meta);
}

}  // namespace sealgate::spool
