#pragma once
// SPDX-License-Identifier: Apache-2.0
// What the spool's tests, bench and fuzz program share. Not part of the library.

#include "spool/format.h"
#include "spool/segment_header.h"
#include "spool/spool.h"

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sealgate::spool::testing {

inline constexpr std::string_view kDirectory = "/spool";

inline SecretBytes test_key(char fill = 'k') {
    return SecretBytes(std::string(32, fill));
}

inline RecipientStatus status(State state, std::string note = "") {
    RecipientStatus out;
    out.state = state;
    out.note = std::move(note);
    return out;
}

inline NewMessage message(std::uint64_t id, std::string content, std::size_t recipients = 1) {
    NewMessage out;
    out.id = {id};
    out.received = WallTime(std::chrono::seconds(1'700'000'000 + static_cast<std::int64_t>(id)));
    out.envelope = "envelope of " + std::to_string(id);
    out.recipients.resize(recipients);
    out.content = std::make_shared<const std::string>(std::move(content));
    return out;
}

inline Batch batch(NewMessage one) {
    Batch out;
    out.messages.push_back(std::move(one));
    return out;
}

inline Update update(std::uint64_t id,
                     std::uint32_t recipient,
                     State state,
                     std::string note = "") {
    return {{id}, recipient, status(state, std::move(note))};
}

inline Batch updates(std::vector<Update> list) {
    Batch out;
    out.updates = std::move(list);
    return out;
}

// Stands still until told to move, and may be told while the spool's threads look.
class TestClock final : public Clock {
public:
    [[nodiscard]] WallTime now() const override {
        return WallTime(std::chrono::microseconds(now_.load()));
    }
    [[nodiscard]] SteadyTime steady() const override {
        return SteadyTime(std::chrono::microseconds(now_.load()));
    }
    void advance(std::chrono::microseconds by) { now_ += by.count(); }

private:
    std::atomic<std::int64_t> now_ = 1'700'000'000'000'000;
};

// The file of the segment with that epoch. Which of the prepared files a use takes is not fixed.
inline std::string segment_of(os::FileSystem& files, std::uint64_t epoch) {
    const std::string folder = std::string(kDirectory) + "/segments";
    for (const auto& name : files.list(folder).value()) {
        std::string path = folder;
        path += "/" + name;
        const auto file = files.open(path, os::OpenMode::read).value();
        SegmentHeader header;
        if (decode_header(file->read_at(0, kFirstGroup).value(), header) == HeaderState::good &&
            header.active && header.epoch == epoch) {
            return path;
        }
    }
    return "no segment has that epoch";
}

// A spool that can be opened, waited for, and opened again.
class Bench {
public:
    explicit Bench(os::FileSystem& files, std::string directory = std::string(kDirectory))
        : files_(files),
          directory_(std::move(directory)) {}

    Options options() const {
        Options out;
        out.directory = directory_;
        out.key = test_key();
        out.segment_size = segment_size;
        out.large_content = large_content;
        out.update_delay = std::chrono::milliseconds(5);
        return out;
    }

    Status open() { return open(options()); }
    Status open(Options with) {
        spool.reset();
        report = {};
        auto opened = Spool::open(
            std::move(with),
            files_,
            clock,
            [](std::vector<Spool::Finished> finished) {
                for (auto& one : finished)
                    one.done(std::move(one.status));
            },
            report);
        if (!opened) return std::unexpected(std::move(opened).error());
        spool = *std::move(opened);
        return {};
    }

    // Waits for the outcome.
    Status commit(Batch what) {
        std::mutex mutex;
        std::condition_variable wake;
        std::optional<Status> outcome;
        spool->commit(std::move(what), [&](Status status) {
            const std::scoped_lock lock(mutex);
            outcome = std::move(status);
            wake.notify_one();
        });
        std::unique_lock lock(mutex);
        wake.wait(lock, [&] { return outcome.has_value(); });
        return *std::move(outcome);
    }

    std::map<std::uint64_t, StoredMessage> found() const {
        std::map<std::uint64_t, StoredMessage> out;
        for (const auto& one : report.messages)
            out[one.id.value] = one;
        return out;
    }

    std::uint64_t segment_size = 64UL * 1024;
    std::size_t large_content = 8UL * 1024;
    TestClock clock;
    RecoveryReport report;
    std::unique_ptr<Spool> spool;

private:
    os::FileSystem& files_;
    std::string directory_;
};

// A folder of its own on the real disk, gone at the end.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "sealgate-XXXXXX").string();
        SG_CHECK(mkdtemp(pattern.data()) != nullptr);
        path = pattern;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    TemporaryFolder(TemporaryFolder&&) = delete;
    TemporaryFolder& operator=(TemporaryFolder&&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    std::string path;
};

}  // namespace sealgate::spool::testing
