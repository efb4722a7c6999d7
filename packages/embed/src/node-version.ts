/** The first thing that is loaded, so that an old Node is told so in one line rather than in a stack of others. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 13)) {
  const error = new Error(
    `Hearsay needs Node 22.13 or newer, this is ${process.versions.node}: upgrade Node`,
  );
  throw Object.assign(error, { code: 'HEARSAY_NODE_TOO_OLD' });
}
