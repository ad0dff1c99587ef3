#pragma once
// SPDX-License-Identifier: Apache-2.0
// A context with an empty database and a template library of two, for tests only.

#include "admin/context.h"
#include "store/test_database.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace sealgate::admin {

class AdminTest : public store::TestDatabase {
protected:
    void SetUp() override {
        TestDatabase::SetUp();
        if (!IsSkipped() && !HasFatalFailure()) start("");
    }

    // Opens the store anew, with this text as the configuration file.
    void start(const std::string& text) {
        context_.reset();
        database_.reset();
        database_ = open();
        ASSERT_TRUE(database_);
        context_ = std::make_unique<Context>(
            *database_,
            clock_,
            settings_from(text),
            library(),
            [this](std::shared_ptr<const Effective> now) { published_.push_back(std::move(now)); });
        const auto adopted = context_->adopt_settings(settings_from(text), {"file", "start"});
        ASSERT_TRUE(adopted) << adopted.error().detail();
    }
    Status reload(const std::string& text) {
        return context_->adopt_settings(settings_from(text), {"file", "reload"});
    }
    static std::shared_ptr<const config::Settings> settings_from(const std::string& text) {
        config::Loaded loaded = config::parse(text, "/etc/gw.toml");
        for (const auto& problem : loaded.problems)
            ADD_FAILURE() << to_string(problem);
        return std::make_shared<const config::Settings>(std::move(loaded.settings));
    }
    static TemplateLibrary library() {
        TemplateLibrary library;
        library.built_in = {{"Message Bounced", "first", "built-in one"}, {"Notice", "", "two"}};
        library.check = [](std::string_view, const TemplateText& text) -> Status {
            if ((text.text + text.html).find("{{") == std::string::npos) return {};
            return fail(ErrorKind::malformed, "test", "line 1: there is no variable 'x'");
        };
        library.preview = [](std::string_view name,
                             const TemplateText& text) -> Result<TemplateText> {
            return TemplateText{std::string(name) + ": " + text.text, text.html};
        };
        return library;
    }
    [[nodiscard]] const Effective& now() const { return *published_.back(); }
    static mime::Domain domain(std::string_view text) { return mime::Domain::parse(text).value(); }

    ManualClock clock_{WallTime(std::chrono::seconds(1'700'000'000))};
    std::unique_ptr<store::Database> database_;
    std::vector<std::shared_ptr<const Effective>> published_;
    std::unique_ptr<Context> context_;
    const Actor alice_{"alice", "cli"};
};

inline std::string engine_name(const testing::TestParamInfo<std::string>& info) {
    return info.param;
}

}  // namespace sealgate::admin
