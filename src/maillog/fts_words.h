#pragma once
// SPDX-License-Identifier: Apache-2.0
// Makes FTS5 cut text as words.h does, under the tokenizer name "sealgate".

#include "maillog/sqlite.h"

namespace sealgate::maillog {

Status register_words(Database& database);

}  // namespace sealgate::maillog
