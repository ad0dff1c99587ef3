#pragma once
// SPDX-License-Identifier: Apache-2.0
// The configuration as one thing: which part of it is owned by the file and which by the store.

#include "admin/context.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::admin {

enum class Owner : std::uint8_t {
    file,      // written in the configuration file; changed there, then reload
    store,     // changed by API or command line
    built_in,  // the default; to change it, write it into the configuration file
};
[[nodiscard]] std::string_view to_string(Owner owner);

struct Where {
    std::string key;
    Owner owner = Owner::built_in;
    std::optional<config::Origin> origin;      // Owner::file
    std::string value;                         // as TOML
    std::string advice;                        // a sentence: how to change it
    bool restart = false;                      // a change needs a restart, not only a reload
    std::optional<std::string> at_next_start;  // the file says so; "" = it will be gone
};

// Key as in the file: "hostname", "smtp.recipients", "mail_log.tag"; objects by name:
// "listener.outbound", "listener.outbound.tls", "domain.example.com", "route.*",
// "unmanaged_senders", "template.NAME". not_found, with the nearest key in the sentence.
[[nodiscard]] Result<Where> where(const Context& context, std::string_view key);

// The effective settings as TOML that the configuration file's reader takes back, objects of the
// store included and marked as such by a comment.
[[nodiscard]] Result<std::string> show_configuration(const Context& context);

struct ConfigurationCheck {
    std::vector<config::Problem> problems;    // not empty: the text is not usable
    std::vector<std::string> changes;         // keys and objects that differ from those in force
    std::vector<std::string> restart_needed;  // those that a reload cannot change
};

// What would happen if `text` became the configuration file. Changes nothing.
[[nodiscard]] ConfigurationCheck check_configuration(const Context& context,
                                                     std::string_view text,
                                                     std::string file_name);

}  // namespace sealgate::admin
