import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DuckDbRawStore } from '../../apps/warehouse/duckdb.ts';
import { DuckDbFile } from '../../apps/warehouse/duckdb-file.ts';
import { WarehouseUnavailableError } from '../../apps/warehouse/raw-store.ts';
import { rawStoreContract } from './raw-store-contract.ts';

rawStoreContract('DuckDB', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'raw-store-'));
  const path = join(folder, 'landing.duckdb');
  return {
    open: async () => new DuckDbRawStore(path),
    query: (sql) =>
      new DuckDbFile(path).use(async (connection) => (await connection.runAndReadAll(sql)).getRowObjectsJson()),
    dispose: () => rm(folder, { recursive: true }),
  };
});

describe('a DuckDB file that is shared', () => {
  it('is closed between two pieces of work, so that another process can open it', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'shared.duckdb');
    const file = new DuckDbFile(path);
    await file.use((connection) => connection.run('CREATE TABLE numbers (n INTEGER)'));
    expect(openElsewhere(path)).toBe('opened');
  });

  it('is not opened by another process while work is done on it', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'shared.duckdb');
    await new DuckDbFile(path).use(async () => expect(openElsewhere(path)).toMatch(/Conflicting lock/));
  });

  it('does pieces of work beside each other, each on a connection of its own', async () => {
    await using folder = await temporaryFolder();
    const file = new DuckDbFile(join(folder.path, 'shared.duckdb'));
    const results = await Promise.all(
      ['first', 'second', 'third'].map((name) =>
        file.use(async (connection) => {
          await connection.run(`CREATE TEMP TABLE mine AS SELECT '${name}' AS name`);
          return (await connection.runAndReadAll('SELECT name FROM mine')).getRows()[0]?.[0];
        }),
      ),
    );
    expect(results).toEqual(['first', 'second', 'third']);
  });

  it('goes on after a piece of work that failed', async () => {
    await using folder = await temporaryFolder();
    const file = new DuckDbFile(join(folder.path, 'shared.duckdb'));
    await expect(file.use((connection) => connection.run('SELECT nonsense'))).rejects.toThrow(/nonsense/);
    await file.use((connection) => connection.run('SELECT 1'));
  });

  it('that can not be opened is unavailable, with the words of DuckDB', async () => {
    await using folder = await temporaryFolder();
    const file = new DuckDbFile(folder.path, 100);
    const opened = file.use(async () => undefined);
    await expect(opened).rejects.toBeInstanceOf(WarehouseUnavailableError);
    await expect(opened).rejects.toThrow(/can't be opened/);
  });
});

async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'duckdb-file-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

/** What a process of its own says when it opens the file. */
function openElsewhere(path: string): string {
  const program = `
    const { DuckDBInstance } = require('@duckdb/node-api');
    DuckDBInstance.create(process.argv[1]).then(() => console.log('opened'), (error) => console.log(error.message));`;
  return execFileSync(process.execPath, ['-e', program, path], { encoding: 'utf8' }).trim();
}
