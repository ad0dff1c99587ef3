#include "base/result.h"

#include <cstdio>
#include <cstdlib>

namespace sealgate {

void panic(const char* what, const char* file, int line) {
    std::fprintf(stderr, "panic: %s (%s:%d)\n", what, file, line);
    std::abort();
}

}  // namespace sealgate
