#!/usr/bin/env node
// Runs before anything is installed: Node's built-ins alone.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checks } from './doctor/checks.mjs';
import { toTable } from './doctor/table.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const rows = [];
for (const { demo, run } of Object.values(checks)) if (demo) rows.push(...(await run(root)));
const failed = rows.filter(({ state }) => state !== 'ok' && state !== 'note');

console.log(toTable(rows));
console.log(
  failed.length === 0 ? '\nnpm run demo can run.' : `\n${failed.length} to mend before npm run demo can run.`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
