// SPDX-License-Identifier: Apache-2.0
#include "cli/sop/dates.h"

#include "openpgp/date_text.h"

#include <gtest/gtest.h>

namespace sealgate::cli::sop {
namespace {

std::string read(std::string_view text) {
    const auto date = parse_date(text, 1000000000);
    return date ? openpgp::date_text(*date) : "-";
}

TEST(Dates, AreReadInAllFormsOfIso8601) {
    EXPECT_EQ(read("now"), "2001-09-09T01:46:40Z");
    EXPECT_EQ(read("2019-10-29T12:11:04+00:00"), "2019-10-29T12:11:04Z");
    EXPECT_EQ(read("2019-10-24T23:48:29Z"), "2019-10-24T23:48:29Z");
    EXPECT_EQ(read("20191029T121104Z"), "2019-10-29T12:11:04Z");
    EXPECT_EQ(read("2019-10-29T12:11:04.5Z"), "2019-10-29T12:11:04Z");
    EXPECT_EQ(read("2019-10-29T12:11:04"), "2019-10-29T12:11:04Z");
    EXPECT_EQ(read("2019-10-29T12:11"), "2019-10-29T12:11:00Z");
    EXPECT_EQ(read("2019-10-29"), "2019-10-29T00:00:00Z");
    EXPECT_EQ(read("2019-10-29T01:00:00+02:00"), "2019-10-28T23:00:00Z");
    EXPECT_EQ(read("2019-10-29T23:30:00-0130"), "2019-10-30T01:00:00Z");
    EXPECT_EQ(read("2016-12-31T23:59:60Z"), "2016-12-31T23:59:59Z");
    EXPECT_EQ(read("1970-01-01"), "1970-01-01T00:00:00Z");
    EXPECT_EQ(read("2106-02-07T06:28:15Z"), "2106-02-07T06:28:15Z");
}

TEST(Dates, AnythingElseIsNone) {
    for (const auto* text : {"",
                             "-",
                             "yesterday",
                             "2019",
                             "2019-02-29",
                             "2019-13-01",
                             "2019-1-1",
                             "2019-10-29x",
                             "2019-10-29T24:00:00Z",
                             "2019-10-29T12:60:00Z",
                             "2019-10-29T12:11:04+",
                             "2019-10-29T12:11:04Zx",
                             "1969-12-31T23:59:59Z",
                             "2106-02-07T06:28:16Z",
                             " 2019-10-29"}) {
        EXPECT_EQ(read(text), "-") << text;
    }
}

}  // namespace
}  // namespace sealgate::cli::sop
