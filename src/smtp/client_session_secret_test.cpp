// SPDX-License-Identifier: Apache-2.0
// That no password is left in memory that is given back. The heap of this program looks at it.
#include "smtp/client_session.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>

namespace {

std::string_view sought;  // empty: nothing is looked for
std::size_t found = 0;    // blocks that held it when they were given back

void give_back(void* block) noexcept {
    if (block != nullptr && !sought.empty()) {
        const std::size_t size = malloc_usable_size(block);
        if (memmem(block, size, sought.data(), sought.size()) != nullptr) ++found;
    }
    std::free(block);  // NOLINT(cppcoreguidelines-no-malloc): this is the heap
}

}  // namespace

// NOLINTBEGIN(cppcoreguidelines-no-malloc,misc-definitions-in-headers): this is the heap
void* operator new(std::size_t size) {
    void* const block = std::calloc(1, size == 0 ? 1 : size);
    if (block == nullptr) throw std::bad_alloc();
    return block;
}
// NOLINTEND(cppcoreguidelines-no-malloc,misc-definitions-in-headers)
void operator delete(void* block) noexcept {
    give_back(block);
}
void operator delete(void* block, std::size_t) noexcept {
    give_back(block);
}

namespace sealgate::smtp {
namespace {

constexpr std::string_view kPassword = "AGFsaWNlAENvcnJlY3QtSG9yc2UtNDI=";

class Search {
public:
    Search() {
        found = 0;
        sought = kPassword;
    }
    Search(const Search&) = delete;
    Search& operator=(const Search&) = delete;
    Search(Search&&) = delete;
    Search& operator=(Search&&) = delete;
    ~Search() { sought = {}; }
};

ClientSession greeted() {
    ClientSession session;
    session.feed("220 hi\r\n");
    (void)session.next();
    return session;
}

void sign_in(ClientSession& session) {
    std::string line;
    line.reserve(128);
    line.append("AUTH PLAIN ").append(kPassword);
    session.auth(SecretBytes(std::move(line)));
}

TEST(ClientSessionSecret, TheSearchFindsWhatIsNotWiped) {
    const Search search;
    {
        // NOLINTNEXTLINE(bugprone-unused-local-non-trivial-variable): it is there to be found
        const std::string careless(kPassword);
    }
    EXPECT_EQ(found, 1U);
}

TEST(ClientSessionSecret, IsWipedWhenItWasWritten) {
    const Search search;
    {
        ClientSession session = greeted();
        sign_in(session);
        ASSERT_FALSE(session.wire_pieces().empty());
        session.written();
    }
    EXPECT_EQ(found, 0U);
}

TEST(ClientSessionSecret, IsWipedWhenTheSessionEndsWhileItIsWritten) {
    const Search search;
    {
        ClientSession session = greeted();
        sign_in(session);
        ASSERT_FALSE(session.wire_pieces().empty());
    }
    EXPECT_EQ(found, 0U);
}

TEST(ClientSessionSecret, IsWipedWhenItNeverCameToBeWritten) {
    const Search search;
    {
        ClientSession session = greeted();
        sign_in(session);
    }
    EXPECT_EQ(found, 0U);
    {
        ClientSession session = greeted();
        session.ehlo("gw.example");
        (void)session.wire_pieces();
        session.written();
        sign_in(session);
        session.feed("421 4.3.2 closing\r\n");
        while (const auto reply = session.next()) {
            if (!*reply) break;
        }
    }
    EXPECT_EQ(found, 0U) << "behind a 421";
}

}  // namespace
}  // namespace sealgate::smtp
