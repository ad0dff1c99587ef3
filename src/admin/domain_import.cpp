// SPDX-License-Identifier: Apache-2.0
#include "admin/change.h"
#include "admin/domain_change.h"
#include "admin/domains.h"
#include "admin/sentence.h"
#include "admin/stored.h"
#include "base/text.h"
#include "store/database.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace sealgate::admin {

namespace {

constexpr std::size_t kMaxBytes = 64UL * 1024 * 1024;
constexpr std::size_t kMaxLines = 1'000'000;
constexpr std::size_t kMaxProblems = 100;

struct Line {
    std::size_t number = 0;
    policy::ManagedDomain domain;
};

// ".example.com", "example.com subdomains" or "example.com".
Result<policy::ManagedDomain> read_line(std::string_view text) {
    policy::ManagedDomain domain;
    const std::size_t blank = text.find_first_of(" \t");
    const std::string_view flag = blank == std::string_view::npos ? "" : trim(text.substr(blank));
    std::string_view name = text.substr(0, blank);
    if (!flag.empty() && flag != "subdomains") {
        return bad_input("only 'subdomains' may stand behind a domain, not " + quoted(flag));
    }
    domain.subdomains = flag == "subdomains" || name.starts_with('.');
    if (name.starts_with('.')) name.remove_prefix(1);
    SG_TRY(domain.name, ownable_domain(name));
    return domain;
}

class Reader {
public:
    Reader(const config::Settings& settings, ImportReport& report) : report_(report) {
        for (const config::DeclaredDomain& declared : settings.domains) {
            declared_.emplace(declared.domain.name.ascii(), &declared);
        }
    }

    std::vector<Line> read(std::string_view text) {
        std::vector<Line> lines;
        std::size_t number = 0;
        for (std::string_view line : split(text, '\n')) {
            ++number;
            line = trim(line.substr(0, line.find('#')));
            if (line.empty()) continue;
            auto domain = read_line(line);
            if (!domain) {
                problem(number, domain.error().detail());
            } else if (accept(number, *domain)) {
                lines.push_back({number, *std::move(domain)});
            }
            if (report_.problems.size() >= kMaxProblems) break;
        }
        return lines;
    }

private:
    void problem(std::size_t number, std::string message) {
        report_.problems.push_back({number, std::move(message)});
    }

    // False for a domain that needs nothing more, or that cannot be taken.
    bool accept(std::size_t number, const policy::ManagedDomain& domain) {
        const std::string& name = domain.name.ascii();
        if (const auto found = declared_.find(name); found != declared_.end()) {
            const config::DeclaredDomain& declared = *found->second;
            if (declared.domain.subdomains == domain.subdomains) {
                ++report_.unchanged;
            } else {
                problem(
                    number,
                    managed_by_file("domain " + quoted(name), declared.origin).error().detail());
            }
            return false;
        }
        const auto [seen, first] = seen_.emplace(name, std::pair(number, domain.subdomains));
        if (first) return true;
        if (seen->second.second != domain.subdomains) {
            problem(number,
                    fmt::format("{} stands in line {} already, and only one of the two covers "
                                "subdomains",
                                quoted(name),
                                seen->second.first));
        }
        return false;
    }

    ImportReport& report_;
    std::unordered_map<std::string, const config::DeclaredDomain*> declared_;
    std::unordered_map<std::string, std::pair<std::size_t, bool>> seen_;
};

void count(ImportReport& report, Outcome outcome) {
    switch (outcome) {
        case Outcome::added:
            ++report.added;
            break;
        case Outcome::changed:
            ++report.changed;
            break;
        case Outcome::unchanged:
            ++report.unchanged;
            break;
    }
}

Status count_only(const Context& context, const std::vector<Line>& lines, ImportReport& report) {
    return context.database().read([&](store::Session& session) -> Status {
        for (const Line& line : lines) {
            SG_TRY(const auto before, load_domain(session, line.domain.name.ascii()));
            if (!before) {
                ++report.added;
            } else {
                ++(before->subdomains == line.domain.subdomains ? report.unchanged
                                                                : report.changed);
            }
        }
        return {};
    });
}

}  // namespace

Result<ImportReport> import_domains(Context& context,
                                    const Actor& actor,
                                    std::string_view text,
                                    bool dry_run) {
    if (text.size() > kMaxBytes ||
        static_cast<std::size_t>(std::ranges::count(text, '\n')) > kMaxLines) {
        return fail(ErrorKind::exhausted,
                    "admin.import",
                    "the list has more than 1000000 lines or 64 MiB; import it in parts");
    }
    ImportReport report;
    const std::vector<Line> lines = Reader(*context.settings(), report).read(text);
    if (!report.problems.empty()) return report;
    if (dry_run) {
        SG_TRYV(count_only(context, lines, report));
        return report;
    }
    SG_TRYV(Changer::run(context, actor, [&](store::Session& session, Journal& journal) -> Status {
        const WallTime now = context.clock().now();
        for (const Line& line : lines) {
            SG_TRY(const Outcome outcome,
                   put_domain(session, journal, {line.domain, "domain.import", actor, now}));
            count(report, outcome);
        }
        return {};
    }));
    return report;
}

}  // namespace sealgate::admin
