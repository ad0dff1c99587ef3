// SPDX-License-Identifier: Apache-2.0
#include "cli/completion.h"

#include "cli/help.h"

#include <fmt/format.h>

namespace sealgate::cli {

namespace {

// The words that may follow "noun verb": options, and values of an argument that has a fixed set.
std::string words_after(const Noun& noun, const Verb& verb) {
    std::string out;
    for (const auto& argument : verb.arguments) {
        for (const auto value : argument.values)
            out += fmt::format("{} ", value);
    }
    for (const auto& option : verb.options) {
        const bool joined = noun.own_rules && !option.value.empty();
        out += fmt::format("{}{} ", option.name, joined ? "=" : "");
    }
    if (noun.own_rules) return out + "--help";
    for (const auto& option : global_options())
        out += fmt::format("{} ", option.name);
    out.pop_back();
    return out;
}

bool takes_file(const Noun& noun, const Verb& verb) {
    if (noun.own_rules) return true;
    for (const auto& argument : verb.arguments) {
        if (argument.name == "FILE") return true;
    }
    return false;
}

std::string nouns_of(const std::vector<Noun>& nouns) {
    std::string out;
    for (const auto& noun : nouns)
        out += fmt::format("{}{}", out.empty() ? "" : " ", noun.name);
    return out;
}

std::string verbs_of(const Noun& noun) {
    std::string out;
    for (const auto& verb : noun.verbs)
        out += fmt::format("{}{}", out.empty() ? "" : " ", verb.name);
    return out;
}

std::string bash_cases(const std::vector<Noun>& nouns) {
    std::string out;
    for (const auto& noun : nouns) {
        for (const auto& verb : noun.verbs) {
            const auto key = verb.name.empty() ? fmt::format("{}:*", noun.name)
                                               : fmt::format("{}:{}", noun.name, verb.name);
            std::string words = words_after(noun, verb);
            if (noun.name == "help") words += " " + nouns_of(nouns);
            out += fmt::format("        {}) words=\"{}\"{} ;;\n",
                               key,
                               words,
                               takes_file(noun, verb) ? "; files=1" : "");
        }
        if (!noun.verbs.front().name.empty()) {
            out += fmt::format("        {}:*) words=\"{}\" ;;\n", noun.name, verbs_of(noun));
        }
    }
    return out;
}

// Quotes for a single-quoted word of fish.
std::string fish_text(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

std::string fish_verb(const Noun& noun, const Verb& verb) {
    const auto condition =
        verb.name.empty()
            ? fmt::format("__fish_seen_subcommand_from {}", noun.name)
            : fmt::format("__fish_seen_subcommand_from {}; and __fish_seen_subcommand_from {}",
                          noun.name,
                          verb.name);
    std::string out;
    for (const auto& argument : verb.arguments) {
        for (const auto value : argument.values) {
            out += fmt::format("complete -c sealgate -n '{}' -a {}\n", condition, value);
        }
    }
    if (takes_file(noun, verb)) out += fmt::format("complete -c sealgate -n '{}' -F\n", condition);
    for (const auto& option : verb.options) {
        const auto name = option.name.substr(2);
        std::string values;
        for (const auto value : option.values)
            values += fmt::format("{} ", value);
        out += fmt::format("complete -c sealgate -n '{}' -l {}{}{} -d '{}'\n",
                           condition,
                           name,
                           option.value.empty() ? "" : (option.value == "FILE" ? " -rF" : " -x"),
                           values.empty() ? "" : fmt::format(" -a '{}'", values),
                           fish_text(option.help));
    }
    return out;
}

}  // namespace

std::string bash_completion(const std::vector<Noun>& nouns) {
    return fmt::format(
        R"(# bash completion of sealgate; load it with: source <(sealgate completion bash)
_sealgate() {{
    local current="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}"
    local noun="" verb="" files="" words="" i=1
    COMPREPLY=()
    case "$before" in
        --config|--socket|--file) COMPREPLY=($(compgen -f -- "$current")); return ;;
    esac
    while ((i < COMP_CWORD)); do
        case "${{COMP_WORDS[i]}}" in
            --config|--socket) ((i++)) ;;
            -*) ;;
            *) if [[ -z $noun ]]; then noun="${{COMP_WORDS[i]}}"
               elif [[ -z $verb ]]; then verb="${{COMP_WORDS[i]}}"; fi ;;
        esac
        ((i++))
    done
    case "$noun:$verb" in
        :*) words="{} --config --socket --json --help" ;;
{}    esac
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    if [[ -n $files ]]; then COMPREPLY+=($(compgen -f -- "$current")); fi
}}
complete -o filenames -o bashdefault -F _sealgate sealgate
)",
        nouns_of(nouns),
        bash_cases(nouns));
}

std::string zsh_completion(const std::vector<Noun>& nouns) {
    return "# zsh completion of sealgate; load it with: source <(sealgate completion zsh)\n"
           "autoload -U +X bashcompinit && bashcompinit\n" +
           bash_completion(nouns);
}

std::string fish_completion(const std::vector<Noun>& nouns) {
    std::string out =
        "# fish completion of sealgate; load it with: sealgate completion fish | source\n"
        "complete -c sealgate -f\n"
        "complete -c sealgate -l config -rF -d 'The daemon\\'s configuration'\n"
        "complete -c sealgate -l socket -rF -d 'The daemon\\'s control socket'\n"
        "complete -c sealgate -l json -d 'Data as JSON'\n"
        "complete -c sealgate -l help -s h -d 'Show help'\n";
    for (const auto& noun : nouns) {
        out += fmt::format("complete -c sealgate -n __fish_use_subcommand -a {} -d '{}'\n",
                           noun.name,
                           fish_text(noun.summary));
        for (const auto& verb : noun.verbs) {
            if (!verb.name.empty()) {
                out += fmt::format(
                    "complete -c sealgate -n '__fish_seen_subcommand_from {}; and not "
                    "__fish_seen_subcommand_from {}' -a {} -d '{}'\n",
                    noun.name,
                    verbs_of(noun),
                    verb.name,
                    fish_text(verb.summary));
            }
            out += fish_verb(noun, verb);
        }
    }
    return out;
}

}  // namespace sealgate::cli
