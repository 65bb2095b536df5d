import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { waitFor } from '../pipeline/equipment/wait.ts';
import { TestSnowflake } from './equipment/server.ts';

it('the test Snowflake ends with the process that started it, however that ends', async () => {
  const server = join(import.meta.dirname, 'equipment/server.ts');
  const program = `
    const { TestSnowflake } = await import(${JSON.stringify(server)});
    console.log((await TestSnowflake.start()).url);
    process.kill(process.pid, 'SIGKILL');`;
  // What is killed leaves its files behind.
  const folder = mkdtempSync(join(tmpdir(), 'killed-snowflake-'));
  let url = '';
  try {
    execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], {
      encoding: 'utf8',
      env: { ...process.env, TMPDIR: folder },
    });
  } catch (error) {
    url = (error as { stdout: string }).stdout.trim();
  }
  rmSync(folder, { recursive: true });
  expect(url).toMatch(/^http:/);
  await waitFor(() => expect(fetch(`${url}/equipment`)).rejects.toThrow());
});

it('it is stopped, and two of them know nothing of each other', async () => {
  const first = await TestSnowflake.start();
  await using second = await TestSnowflake.start();
  const settings = first.settings();
  await first.query(settings, 'CREATE SCHEMA RAW');
  expect(await second.query({ ...settings, url: second.url }, 'SHOW TERSE TABLES IN SCHEMA RAW')).toEqual([]);
  await first.stop();
  await expect(fetch(`${first.url}/equipment`)).rejects.toThrow();
});
