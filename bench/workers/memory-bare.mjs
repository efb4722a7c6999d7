/** A Node that does nothing but answer once. */
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(0));
process.on('message', ({ id }) => process.send({ id }));
