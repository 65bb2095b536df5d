import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dataDictionary } from './data-dictionary.ts';
import { learningEventSchema } from './json-schema.ts';
import { type SeedOptions, writeSeeds } from './seeds.ts';

/** Writes what is derived from this folder (the published schema, the data dictionary, dbt's seeds) below a root folder. */
export async function writeGenerated(root: string, options: SeedOptions): Promise<void> {
  await mkdir(join(root, 'apps/events'), { recursive: true });
  await mkdir(join(root, 'docs'), { recursive: true });
  const schema = `${JSON.stringify(learningEventSchema(), null, 2)}\n`;
  await writeFile(join(root, 'apps/events/learning-event.schema.json'), schema);
  await writeFile(join(root, 'docs/data-dictionary.md'), dataDictionary());
  await writeSeeds(join(root, 'dbt/seeds'), options);
}
