#pragma once
// SPDX-License-Identifier: Apache-2.0

#include "admin/context.h"

namespace sealgate::admin {

// The message templates of delivery, as a context wants them.
[[nodiscard]] TemplateLibrary delivery_templates();

}  // namespace sealgate::admin
