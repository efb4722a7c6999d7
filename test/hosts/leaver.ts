/** Makes a network with a frozen program, tells of it, and ends as its argument says. */
import { join } from 'node:path';
import { HostNetwork } from './host-network.ts';

const network = HostNetwork.create(2);
const program = network.start(0, { script: join(import.meta.dirname, 'echo.ts') });
await program.ask('listen');
await program.freeze();
await new Promise((resolve) => process.send?.(network.namespaces, resolve));
if (process.argv[2] === 'exit') process.exit(0);
if (process.argv[2] === 'throw') throw new Error('as asked');
