// SPDX-License-Identifier: Apache-2.0
#include "cli/manual.h"

#include "cli/help.h"
#include "cli/sop/exit_code.h"

#include <fmt/format.h>

namespace sealgate::cli {

namespace {

// roff takes a backslash, and a dot or quote at the start of a line, for itself; a plain "-" may
// become a typographic one.
std::string roff(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '\\':
                out += "\\e";
                break;
            case '-':
                out += "\\-";
                break;
            case '\'':
                out += "\\(aq";
                break;
            case '"':
                out += "\\(dq";
                break;
            default:
                out += c;
        }
    }
    return out.starts_with('.') ? "\\&" + out : out;
}

std::string values(const std::vector<std::string_view>& list, std::string_view help) {
    if (list.empty()) return {};
    return fmt::format("{}{}", help.empty() ? "" : ": ", fmt::join(list, ", "));
}

std::string options_section(const std::vector<Option>& options, char separator = ' ') {
    std::string out;
    for (const auto& option : options) {
        out += fmt::format(
            ".TP\n\\fB{}\\fR{}\n{}\n",
            roff(option.name),
            option.value.empty() ? "" : fmt::format("{}\\fI{}\\fR", separator, option.value),
            roff(fmt::format("{}{}.", option.help, values(option.values, option.help))));
    }
    return out;
}

std::string verb_section(const Noun& noun, const Verb& verb) {
    std::string out =
        fmt::format(".SS {}\n{}.\n.PP\n.RS\n.nf\n{}\n.fi\n.RE\n",
                    roff(fmt::format("{}{}{}", noun.name, verb.name.empty() ? "" : " ", verb.name)),
                    roff(verb.summary),
                    roff(usage(noun, verb)));
    for (const auto& argument : verb.arguments) {
        out += fmt::format(
            ".TP\n\\fI{}\\fR\n{}\n",
            argument.name,
            roff(fmt::format("{}{}.", argument.help, values(argument.values, argument.help))));
    }
    out += options_section(verb.options, noun.own_rules ? '=' : ' ');
    if (verb.example == usage(noun, verb)) return out;
    return out + fmt::format(".PP\nExample:\n.PP\n.RS\n.nf\n{}\n.fi\n.RE\n", roff(verb.example));
}

constexpr std::string_view kHead = R"(.\" SPDX-License-Identifier: Apache-2.0
.\" Written by "sealgate help --man".
.TH SEALGATE 1 "" "Sealgate" "Sealgate Manual"
.SH NAME
sealgate \- administer a running Sealgate gateway
.SH SYNOPSIS
.B sealgate
.RB [ \-\-config
.IR FILE ]
.RB [ \-\-json ]
.I NOUN VERB
\&...
.SH DESCRIPTION
.B sealgate
talks to
.BR sealgated (8)
over its control socket,
.IR data_dir /run/sealgate.sock.
Root and the user of the daemon may change things; another user whom the mode of the socket lets in
may only look.
A change is in force when the command exits with status 0.
.B sealgate sop
and
.B sealgate openpgp
work on files and need no daemon.
.PP
Data goes to the standard output, everything else to the standard error.
Times are shown in the local time zone; JSON has them in UTC.
Text that came from others is escaped.
.SH OPTIONS
These are taken by every command, before or after its words.
)";

constexpr std::string_view kTail = R"(.SH EXIT STATUS
.TP
.B 0
Done.
.TP
.B 1
The answer is no, or nothing has this name.
.TP
.B 2
The command line is wrong.
.TP
.B 4
This user may not do that.
.TP
.B 5
It was changed meanwhile, or the configuration file owns it.
.TP
.B 6
The daemon cannot be reached.
.TP
.B 7
The input is not valid.
.TP
.B 8
Part of it was done.
.TP
.B 10
There are changes to apply.
.TP
.B 70
A fault of Sealgate.
.TP
.B 75
Not possible now; try again later.
)";

constexpr std::string_view kSopHead = R"(.SS Of sop
.B sealgate sop
has exit statuses of its own, those of the Stateless OpenPGP interface:
)";

constexpr std::string_view kEnd = R"(.SH ENVIRONMENT
.TP
.B SEALGATE_CONFIG
The configuration file, where
.B \-\-config
does not name one.
.TP
.BR VISUAL ", " EDITOR
The editor of
.BR "template edit" .
.TP
.B TMPDIR
Where
.B sealgate sop
lets large clear text wait, encrypted, until all of it is proven; else
.IR /var/tmp .
.SH FILES
.TP
.I /etc/sealgate/sealgate.toml
The configuration; see
.BR sealgate.toml (5).
.SH SEE ALSO
.BR sealgated (8),
.BR sealgate.toml (5)
)";

}  // namespace

std::string manual_page(const std::vector<Noun>& nouns) {
    std::string out(kHead);
    out += options_section(global_options());
    out += ".SH COMMANDS\n";
    for (const auto& noun : nouns) {
        for (const auto& verb : noun.verbs)
            out += verb_section(noun, verb);
    }
    out += kTail;
    out += kSopHead;
    for (const auto& status : sop::exit_statuses()) {
        out += fmt::format(".TP\n.BR {} \" ({})\"\n{}.\n",
                           static_cast<int>(status.code),
                           status.name,
                           roff(status.meaning));
    }
    return out += kEnd;
}

}  // namespace sealgate::cli
