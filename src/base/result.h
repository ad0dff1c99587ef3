#pragma once
// SPDX-License-Identifier: Apache-2.0
// Result<T> = std::expected<T, Error>, and the two ways to hand a failure on.
//
// An answer that is not what we hoped for ("no such domain") is a value of its own type; a Result
// fails only when we could not find out or could not do it.

#include "base/error.h"

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace sealgate {

template <class T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

// `return fail(ErrorKind::malformed, "mime.address", "no @");`
[[nodiscard]] inline std::unexpected<Error> fail(ErrorKind kind,
                                                 std::string_view where,
                                                 std::string detail) {
    return std::unexpected<Error>(std::in_place, kind, where, std::move(detail));
}
[[nodiscard]] inline std::unexpected<Error> fail(Error error) {
    return std::unexpected<Error>(std::move(error));
}

// Ends the process. A broken invariant is our bug, and going on would act on data that does not
// exist; the spool is intact and the supervisor restarts us.
[[noreturn]] void panic(const char* what, const char* file, int line);

#define SG_CHECK(cond) ((cond) ? void(0) : ::sealgate::panic(#cond, __FILE__, __LINE__))

#define SG_CAT2(a, b) a##b
#define SG_CAT(a, b) SG_CAT2(a, b)
// SG_TRY(auto field, parse_field(text));  declares field, or returns the error to our caller.
#define SG_TRY(decl, expr) SG_TRY_(decl, expr, SG_CAT(sg_try_, __LINE__), return)
// SG_TRYV(sync_directory(dir));  for calls whose value is not wanted.
#define SG_TRYV(expr) SG_TRYV_(expr, SG_CAT(sg_tryv_, __LINE__), return)
// The same inside a coroutine.
#define SG_CO_TRY(decl, expr) SG_TRY_(decl, expr, SG_CAT(sg_try_, __LINE__), co_return)
#define SG_CO_TRYV(expr) SG_TRYV_(expr, SG_CAT(sg_tryv_, __LINE__), co_return)
#define SG_TRY_(decl, expr, tmp, ret)                        \
    auto tmp = (expr);                                       \
    if (!tmp) ret ::std::unexpected(std::move(tmp).error()); \
    decl = *std::move(tmp)
#define SG_TRYV_(expr, tmp, ret)                                 \
    do {                                                         \
        auto tmp = (expr);                                       \
        if (!tmp) ret ::std::unexpected(std::move(tmp).error()); \
    } while (0)

}  // namespace sealgate
