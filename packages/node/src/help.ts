import { SETTINGS, type Setting } from './settings.js';

/** The text of `hearsay node --help`. */
export function helpText(): string {
  const flags = SETTINGS.map(line);
  return `Runs a member of the mesh with no service inside: a seed, or a door for services in other languages.

  hearsay node [--config <file>] [--check] [options]

  ${'--config <file>'.padEnd(NAME_WIDTH)}  YAML or JSON; its fields are the paths in brackets
  ${'--check'.padEnd(NAME_WIDTH)}  print what it would run with, secrets hidden, and end

${flags.join('\n')}

Every option can stand in the environment too: --mesh-listen as HEARSAY_MESH_LISTEN. Arguments count before the
environment, which counts before the file. Items of a list are separated by commas.
Exit code 0: it was told to end and has left. 1: it could not start. 2: the configuration is wrong.
`;
}

function nameOf({ flag, kind }: Setting): string {
  return `--${flag}${VALUES[kind]}`;
}

function line(setting: Setting): string {
  const { path, description, choices } = setting;
  const oneOf = choices.length > 0 ? `: ${choices.join(', ')}` : '';
  return `  ${nameOf(setting).padEnd(NAME_WIDTH)}  ${description}${oneOf} [${path}]`;
}

const VALUES: Readonly<Record<Setting['kind'], string>> = {
  text: ' <text>',
  list: ' <a,b>',
  number: ' <number>',
  boolean: '',
};

const NAME_WIDTH = Math.max(...SETTINGS.map((setting) => nameOf(setting).length));
