import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { removeKafkaData } from '../apps/kafka/start.ts';
import { dataFolder } from './demo/data-folder.ts';
import { orExplain } from './or-explain.ts';

new Command('clean')
  .description(
    "Removes the laptop pipeline's state: Kafka's data, the DuckDB files and the logs. What is installed stays.",
  )
  .parse();
await orExplain(clean());

async function clean(): Promise<void> {
  const { path, ...parts } = dataFolder();
  await removeKafkaData(parts.kafka);
  // Only what is ours: the folder may be one that somebody chose.
  const databases = [parts.landing, parts.analytics, parts.published].flatMap((file) => [file, `${file}.wal`]);
  for (const part of [...Object.values(parts), ...databases, join(path, 'dbt')]) {
    await rm(part, { recursive: true, force: true });
  }
  await rmdir(path).catch(() => undefined);
  console.log(`No state is left in ${path}.`);
}
