/**
 * Makes this working copy ready to run: installs when a manifest changed, then builds what changed.
 * Runs before every npm script, on whatever Node the machine has, hence built-ins only and nothing
 * newer than Node 20. The install brings a Node of its own (`node-linux-*`) into `node_modules/.bin`,
 * which npm scripts find first.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_MIN = [22, 13];
const MACHINE_NODE_MIN = [20, 0];
const LOCK_STALE_MS = 15 * 60_000;
const LOCK_RETRY_MS = 200;

const root = fileURLToPath(new URL('..', import.meta.url));
const stampFile = join(root, 'node_modules', '.hearsay-install');
const lockFile = join(root, '.ci', '.lock');
const ownNode = join(root, 'node_modules', '.bin', 'node');

function say(line) {
  process.stderr.write(`hearsay: ${line}\n`);
}

function fail(line) {
  say(line);
  process.exit(1);
}

function run(command, args, options = {}) {
  // Standard output belongs to the script that follows, whose last line may be JSON.
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
  if (result.error) say(result.error.message);
  return result.status === 0;
}

/** `undefined` when that Node does not start, as a glibc binary on a musl system. */
function versionOf(node) {
  const result = spawnSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

function isBelow(version, [majorMin, minorMin]) {
  const [major, minor] = version.split('.').map(Number);
  return major < majorMin || (major === majorMin && minor < minorMin);
}

function packageFolders() {
  const folder = join(root, 'packages');
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => existsSync(join(path, 'package.json')))
    .sort();
}

function installHash() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  const manifests = [root, ...packageFolders()].map((folder) => join(folder, 'package.json'));
  for (const file of [join(root, 'package-lock.json'), join(root, '.npmrc'), ...manifests]) {
    hash.update(createHash('sha256').update(readFileSync(file)).digest());
  }
  return hash.digest('hex');
}

function isInstalled(hash) {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash;
}

function install(hash) {
  say('installing the dependencies (npm ci)');
  const args = ['ci', '--include=dev', '--include=optional', '--loglevel=error'];
  const windows = process.platform === 'win32'; // npm is a .cmd there, which only a shell starts
  if (!run('npm', args, { shell: windows })) {
    fail('npm ci failed, see above; correct that and run the same command again.');
  }
  if (existsSync(ownNode) && versionOf(ownNode) === undefined) rmSync(ownNode);
  writeFileSync(stampFile, hash);
}

/** The Node that the scripts will run on. */
function supportedNode() {
  const node = existsSync(ownNode) ? ownNode : process.execPath;
  const version = versionOf(node) ?? 'one that does not start';
  if (isBelow(version, NODE_MIN) || !/^\d/.test(version)) {
    fail(
      `needs Node ${NODE_MIN.join('.')} or newer and found ${version}; the install brings one only ` +
        `for Linux (x64, arm64), this is ${process.platform}-${process.arch}: install a newer Node.`,
    );
  }
  return node;
}

function lastBuildMs() {
  const infos = packageFolders().map((folder) => join(folder, 'dist', '.tsbuildinfo'));
  return Math.max(0, ...infos.filter(existsSync).map((file) => statSync(file).mtimeMs));
}

function build(node) {
  const before = lastBuildMs();
  if (!run(node, [join('node_modules', 'typescript', 'bin', 'tsc'), '-b'])) {
    fail('the build failed (tsc -b), see above.');
  }
  if (lastBuildMs() !== before) say('built the packages (tsc -b)');
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** False when the holder died or the lock is too old to believe; gone counts as not held. */
function isHeld() {
  try {
    const pid = Number(readFileSync(lockFile, 'utf8'));
    const ageMs = Date.now() - statSync(lockFile).mtimeMs;
    return ageMs < LOCK_STALE_MS && (pid === 0 || isAlive(pid)); // 0: created, not written yet
  } catch {
    return false;
  }
}

/** Two scripts started at once must not both replace `node_modules`. */
function withLock(work) {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    try {
      writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') fail(`cannot write ${lockFile}: ${error.message}`);
    }
    if (isHeld()) Atomics.wait(pause, 0, 0, LOCK_RETRY_MS);
    else rmSync(lockFile, { force: true });
  }
  process.on('exit', () => rmSync(lockFile, { force: true }));
  work();
}

if (isBelow(process.versions.node, MACHINE_NODE_MIN)) {
  fail(`needs Node ${MACHINE_NODE_MIN[0]} or newer to install, this is ${process.versions.node}.`);
}
withLock(() => {
  const hash = installHash();
  if (!isInstalled(hash)) install(hash);
  build(supportedNode());
});
