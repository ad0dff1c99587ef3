#include "base/error.h"

namespace sealgate {

std::string_view to_string(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::internal:
            return "internal";
        case ErrorKind::malformed:
            return "malformed";
        case ErrorKind::refused:
            return "refused";
        case ErrorKind::not_found:
            return "not found";
        case ErrorKind::conflict:
            return "conflict";
        case ErrorKind::transient:
            return "transient";
        case ErrorKind::exhausted:
            return "exhausted";
    }
    return "internal";
}

}  // namespace sealgate
