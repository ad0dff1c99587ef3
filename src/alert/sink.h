#pragma once
// SPDX-License-Identifier: Apache-2.0
// Who is told of alerts. A sink tries once and says how it went; when to try again is its caller's
// matter.

#include "admin/alerts.h"
#include "base/result.h"

#include <stop_token>
#include <string>
#include <string_view>

namespace sealgate::alert {

class Sink {
public:
    Sink() = default;
    Sink(const Sink&) = delete;
    Sink& operator=(const Sink&) = delete;
    Sink(Sink&&) = delete;
    Sink& operator=(Sink&&) = delete;
    virtual ~Sink() = default;

    [[nodiscard]] virtual std::string_view name() const = 0;
    // Blocks, some ten seconds at most, and less once `stop` asks. The error's detail is a sentence
    // for the administrator; transient: another attempt may succeed, as may any other after the
    // configuration is mended.
    [[nodiscard]] virtual Status send(const admin::AlertNotice& notice, std::stop_token stop) = 0;
};

}  // namespace sealgate::alert
