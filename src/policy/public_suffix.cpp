// SPDX-License-Identifier: Apache-2.0
#include "policy/public_suffix.h"

#include <libpsl.h>

namespace sealgate::policy {

bool is_public_suffix(const mime::Domain& domain) {
    const psl_ctx_t* const list = psl_builtin();
    if (list == nullptr || domain.is_literal() || domain.empty()) return false;
    return psl_is_public_suffix2(
               list, domain.ascii().c_str(), PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE) == 1;
}

}  // namespace sealgate::policy
