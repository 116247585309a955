/** `append-log completion`: a script for the shell, made of the commands as they are. */
import { Argument, Command } from 'commander';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

export function completionCommand(program: Command): Command {
  const made = new Command('completion');
  made
    .summary('a completion script for bash, zsh or fish')
    .description('A completion script for bash, zsh or fish.')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText(
      'after',
      `
Set it up:
  bash   append-log completion bash > ~/.local/share/bash-completion/completions/append-log
  zsh    append-log completion zsh > "\${fpath[1]}/_append-log"
  fish   append-log completion fish > ~/.config/fish/completions/append-log.fish`,
    )
    .action((shell: (typeof SHELLS)[number]) => {
      const commands = program.commands.filter((command) => command !== made).map(described);
      process.stdout.write({ bash, zsh, fish }[shell](commands));
    });
  return made;
}

interface Described {
  name: string;
  summary: string;
  takesLog: boolean;
  options: { flags: string[]; description: string }[];
}

function described(command: Command): Described {
  return {
    name: command.name(),
    summary: command.summary(),
    takesLog: command.registeredArguments.some((argument) => argument.name() === 'log'),
    options: command.options.map(({ long, short, description }) => ({
      flags: [long, short].filter((flag) => flag !== undefined && flag !== null),
      description,
    })),
  };
}

const withLog = (commands: readonly Described[]) => commands.filter(({ takesLog }) => takesLog).map(({ name }) => name);

function bash(commands: readonly Described[]): string {
  const cases = commands.map(
    ({ name, options }) => `    ${name}) options="${options.flatMap(({ flags }) => flags).join(' ')}" ;;`,
  );
  return `# bash completion of append-log
_append_log() {
  local current="\${COMP_WORDS[COMP_CWORD]}" command="\${COMP_WORDS[1]}" directory="\${COMP_WORDS[2]}" options=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(' ')} completion help" -- "$current"))
    return
  fi
  if [ "$command" = completion ]; then
    COMPREPLY=($(compgen -W "${SHELLS.join(' ')}" -- "$current"))
    return
  fi
  case "$command" in
${cases.join('\n')}
  esac
  if [[ "$current" == -* ]]; then
    COMPREPLY=($(compgen -W "$options --help" -- "$current"))
  elif [ "$COMP_CWORD" -eq 2 ]; then
    COMPREPLY=($(compgen -d -- "$current"))
  elif [ "$COMP_CWORD" -eq 3 ] && [[ " ${withLog(commands).join(' ')} " == *" $command "* ]]; then
    COMPREPLY=($(compgen -W "$(ls -- "$directory/logs" 2>/dev/null | sed -n 's/\\.log$//p')" -- "$current"))
  else
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -o filenames -F _append_log append-log
`;
}

function zsh(commands: readonly Described[]): string {
  const quote = (text: string) => text.replace(/'/g, "'\\''").replace(/[[\]:]/g, '\\$&');
  const cases = commands.map(({ name, options, takesLog }) => {
    const flags = options.flatMap((option) => option.flags.map((flag) => `'${flag}[${quote(option.description)}]'`));
    return `    ${name}) _arguments ${flags.join(' ')} '2:data directory:_directories' ${takesLog ? "'3:log:_append_log_logs' " : ''}'*:file:_files' ;;`;
  });
  return `#compdef append-log
_append_log_logs() {
  local -a logs
  logs=(\${\${(f)"$(ls -- "\${words[3]}/logs" 2>/dev/null | sed -n 's/\\.log$//p')"}})
  compadd -a logs
}
_append_log() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    '${name}:${quote(summary)}'`).join('\n')}
    'completion:a completion script'
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case "\${words[2]}" in
${cases.join('\n')}
    completion) _values shell ${SHELLS.join(' ')} ;;
  esac
}
_append_log "$@"
`;
}

function fish(commands: readonly Described[]): string {
  const quote = (text: string) => `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;
  const lines = commands.flatMap(({ name, summary, options }) => [
    `complete -c append-log -n __fish_use_subcommand -f -a ${name} -d ${quote(summary)}`,
    ...options.map(({ flags, description }) => {
      const words = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
      return `complete -c append-log -n '__fish_seen_subcommand_from ${name}' ${words.join(' ')} -d ${quote(description)}`;
    }),
  ]);
  return `# fish completion of append-log
${lines.join('\n')}
complete -c append-log -n __fish_use_subcommand -f -a completion -d 'a completion script'
complete -c append-log -n '__fish_seen_subcommand_from completion' -f -a '${SHELLS.join(' ')}'
complete -c append-log -n '__fish_seen_subcommand_from ${withLog(commands).join(' ')}; and test (count (commandline -opc)) -eq 3' -f -a '(ls (commandline -opc)[3]/logs 2>/dev/null | string match -r ".*(?=\\.log$)")'
`;
}
