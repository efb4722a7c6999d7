import type { Command } from 'commander';
import type { Context } from '../context.js';
import { EXIT } from '../exit-code.js';

export type Shell = 'bash' | 'zsh' | 'fish';

/** Prints a script that completes commands and options; it is read off the commands themselves. */
export async function completion(
  context: Context,
  program: Command,
  shell: Shell,
): Promise<number> {
  context.print(SCRIPTS[shell](program));
  return EXIT.ok;
}

const SCRIPTS: Readonly<Record<Shell, (program: Command) => string>> = {
  bash: (program) => `_hearsay() {
  local word=\${COMP_WORDS[COMP_CWORD]} command=\${COMP_WORDS[1]}
  if [ "$COMP_CWORD" = 1 ]; then COMPREPLY=($(compgen -W "${names(program)}" -- "$word")); return; fi
  case $command in
${program.commands.map((command) => `    ${command.name()}) COMPREPLY=($(compgen -W "${words(program, command)}" -- "$word")) ;;`).join('\n')}
  esac
}
complete -F _hearsay hearsay`,
  zsh: (program) => `#compdef hearsay
_hearsay() {
  if (( CURRENT == 2 )); then compadd ${names(program)}; return; fi
  case $words[2] in
${program.commands.map((command) => `    ${command.name()}) compadd -- ${words(program, command)} ;;`).join('\n')}
  esac
}
compdef _hearsay hearsay`,
  fish: (program) =>
    [
      'complete -c hearsay -f',
      ...program.commands.flatMap((command) => [
        `complete -c hearsay -n __fish_use_subcommand -a ${command.name()} -d '${command.description().replaceAll("'", '’')}'`,
        ...words(program, command)
          .split(' ')
          .filter((word) => word.startsWith('--'))
          .map(
            (word) =>
              `complete -c hearsay -n '__fish_seen_subcommand_from ${command.name()}' -l ${word.slice(2)}`,
          ),
      ]),
    ].join('\n'),
};

function names(program: Command): string {
  return program.commands.map((command) => command.name()).join(' ');
}

function words(program: Command, command: Command): string {
  const options = [...command.options, ...program.options].map(({ long }) => long ?? '');
  return [...command.commands.map((one) => one.name()), ...options].filter(Boolean).join(' ');
}
