#pragma once
// SPDX-License-Identifier: Apache-2.0
// A file with one message id a line, in the order of events. Written through on flush() only, since
// the writer is never the program that gets killed.

#include "socket.h"

#include <string>
#include <string_view>

namespace sealgate::load {

class Ledger {
public:
    // "" = keep none. False: errno says why.
    [[nodiscard]] bool open(const std::string& path);
    void add(std::string_view id);
    void flush();
    // Empties the file.
    void clear();
    ~Ledger() { flush(); }
    Ledger() = default;
    Ledger(const Ledger&) = delete;
    Ledger& operator=(const Ledger&) = delete;
    Ledger(Ledger&&) = delete;
    Ledger& operator=(Ledger&&) = delete;

private:
    Fd file_;
    std::string buffer_;
};

}  // namespace sealgate::load
