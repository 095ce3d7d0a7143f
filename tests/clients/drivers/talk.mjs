// How a driver talks with its test: JSON, a line each.

import { createInterface } from 'node:readline';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

export const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

export const hear = async () => JSON.parse((await lines.next()).value);

/** Runs the scenario that the command line names with what the test tells, and says what came of it. */
export async function run(scenarios) {
  say({ result: await scenarios[process.argv[2]](await hear()) });
  process.exit(0);
}
