import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { Cleanup, hasJava } from './helpers.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run(), 60_000);

/** Runs the health check of compose.yaml on a port of this machine, as the container runs it inside. */
function isHealthy(port: number): boolean {
  const compose = readFileSync(join(import.meta.dirname, '..', '..', 'apps', 'kafka', 'compose.yaml'), 'utf8');
  const [, folded] = /^ +- >-\n([\s\S]*?)\n +interval/m.exec(compose) ?? [];
  expect(folded).toContain('/dev/tcp/127.0.0.1/9092');
  const command = String(folded).replace('/9092', `/${port}`).replaceAll(/\n\s+/g, ' ').replaceAll('$$', '$');
  return spawnSync('bash', ['-c', command.trim()], { timeout: 5000 }).status === 0;
}

describe.skipIf(!hasJava)("the container's health check", { timeout: 120_000 }, () => {
  test('is green on a broker that answers, and red on one that is down', async () => {
    const kafka = await cleanup.kafka({ dataFolder: cleanup.folder() });
    const port = Number(kafka.brokers[0]?.split(':')[1]);
    expect(isHealthy(port)).toBe(true);
    await kafka.killBroker();
    expect(isHealthy(port)).toBe(false);
  });
});
