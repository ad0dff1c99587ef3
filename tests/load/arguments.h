#pragma once
// SPDX-License-Identifier: Apache-2.0
// "--name value" and "--flag" arguments, each asked for by name; what nobody asked for is an error.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::load {

class Arguments {
public:
    Arguments(int argc, char** argv);

    [[nodiscard]] std::string text(std::string_view name, std::string_view fallback);
    [[nodiscard]] long long number(std::string_view name, long long fallback);
    [[nodiscard]] double fraction(std::string_view name, double fallback);
    [[nodiscard]] bool flag(std::string_view name);
    // Every value of an argument that may be given several times, in order.
    [[nodiscard]] std::vector<std::string> all(std::string_view name);

    // After the last question: "" when all is well, else a sentence for the user.
    [[nodiscard]] std::string problem() const;

private:
    void fail(std::string what);

    std::multimap<std::string, std::string, std::less<>> given_;
    std::set<std::string, std::less<>> asked_;
    std::string problem_;
};

}  // namespace sealgate::load
