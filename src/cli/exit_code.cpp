// SPDX-License-Identifier: Apache-2.0
#include "cli/exit_code.h"

namespace sealgate::cli {

Exit exit_for(unsigned status, std::string_view type) {
    if (status == 207) return Exit::partly;
    if (status >= 200 && status < 300) return Exit::done;
    switch (status) {
        case 400:
        case 413:
        case 415:
        case 422:
            return Exit::invalid;
        case 401:
        case 403:
            return Exit::not_permitted;
        // A daemon that does not know the path is of another version than we are.
        case 404:
            return type == "no_such_path" ? Exit::fault : Exit::no;
        case 409:
        case 412:
            return Exit::conflict;
        case 408:
        case 429:
        case 503:
            return Exit::later;
        default:
            return Exit::fault;
    }
}

}  // namespace sealgate::cli
