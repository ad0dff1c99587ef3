// SPDX-License-Identifier: Apache-2.0
#include "maillog/fts_words.h"

#include "base/text.h"
#include "maillog/words.h"

#include <sqlite3.h>

#include <string>

namespace sealgate::maillog {
namespace {

using TokenSink = int (*)(void*, int, const char*, int, int, int);

struct Output {
    void* context;
    TokenSink sink;
    std::string lower;  // room used again

    int emit(int flags, std::string_view word, std::size_t start) {
        lower.assign(word);
        for (char& c : lower)
            c = ascii_lower(c);
        return sink(context,
                    flags,
                    lower.data(),
                    static_cast<int>(lower.size()),
                    static_cast<int>(start),
                    static_cast<int>(start + word.size()));
    }
};

int create(void* /*context*/, const char** /*arguments*/, int /*count*/, Fts5Tokenizer** out) {
    static char nothing;  // the tokenizer has no state, but null would mean failure
    *out = reinterpret_cast<Fts5Tokenizer*>(&nothing);
    return SQLITE_OK;
}

void destroy(Fts5Tokenizer* /*tokenizer*/) {}

int tokenize(Fts5Tokenizer* /*tokenizer*/,
             void* context,
             int flags,
             const char* bytes,
             int length,
             TokenSink sink) {
    const std::string_view text(bytes, static_cast<std::size_t>(length));
    Output output{context, sink, {}};
    std::size_t at = 0;
    for (auto word = next_word(text, at); !word.empty(); word = next_word(text, at)) {
        const std::size_t start = at - word.size();
        int code = output.emit(0, word, start);
        // The parts of an address stand at the same place as the address; a query asks for one
        // word.
        if (code == SQLITE_OK && (flags & FTS5_TOKENIZE_QUERY) == 0) {
            const AddressParts parts = address_parts(word);
            if (!parts.local.empty()) {
                code = output.emit(FTS5_TOKEN_COLOCATED, parts.local, start);
                if (code == SQLITE_OK) {
                    code = output.emit(FTS5_TOKEN_COLOCATED, parts.domain, start);
                }
            }
        }
        if (code != SQLITE_OK) return code;
    }
    return SQLITE_OK;
}

}  // namespace

Status register_words(Database& database) {
    fts5_api* api = nullptr;
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(database.handle(), "SELECT fts5(?1)", -1, &statement, nullptr) ==
        SQLITE_OK) {
        sqlite3_bind_pointer(statement, 1, static_cast<void*>(&api), "fts5_api_ptr", nullptr);
        sqlite3_step(statement);
    }
    sqlite3_finalize(statement);
    fts5_tokenizer tokenizer{create, destroy, tokenize};
    if (api == nullptr ||
        api->xCreateTokenizer(api, "sealgate", nullptr, &tokenizer, nullptr) != SQLITE_OK) {
        return fail(ErrorKind::internal, "maillog.index", "this SQLite has no FTS5");
    }
    return {};
}

}  // namespace sealgate::maillog
