/**
 * Completion scripts, made from the command tree itself so that they cannot know a flag that is not
 * there. Plain word lists: no call back into the program while somebody types.
 */

import type { Command } from 'commander';
import { LISTS } from './commands/list.ts';

/** Shells there is a script for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** One command as completion sees it. */
export interface CommandWords {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly { readonly name: string; readonly summary: string }[];
  /** Words its first argument may be; files are completed as well. */
  readonly words: readonly string[];
}

/** Commands whose first argument is a scenario's name. */
const TAKES_SCENARIO: readonly string[] = ['run', 'view', 'check', 'compare'];

/** Reads the command tree. `scenarios` are the names of the library. */
export function describeTree(root: Command, scenarios: readonly string[]): readonly CommandWords[] {
  return root.commands.map((command) => {
    const name = command.name();
    const fixed: Readonly<Record<string, readonly string[]>> = { list: LISTS, completion: SHELLS };
    return {
      name,
      summary: command.description(),
      flags: [...command.options, { long: '--help', description: 'show help' }].map((option) => ({
        name: option.long ?? '',
        summary: option.description,
      })),
      words: TAKES_SCENARIO.includes(name) ? scenarios : (fixed[name] ?? []),
    };
  });
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function bash(commands: readonly CommandWords[]): string {
  const cases = commands.map(({ name, flags, words }) => {
    const all = [...flags.map((flag) => flag.name), ...words].join(' ');
    return `    ${name}) words=${quoted(all)} ;;`;
  });
  return `# bash completion for lockstep
_lockstep() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W ${quoted(commands.map(({ name }) => name).join(' '))} -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) words='' ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current") $(compgen -f -- "$current"))
}
complete -o filenames -F _lockstep lockstep
`;
}

function zsh(commands: readonly CommandWords[]): string {
  const described = (name: string, summary: string): string =>
    quoted(`${name}:${summary.replaceAll(':', '\\:')}`);
  const cases = commands.map(({ name, flags, words }) => {
    const options = flags.map((flag) => described(flag.name, flag.summary)).join(' ');
    const offered = words.length === 0 ? '' : `; compadd -- ${words.join(' ')}`;
    return `    ${name}) local -a flags=(${options}); _describe flag flags${offered}; _files ;;`;
  });
  const names = commands.map(({ name, summary }) => described(name, summary)).join(' ');
  return `#compdef lockstep
_lockstep() {
  local -a commands=(${names})
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case "$words[2]" in
${cases.join('\n')}
  esac
}
_lockstep "$@"
`;
}

function fish(commands: readonly CommandWords[]): string {
  const lines = commands.flatMap(({ name, summary, flags, words }) => {
    const within = `-n '__fish_seen_subcommand_from ${name}'`;
    const offered =
      words.length === 0 ? [] : [`complete -c lockstep ${within} -a ${quoted(words.join(' '))}`];
    return [
      `complete -c lockstep -f -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
      ...flags.map(({ name: flag, summary: what }) => {
        const long = flag.replace(/^--/, '');
        return `complete -c lockstep ${within} -l ${long} -d ${quoted(what)}`;
      }),
      ...offered,
    ];
  });
  return `# fish completion for lockstep\n${lines.join('\n')}\n`;
}

/** The script for one shell. */
export function completionScript(
  shell: (typeof SHELLS)[number],
  commands: readonly CommandWords[],
): string {
  return { bash, zsh, fish }[shell](commands);
}
