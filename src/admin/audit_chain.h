#pragma once
// SPDX-License-Identifier: Apache-2.0
// The chain of the audit log; docs/formats/audit.md. Internal.

#include "admin/audit.h"

#include <string>

namespace sealgate::admin {

// `previous` of the first record.
[[nodiscard]] std::string chain_start();
// The hash that belongs to a record's other fields.
[[nodiscard]] std::string hash_of(const AuditRecord& record);

}  // namespace sealgate::admin
