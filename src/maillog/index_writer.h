#pragma once
// SPDX-License-Identifier: Apache-2.0
// Builds the search index of one segment, batch by batch. The index is disposable: what is wrong
// with it is mended by making it again from the records. After an error the writer is of no further
// use: what it remembers of the dictionary may have been rolled back.

#include "maillog/index_dictionary.h"
#include "maillog/index_schema.h"
#include "maillog/segment_store.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace sealgate::maillog {

class IndexWriter {
public:
    // Opens or makes the index; one that is damaged, of another format, or ahead of the records is
    // made anew.
    [[nodiscard]] static Result<std::unique_ptr<IndexWriter>> open(SegmentStore& store,
                                                                   const SegmentPtr& segment);
    // Removes the index, whoever reads it.
    static Status discard(SegmentStore& store, Segment& segment);

    // Indexes up to `most` records in one transaction; returns how many.
    Result<std::size_t> step(std::size_t most);
    // Merges a part of a full segment's index, so that a look-up reads few pages; true when it is
    // done and the index complete.
    Result<bool> finish();

    [[nodiscard]] const SegmentPtr& segment() const { return segment_; }
    [[nodiscard]] const Position& position() const { return state_.position; }
    [[nodiscard]] bool complete() const { return state_.complete; }

private:
    IndexWriter(SegmentStore& store, SegmentPtr segment, Database database)
        : store_(store),
          segment_(std::move(segment)),
          database_(std::move(database)) {}

    [[nodiscard]] static Result<std::unique_ptr<IndexWriter>> open_once(SegmentStore& store,
                                                                        const SegmentPtr& segment);
    Status prepare();
    Status create_tables();
    Status insert(const RecordView& record, std::uint64_t offset);
    Result<std::uint64_t> add_address(std::string_view address);
    void add_tag(std::string_view tag);
    Status add_place_tags(const RecordView& record);
    Status flush_cells();
    Status add_name(std::uint64_t number, std::string_view name);
    Status flush_names();
    Status pack_names();
    Status sum_up();
    Status pack();
    Status seal();

    SegmentStore& store_;
    SegmentPtr segment_;
    Database database_;
    IndexState state_;
    Statement insert_words_;
    Statement insert_block_;
    Statement insert_cells_;
    Statement insert_names_;
    Statement set_domain_;
    Statement update_state_;
    Dictionary addresses_;
    Dictionary domains_;
    Dictionary sources_;
    Dictionary listeners_;
    std::string text_;
    std::string tags_;
    std::string cells_;  // of one row, not inserted yet
    std::uint64_t cells_first_ = 0;
    std::string names_;  // of one row, not inserted yet
    std::uint64_t names_first_ = 0;
    bool merging_ = false;
};

}  // namespace sealgate::maillog
