// SPDX-License-Identifier: Apache-2.0
#include "maillog/line_file.h"

#include "maillog/test_support.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace sealgate::maillog {
namespace {

struct Lines : ::testing::Test {
    Lines() : log(with_text_file()) {}

    Options with_text_file() const {
        Options options = options_in(folder);
        options.text_file = folder / "deep/down/mail.log";
        return options;
    }
    void add(int count) {
        for (int i = 0; i < count; ++i)
            ASSERT_TRUE(log.add(make_event("number " + std::to_string(++added))));
    }
    [[nodiscard]] std::string text() const { return log.options.text_file; }
    // The numbers at the ends of the lines.
    static std::vector<int> numbers(const std::string& path) {
        std::vector<int> out;
        for (const std::string& line : lines_of(path))
            out.push_back(std::stoi(line.substr(line.rfind(' ') + 1)));
        return out;
    }
    [[nodiscard]] static std::vector<int> range(int first, int last) {
        std::vector<int> out;
        for (int i = first; i <= last; ++i)
            out.push_back(i);
        return out;
    }

    TestFolder folder;
    TestLog log;
    int added = 0;
};

TEST_F(Lines, AreWrittenBehindTheRecords) {
    add(3);
    log->drain();
    const auto lines = lines_of(text());
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[2], render_line(log.all()[2].event, log.options.tag, ::getpid()));
    struct stat info{};
    ASSERT_EQ(::stat(text().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0640U & ~0022U);
    EXPECT_EQ(log->stats().text_behind, 0U);
}

TEST_F(Lines, AreFinishedAtTheEndWithoutADrain) {
    add(5'000);
    log.log.reset();
    EXPECT_EQ(numbers(text()), range(1, 5'000));
}

TEST_F(Lines, GoOnInANewFileAfterRotation) {
    add(3);
    log->drain();
    std::filesystem::rename(text(), folder / "rotated");
    add(2);
    log->drain();
    EXPECT_EQ(numbers(folder / "rotated"), range(1, 5));
    log->reopen_files();
    log->drain();  // what is recorded before the files are open again may still go to the old one
    add(2);
    log->drain();
    EXPECT_EQ(numbers(folder / "rotated"), range(1, 5));
    EXPECT_EQ(numbers(text()), range(6, 7));
}

TEST_F(Lines, GoOnInANewFileAfterRotationWhileWeWereDown) {
    add(3);
    log.log.reset();
    std::filesystem::rename(text(), folder / "rotated");
    log.reopen();
    add(2);
    log->drain();
    EXPECT_EQ(numbers(folder / "rotated"), range(1, 3));
    EXPECT_EQ(numbers(text()), range(4, 5));
}

TEST_F(Lines, GoOnAfterCopyTruncate) {
    add(3);
    log->drain();
    std::filesystem::copy_file(text(), folder / "copy");
    std::filesystem::resize_file(text(), 0);
    add(2);
    log->drain();
    EXPECT_EQ(numbers(text()), range(4, 5));
    log.log.reset();
    std::filesystem::resize_file(text(), 0);
    log.reopen();
    add(1);
    log->drain();
    EXPECT_EQ(numbers(text()), range(6, 6));
}

// Wherever a crash stopped the text file: the position file is older than the text, and the text
// may end within a line.
TEST_F(Lines, AreCompletedFromAnyPlace) {
    add(4);
    log->drain();
    const std::string position = read_all(folder / "log/text.position");
    add(6);
    log.log.reset();
    const std::string whole = read_all(text());
    const std::size_t known = parse_position(position)->written_length;
    ASSERT_LT(known, whole.size());
    for (std::size_t length = known; length <= whole.size(); length += 7) {
        write_all(folder / "log/text.position", position);
        write_all(text(), whole.substr(0, length));
        log.reopen();
        log->drain();
        EXPECT_EQ(read_all(text()), whole) << length;
        log.log.reset();
    }
}

TEST_F(Lines, PowerLossTakesOnlyWhatWasNotSynced) {
    add(4);
    log->drain();
    add(6);
    log.log.reset();
    const std::string whole = read_all(text());
    // As written after ten lines, of which the disk kept the first four and a half.
    auto position = parse_position(read_all(folder / "log/text.position"));
    ASSERT_TRUE(position);
    std::size_t fourth = 0;
    for (int i = 0; i < 4; ++i)
        fourth = whole.find('\n', fourth) + 1;
    position->synced_length = fourth;
    position->synced_sequence = 4;
    write_all(folder / "log/text.position", render_position(*position));
    std::filesystem::resize_file(text(), fourth + 20);
    log.reopen();
    log->drain();
    EXPECT_EQ(read_all(text()), whole);
}

TEST_F(Lines, AreMadeAgainWhenFileAndPositionAreGone) {
    add(4);
    log.log.reset();
    std::filesystem::remove(text());
    std::filesystem::remove(folder / "log/text.position");
    log.reopen();
    log->drain();
    EXPECT_EQ(numbers(text()), range(1, 4));
}

TEST_F(Lines, AreNotWrittenTwiceWhenOnlyThePositionIsGone) {
    add(4);
    log.log.reset();
    write_all(folder / "log/text.position", "rubbish");
    log.reopen();
    add(1);
    log->drain();
    EXPECT_EQ(numbers(text()), range(1, 5));
}

TEST_F(Lines, WaitForAFileThatCannotBeWritten) {
    add(2);
    log->drain();
    std::filesystem::rename(text(), folder / "rotated");
    std::filesystem::create_directory(text());  // in the way
    log->reopen_files();
    log->drain();
    add(2);
    log->drain();
    EXPECT_NE(log->stats().problem.find("mail.log"), std::string::npos);
    EXPECT_EQ(log->stats().text_behind, 2U);
    EXPECT_TRUE(log->healthy());
    std::filesystem::remove(text());
    log->drain();
    EXPECT_EQ(log->stats().problem, "");
    EXPECT_EQ(numbers(text()), range(3, 4));
}

TEST(LinePosition, ReadsOnlyWhatItWrote) {
    const LinePosition position{1, 2, 3, 4, 5, 0xFFFF'FFFF'FFFF'FFFF};
    const std::string text = render_position(position);
    EXPECT_EQ(parse_position(text), position);
    for (std::size_t at = 0; at < 40; ++at) {
        std::string changed = text;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        EXPECT_FALSE(parse_position(changed)) << at;
    }
    EXPECT_FALSE(parse_position(""));
    EXPECT_FALSE(parse_position(std::string(192, '\0')));
}

}  // namespace
}  // namespace sealgate::maillog
