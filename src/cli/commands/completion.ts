import { UsageError } from "../../errors.ts";
import type { CommandModule } from "../command.ts";
import { exitCode } from "../exit-code.ts";

/** `completion SHELL`: what a shell has to read once, so that Tab completes commands, flags, services and names. */
export const completion: CommandModule<object> = {
  declare(command) {
    command.argument("<shell>", Object.keys(scripts).join(", ")).addHelpText(
      "after",
      `\n${Object.values(scripts)
        .map(({ setUp }) => setUp)
        .join("\n")}`,
    );
  },
  async run({ args: [shell = ""], session }) {
    const script = Object.entries(scripts).find(([name]) => name === shell)?.[1].text;
    if (script === undefined) {
      throw new UsageError(`completion: expected one of ${Object.keys(scripts).join(", ")}, got "${shell}"`);
    }
    session.io.stdout.write(script);
    return exitCode.success;
  },
};

/** Each asks `tscompose __complete` what the word under the cursor could become; where it knows nothing, files are meant. */
const scripts = {
  bash: {
    setUp: "  bash: add to ~/.bashrc: source <(tscompose completion bash)",
    // To bash the = and the : within a word are words of their own: they are put together again, and left off its answers.
    text: `_tscompose() {
  local IFS=$'\\n' word joined= line
  local -a words=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [[ $word == [=:]* || -n $joined ]] && (( \${#words[@]} )); then
      words[\${#words[@]}-1]+=$word
    else
      words+=("$word")
    fi
    [[ $word == [=:]* ]] && joined=1 || joined=
  done
  word=\${words[\${#words[@]}-1]}
  COMPREPLY=()
  while IFS= read -r line; do
    line=\${line%%$'\\t'*}
    [[ -n $line ]] && COMPREPLY+=("\${line#"\${word%"\${word##*[=:]}"}"}")
  done < <(tscompose __complete -- "\${words[@]}" 2>/dev/null)
}
complete -o default -F _tscompose tscompose
`,
  },
  zsh: {
    setUp: "  zsh:  add to ~/.zshrc, after compinit: source <(tscompose completion zsh)",
    text: `_tscompose() {
  local -a candidates
  local line
  while IFS= read -r line; do
    [[ -n $line ]] && candidates+=("\${\${line//:/\\\\:}/$'\\t'/:}")
  done < <(tscompose __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#candidates} )); then
    _describe -t values tscompose candidates
  else
    _files
  fi
}
compdef _tscompose tscompose
`,
  },
  fish: {
    setUp: "  fish: tscompose completion fish > ~/.config/fish/completions/tscompose.fish",
    text: `function __tscompose_complete
    set -l words (commandline -opc) (commandline -ct)
    tscompose __complete -- $words[2..-1] 2>/dev/null
end
complete -c tscompose -f -a '(__tscompose_complete)'
complete -c tscompose -n 'test (count (__tscompose_complete)) -eq 0' -F
`,
  },
} as const;
