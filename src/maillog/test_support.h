#pragma once
// SPDX-License-Identifier: Apache-2.0
// What the tests of the mail log share.

#include "maillog/mail_log.h"
#include "os/file_system.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sealgate::maillog {

// A folder of its own for a test, gone afterwards. In memory where that can be: these tests sync
// often, and neither SIGKILL nor a failing call needs a disk.
class TestFolder {
public:
    TestFolder() {
        std::error_code ignored;
        std::string pattern =
            std::filesystem::is_directory("/dev/shm", ignored)
                ? "/dev/shm/maillog-XXXXXX"
                : (std::filesystem::temp_directory_path() / "maillog-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }
    TestFolder(const TestFolder&) = delete;
    TestFolder& operator=(const TestFolder&) = delete;
    TestFolder(TestFolder&&) = delete;
    TestFolder& operator=(TestFolder&&) = delete;
    ~TestFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] std::string operator/(std::string_view name) const {
        return path_ + "/" + std::string(name);
    }
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

inline std::string read_all(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_all(const std::string& path, std::string_view bytes) {
    std::ofstream file(path, std::ios::binary);
    file << bytes;
}

inline std::vector<std::string> lines_of(const std::string& path) {
    std::vector<std::string> lines;
    std::ifstream file(path, std::ios::binary);
    for (std::string line; std::getline(file, line);)
        lines.push_back(line);
    return lines;
}

inline std::vector<std::string> names_in(const std::string& path) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path))
        names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    return names;
}

inline constexpr WallTime kTestStart{std::chrono::seconds(1'800'000'000)};

inline Event make_event(std::string text) {
    Event event;
    event.text = std::move(text);
    return event;
}

inline Event make_event(std::uint64_t connection, std::string text) {
    Event event = make_event(std::move(text));
    event.connection = ConnectionId{0, connection};
    return event;
}

// A log on the real disk with everything it needs.
struct TestLog {
    explicit TestLog(Options wanted, os::FileSystem* other = nullptr)
        : options(std::move(wanted)),
          files(other != nullptr ? other : own_files.get()) {
        reopen();
    }

    void reopen() {
        log.reset();
        auto opened = MailLog::open(options, *files, clock);
        ASSERT_TRUE(opened.has_value()) << opened.error().detail();
        log = *std::move(opened);
    }
    MailLog* operator->() const { return log.get(); }

    [[nodiscard]] Status add(const Event& event) const { return log->append({&event, 1}); }
    [[nodiscard]] std::vector<Record> all() const {
        auto records = log->after(0, 10'000);
        EXPECT_TRUE(records.has_value());
        return records ? *records : std::vector<Record>{};
    }
    [[nodiscard]] std::vector<std::string> texts(const Query& query) const {
        std::vector<std::string> out;
        auto page = log->search(query);
        EXPECT_TRUE(page.has_value()) << (page ? "" : page.error().detail());
        if (page) {
            for (const Record& record : page->records)
                out.push_back(record.event.text);
        }
        return out;
    }

    std::unique_ptr<os::FileSystem> own_files = os::posix_file_system();
    Options options;
    os::FileSystem* files;
    ManualClock clock{kTestStart};
    std::unique_ptr<MailLog> log;
};

inline Options options_in(const TestFolder& folder) {
    Options options;
    options.directory = folder / "log";
    return options;
}

}  // namespace sealgate::maillog
