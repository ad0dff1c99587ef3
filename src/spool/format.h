#pragma once
// SPDX-License-Identifier: Apache-2.0
// The constants that writer and reader of the spool share. The format, with the reasons, is on one
// page: docs/formats/spool.md. All numbers are little endian.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sealgate::spool {

// A segment: two copies of its header, then groups, each from a sector border on, so that no write
// touches a sector which an earlier sync has made safe.
inline constexpr std::size_t kSector = 512;
inline constexpr std::size_t kHeaderCopyAt = 2048;  // the second copy of the segment header
inline constexpr std::size_t kFirstGroup = 4096;
inline constexpr std::string_view kSegmentMagic = "SGSPOOL1";
inline constexpr std::uint32_t kGroupMagic = 0x31475347;  // "GSG1"
inline constexpr std::size_t kGroupHeader = 40;
inline constexpr std::size_t kRecordHeader = 24;

// A content file: magic, then chunks of this many octets of clear text, each sealed.
inline constexpr std::string_view kContentMagic = "SGCONT1\n";
inline constexpr std::size_t kContentChunk = 1024UL * 1024;

enum class RecordType : std::uint8_t {
    message = 1,  // a whole message with the state of each recipient; replaces what was known of it
    update = 2,   // the new state of one recipient
};

// Limits of what a record may claim; a reader refuses more.
inline constexpr std::size_t kMaxEnvelope = 1024UL * 1024;
inline constexpr std::size_t kMaxRecipients = 100'000;
inline constexpr std::size_t kMaxNote = 1024;
inline constexpr std::uint64_t kMaxContent = 1ULL << 40;
inline constexpr std::uint64_t kMaxSegment = 1ULL << 31;  // offsets fit 32 bits in the index

// Folders and files under Options::directory.
inline constexpr std::string_view kLockFile = "lock";
inline constexpr std::string_view kSegmentFolder = "segments";
inline constexpr std::string_view kContentFolder = "content";
inline constexpr std::string_view kQuarantineFolder = "quarantine";
inline constexpr std::string_view kSegmentSuffix = ".seg";
inline constexpr std::string_view kUnfinishedSuffix = ".tmp";

}  // namespace sealgate::spool
