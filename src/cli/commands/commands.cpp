// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/commands.h"

#include "cli/sop/sop.h"

namespace sealgate::cli {

const std::vector<Noun>& all_commands() {
    static const std::vector<Noun> kAll{
        commands::status(),
        commands::doctor(),
        commands::setup(),
        commands::domain(),
        commands::unmanaged(),
        commands::route(),
        commands::queue(),
        commands::log(),
        commands::message(),
        commands::message_template(),
        commands::alert(),
        commands::config(),
        commands::audit(),
        commands::openpgp(),
        sop::noun(),
        commands::version(),
        commands::completion(),
        commands::help(),
    };
    return kAll;
}

}  // namespace sealgate::cli
