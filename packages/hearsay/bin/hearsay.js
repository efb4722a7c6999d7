#!/usr/bin/env node
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 13)) {
  process.stderr.write(`hearsay needs Node 22.13 or newer; this is ${process.versions.node}\n`);
  process.exit(2);
}
const [command, ...rest] = process.argv.slice(2);
if (command === 'node') {
  const { runNode } = await import('@hearsay/node');
  process.exitCode = await runNode(rest);
} else {
  const { runCli } = await import('@hearsay/cli');
  const checkNodeConfig = async (file) => (await import('@hearsay/node')).checkConfigFile(file);
  process.exitCode = await runCli(process.argv.slice(2), checkNodeConfig);
}
