// SPDX-License-Identifier: Apache-2.0
#include "ledger.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

namespace sealgate::load {
namespace {
constexpr std::size_t kFlushAt = 65'536;
}

bool Ledger::open(const std::string& path) {
    if (path.empty()) return true;
    file_ = Fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644));
    return file_.valid();
}

void Ledger::add(std::string_view id) {
    if (!file_.valid()) return;
    buffer_.append(id).push_back('\n');
    if (buffer_.size() >= kFlushAt) flush();
}

void Ledger::flush() {
    std::size_t offset = 0;
    while (offset < buffer_.size()) {
        const ssize_t put = ::write(file_.get(), buffer_.data() + offset, buffer_.size() - offset);
        if (put <= 0) {
            std::perror("ledger");
            break;
        }
        offset += static_cast<std::size_t>(put);
    }
    buffer_.clear();
}

void Ledger::clear() {
    buffer_.clear();
    if (file_.valid() && ::ftruncate(file_.get(), 0) != 0) std::perror("ledger");
}

}  // namespace sealgate::load
