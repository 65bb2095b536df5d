#!/usr/bin/env node
// `npm run demo` and `npm test` are the first commands after `git clone`: this runs on Node's built-ins alone.
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { commands } from './setup/commands.mjs';
import { MachineError, prepare } from './setup/prepare.mjs';
import { ToolError } from './setup/run-tool.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [name = 'nothing', ...options] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;

if (!command) {
  console.error(`${name} is not a command. Known: ${Object.keys(commands).join(', ')}.`);
  process.exit(2);
}
try {
  await prepare(root, command);
} catch (error) {
  if (!(error instanceof MachineError || error instanceof ToolError)) throw error;
  console.error(error.message);
  process.exit(1);
}

// In this process: no other one stands between the program and its signals, its output and its exit code.
const [program, ...first] = command.run;
const file = join(root, program);
process.argv = [process.argv[0], file, ...first, ...options];
if (program.endsWith('.ts')) {
  const { register } = await import('tsx/esm/api');
  register();
}
await import(pathToFileURL(file).href);
