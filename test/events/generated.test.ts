import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeGenerated } from '../../apps/events/generated.ts';
import { loadSettings } from '../../settings.ts';

test("the published schema, the data dictionary and dbt's seeds are what the events and the settings say", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pipeline-generated-'));
  try {
    await writeGenerated(folder, await loadSettings());
    expect(await generated(join(import.meta.dirname, '../..'))).toEqual(await generated(folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

async function generated(root: string): Promise<Record<string, string>> {
  const seeds = (await readdir(join(root, 'dbt/seeds'))).sort().map((name) => `dbt/seeds/${name}`);
  const files = ['apps/events/learning-event.schema.json', 'docs/data-dictionary.md', ...seeds];
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, await readFile(join(root, file), 'utf8')])),
  );
}
