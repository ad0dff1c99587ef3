// SPDX-License-Identifier: Apache-2.0
#include "doctor/doctor.h"

#include <algorithm>

namespace sealgate::doctor {

std::string_view to_string(Level level) {
    switch (level) {
        case Level::ok:
            return "ok";
        case Level::warn:
            return "warn";
        case Level::fail:
            return "fail";
    }
    return "fail";
}

Findings examine(const Subject& subject) {
    Findings out;
    check_name(subject, out);
    check_listeners(subject, out);
    check_certificate(subject, out);
    check_clock(out);
    check_disk(subject, out);
    check_files(subject, out);
    check_database(subject, out);
    check_limits(subject, out);
    check_next_hops(subject, out);
    return out;
}

Level worst(const Findings& findings) {
    Level level = Level::ok;
    for (const Finding& finding : findings)
        level = std::max(level, finding.level);
    return level;
}

}  // namespace sealgate::doctor
