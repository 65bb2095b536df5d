import { rm } from 'node:fs/promises';
import { Command } from 'commander';
import { PipelineError } from '../apps/common/errors.ts';
import { removeKafkaData } from '../apps/kafka/start.ts';
import { dataFolder } from './demo/data-folder.ts';

new Command('clean')
  .description(
    "Removes the laptop pipeline's state: Kafka's data, the DuckDB files and the logs. What is installed stays.",
  )
  .parse();
try {
  const { path, kafka } = dataFolder();
  await removeKafkaData(kafka);
  await rm(path, { recursive: true, force: true });
  console.log(`Removed ${path}.`);
} catch (error) {
  if (!(error instanceof PipelineError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
