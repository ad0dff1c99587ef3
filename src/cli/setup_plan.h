#pragma once
// SPDX-License-Identifier: Apache-2.0
// What a first installation needs to know, and the files that follow from it. No input, no output.

#include <string>
#include <string_view>
#include <vector>

namespace sealgate::cli {

// As they were given; each is checked by the function of its name below.
struct SetupAnswers {
    std::string hostname;
    std::string domains;    // "example.com, .example.org": a leading dot covers subdomains
    std::string internal;   // networks or addresses of our own mail servers, with commas
    std::string outward;    // next hop of what goes to the world: "relay.example.net:25"
    std::string inward;     // next hop of what comes for our domains; "none": it comes another way
    std::string unmanaged;  // reject | bounce | pass
};

struct SetupQuestion {
    std::string_view flag;  // "--hostname"
    std::string_view value;
    std::string_view text;       // the question
    std::string_view help;       // of the flag
    std::string_view otherwise;  // what an empty answer means; "" = there has to be one
    std::string SetupAnswers::* at;
    std::string (*problem)(const std::string& answer);  // what is wrong with an answer, or ""
};
// In the order in which they are asked.
[[nodiscard]] const std::vector<SetupQuestion>& setup_questions();

struct SetupPlan {
    std::string configuration;  // the file, as sealgate.toml(5) describes it
    std::string domains;        // one a line, as 'domain import' takes them
    std::string unmanaged;
    std::string problem;  // of the answers together; "" = none
};
[[nodiscard]] SetupPlan plan_setup(const SetupAnswers& answers, const std::string& data_dir);

}  // namespace sealgate::cli
