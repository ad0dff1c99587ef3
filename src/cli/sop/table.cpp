// SPDX-License-Identifier: Apache-2.0
#include "cli/sop/subcommand.h"

namespace sealgate::cli::sop {

const std::vector<Subcommand>& all_subcommands() {
    static const std::vector<Subcommand> kAll{
        version(),
        list_profiles(),
        extract_cert(),
        merge_certs(),
        validate_userid(),
        verify(),
        decrypt(),
        inline_verify(),
        inline_detach(),
        armor(),
        dearmor(),
    };
    return kAll;
}

}  // namespace sealgate::cli::sop
