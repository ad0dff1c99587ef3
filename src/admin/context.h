#pragma once
// SPDX-License-Identifier: Apache-2.0
// What an administrator's function works on: the store, the settings of the file, a clock, and the
// gateway that must learn of a change.
//
// The functions of this folder block on the database. They may be called from any thread except the
// I/O thread, also at the same time; changes are done one after the other. When a function that
// changes something returns success, the change is durable, in the audit log, and in force.
//
// Errors of this folder carry a `detail` that is a sentence for the administrator and says what to
// do; the callers may show it. Kinds: malformed = the input, not_found = no such object, conflict =
// managed by file or changed meanwhile, transient = the store is busy or full, try again.

#include "base/clock.h"
#include "base/result.h"
#include "config/settings.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::store {
class Database;
}

namespace sealgate::admin {

// Who does it, for the audit log.
struct Actor {
    std::string name;  // "root", "alice", "sealgated"
    std::string via;   // "cli", "api", "reload", "start"
};

// A message template in one language.
struct TemplateText {
    std::string text;  // "Subject: ...", an empty line, the text
    std::string html;  // "" = no such part
    bool operator==(const TemplateText&) const = default;
};

// What the gateway works with: the objects declared in the file and those in the store, as one.
// Immutable once published.
struct Effective {
    policy::ManagedDomains domains;
    policy::Routes routes;
    policy::UnmanagedSenders unmanaged;
    // What replaces the built-in message templates or stands beside them, by template name and then
    // by language; "" is the default text.
    using Languages = std::map<std::string, TemplateText, std::less<>>;
    std::map<std::string, Languages, std::less<>> templates;
};

// What admin must know of message templates; delivery has them.
struct TemplateLibrary {
    struct BuiltIn {
        std::string name;
        std::string description;
        std::string text;
    };
    std::vector<BuiltIn> built_in;
    // malformed, with a sentence: `text` cannot serve as the template `name`.
    std::function<Status(std::string_view name, const TemplateText& text)> check;
    // The message that `text` gives with sample values, in the form of a source.
    std::function<Result<TemplateText>(std::string_view name, const TemplateText& text)> preview;
};

struct SinkAnswer;

class Context {
public:
    using Publish = std::function<void(std::shared_ptr<const Effective>)>;

    // `database` and `clock` must outlive the context. `publish` is called after every committed
    // change, with changes in their order, on the thread that made the change; it must not call
    // back into this folder.
    Context(store::Database& database,
            const Clock& clock,
            std::shared_ptr<const config::Settings> settings,
            TemplateLibrary templates,
            Publish publish);
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    Context(Context&&) = delete;
    Context& operator=(Context&&) = delete;
    ~Context();

    // At start and at each reload: takes over what the file declares, writes to the audit log what
    // differs from the last time, and publishes.
    Status adopt_settings(std::shared_ptr<const config::Settings> settings, const Actor& actor);
    [[nodiscard]] std::shared_ptr<const config::Settings> settings() const;
    // `flush` brings what was seen of unmanaged senders into the store; called before that is read.
    // Set once, before others use the context.
    void before_unmanaged(std::function<void()> flush) { flush_ = std::move(flush); }
    void flush_unmanaged() const {
        if (flush_) flush_();
    }
    // `send` gives a test notice to every sink of alerts and says how each took it. Set once,
    // before others use the context.
    using TryAlert = std::function<Result<std::vector<SinkAnswer>>(std::string_view name)>;
    void on_alert_test(TryAlert send) { try_alert_ = std::move(send); }
    // Empty where nobody said how.
    [[nodiscard]] Result<std::vector<SinkAnswer>> try_alert(std::string_view name) const;
    // What was published last; null before the first time.
    [[nodiscard]] std::shared_ptr<const Effective> published() const;
    [[nodiscard]] const TemplateLibrary& templates() const { return templates_; }
    [[nodiscard]] store::Database& database() const { return database_; }
    [[nodiscard]] const Clock& clock() const { return clock_; }

private:
    friend class Changer;

    store::Database& database_;
    const Clock& clock_;
    TemplateLibrary templates_;
    Publish publish_;
    std::function<void()> flush_;
    TryAlert try_alert_;
    mutable std::mutex settings_mutex_;
    std::shared_ptr<const config::Settings> settings_;
    std::shared_ptr<const Effective> published_;  // under settings_mutex_ as well
    std::mutex change_mutex_;  // held from a change's first read until it is published
};

// Reads the store and joins it with what the file declares.
[[nodiscard]] Result<std::shared_ptr<const Effective>> effective(const Context& context);

}  // namespace sealgate::admin
