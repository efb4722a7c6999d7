/** A node as a process of its own: `node node.ts '<HearsayOptions as JSON>'`. Prints where it is, then runs until killed. */
import { type HearsayOptions, startHearsay } from '@hearsay/embed';
import type { Place } from './node-process.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as HearsayOptions;
const hearsay = await startHearsay(options);
const { adminAddress = '', listening } = hearsay.status();
const place: Place = { url: adminAddress, listening };
console.log(JSON.stringify(place));
// Its parent has gone: so does it.
process.stdin.on('end', () => process.exit()).resume();
