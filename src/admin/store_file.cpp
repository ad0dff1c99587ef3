// SPDX-License-Identifier: Apache-2.0
#include "admin/store_file.h"

#include "admin/sentence.h"
#include "admin/store_plan.h"
#include "base/text.h"
#include "config/objects.h"
#include "crypto/digest.h"
#include "store/database.h"

#include <fmt/format.h>

#include <algorithm>

namespace sealgate::admin {

namespace {

constexpr std::string_view kHead =
    "# What lies in the store of Sealgate: managed domains, routes, unmanaged senders and message\n"
    "# templates that replace built-in ones. Written by 'sealgate config export'.\n"
    "#\n"
    "# 'sealgate config diff FILE' says what a file like this would change, and\n"
    "# 'sealgate config apply FILE' makes the store equal to it: what the file leaves out is "
    "removed.\n";

// Each line as a comment; empty ones are left out.
std::string commented(std::string_view text) {
    std::string out;
    for (const std::string_view line : split(text, '\n')) {
        if (!line.empty()) out += fmt::format("# {}\n", line);
    }
    return out;
}

// What the configuration file declares, for reading only.
std::string declared_comments(const config::Settings& settings) {
    std::string out;
    const auto add = [&](const config::Origin& origin, const config::Objects& one) {
        out += fmt::format("#\n# {}, line {}:\n{}",
                           escape_for_log(origin.file),
                           origin.line,
                           commented(config::print(one)));
    };
    const auto each = [&](auto list, auto config::Objects::* member, auto name) {
        std::ranges::sort(list, {}, name);
        for (auto& one : list) {
            config::Objects alone;
            const config::Origin origin = one.origin;
            (alone.*member).push_back(std::move(one));
            add(origin, alone);
        }
    };
    each(settings.domains, &config::Objects::domains, [](const config::DeclaredDomain& one) {
        return one.domain.name.ascii();
    });
    each(settings.routes, &config::Objects::routes, [](const config::DeclaredRoute& one) {
        return one.route.domain.text();
    });
    if (settings.unmanaged_senders) {
        config::Objects alone;
        alone.unmanaged_senders = settings.unmanaged_senders;
        add(settings.unmanaged_senders->origin, alone);
    }
    if (out.empty()) return out;
    return "\n# Managed by file, and therefore left alone by 'config apply'; change it there:\n" +
           out;
}

StoreExport print_store(const config::Settings& settings,
                        const TemplateLibrary& library,
                        const Holding& holding) {
    config::Objects objects;
    for (const auto& [name, domain] : holding.domains)
        objects.domains.push_back({domain, {}});
    for (const auto& [pattern, route] : holding.routes)
        objects.routes.push_back({route, {}});
    if (!settings.unmanaged_senders) {
        objects.unmanaged_senders = config::DeclaredUnmanaged{holding.unmanaged, {}};
    }
    for (const TemplateLibrary::BuiltIn& built_in : library.built_in) {
        for (auto at = holding.templates.lower_bound({built_in.name, ""});
             at != holding.templates.end() && at->first.name == built_in.name;
             ++at) {
            objects.templates.push_back(
                {{at->first.name, at->first.language, at->second.text, at->second.html}, {}});
        }
    }
    StoreExport made;
    made.toml = std::string(kHead) + declared_comments(settings) + config::print(objects);
    constexpr std::size_t kStateSize = 32;  // 128 bits: it has to notice honest changes
    made.state = to_hex(crypto::sha256(made.toml)).substr(0, kStateSize);
    return made;
}

Result<StoreExport> read_store(store::Session& session,
                               const config::Settings& settings,
                               const TemplateLibrary& library) {
    SG_TRY(const Holding holding, load_holding(session, settings, library));
    return print_store(settings, library, holding);
}

StoreComparison comparison_of(Plan& plan, std::string state) {
    StoreComparison comparison;
    comparison.problems = std::move(plan.problems);
    comparison.owned = std::move(plan.owned);
    comparison.changes = std::move(plan.changes);
    comparison.removals = static_cast<std::size_t>(
        std::ranges::count(comparison.changes, StoreChangeKind::remove, &StoreChange::kind));
    comparison.state = std::move(state);
    return comparison;
}

}  // namespace

std::string_view to_string(StoreChangeKind kind) {
    switch (kind) {
        case StoreChangeKind::add:
            return "add";
        case StoreChangeKind::remove:
            return "remove";
        case StoreChangeKind::change:
            return "change";
    }
    return "change";
}

Result<StoreExport> export_store(const Context& context) {
    const auto settings = context.settings();
    Holding holding;
    SG_TRYV(context.database().read([&](store::Session& session) -> Status {
        SG_TRY(holding, load_holding(session, *settings, context.templates()));
        return {};
    }));
    StoreExport made = print_store(*settings, context.templates(), holding);
    if (holding.domains.size() > config::kMaxObjects ||
        holding.routes.size() > config::kMaxObjects || made.toml.size() > config::kMaxObjectsFile) {
        return fail(ErrorKind::exhausted,
                    "admin.export",
                    "the store holds more than such a file may: 100000 objects of a kind, 16 MiB; "
                    "keep a copy of the database instead");
    }
    return made;
}

Result<StoreComparison> compare_store(const Context& context,
                                      std::string_view text,
                                      std::string file_name) {
    config::LoadedObjects loaded = config::parse_objects(text, std::move(file_name));
    StoreComparison comparison;
    comparison.problems = std::move(loaded.problems);
    if (!comparison.problems.empty()) return comparison;
    const auto settings = context.settings();
    const Actor nobody;
    SG_TRYV(context.database().read([&](store::Session& session) -> Status {
        SG_TRY(const Holding holding, load_holding(session, *settings, context.templates()));
        Plan plan = make_plan(context, *settings, holding, loaded.objects, nobody);
        comparison =
            comparison_of(plan, print_store(*settings, context.templates(), holding).state);
        return {};
    }));
    return comparison;
}

Result<StoreComparison> apply_store(Context& context,
                                    const Actor& actor,
                                    std::string_view text,
                                    std::string file_name,
                                    const ApplyOptions& options) {
    config::LoadedObjects loaded = config::parse_objects(text, std::move(file_name));
    StoreComparison comparison;
    comparison.problems = std::move(loaded.problems);
    if (!comparison.problems.empty()) return comparison;
    SG_TRYV(Changer::run(context, actor, [&](store::Session& session, Journal& journal) -> Status {
        const auto settings = context.settings();
        SG_TRY(const Holding holding, load_holding(session, *settings, context.templates()));
        std::string state = print_store(*settings, context.templates(), holding).state;
        if (options.guard) SG_TRYV(options.guard(state));
        Plan plan = make_plan(context, *settings, holding, loaded.objects, actor);
        comparison = comparison_of(plan, std::move(state));
        if (comparison.removals > 0 && !options.removals) {
            return bad_input(
                fmt::format("the file leaves out {} of the store's objects, which would "
                            "be removed; look at the comparison, and say that this is "
                            "meant",
                            comparison.removals));
        }
        for (const Plan::Step& step : plan.steps)
            SG_TRYV(step(session, journal));
        if (plan.steps.empty()) return {};
        SG_TRY(const StoreExport after, read_store(session, *settings, context.templates()));
        comparison.state = after.state;
        return {};
    }));
    return comparison;
}

}  // namespace sealgate::admin
