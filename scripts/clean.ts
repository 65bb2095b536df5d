import { rm } from 'node:fs/promises';
import { Command } from 'commander';
import { dataFolder } from './demo/data-folder.ts';

new Command('clean')
  .description(
    "Removes the laptop pipeline's state: Kafka's data, the DuckDB files and the logs. What is installed stays.",
  )
  .parse();
const { path } = dataFolder();
await rm(path, { recursive: true, force: true });
console.log(`Removed ${path}.`);
