import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Binding } from '../../apps/kafka/bound-process.ts';
import { Cleanup, hasJava, processesWith, read, until } from './helpers.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run(), 60_000);

const bindings: Binding[] = process.platform === 'linux' ? ['kernel', 'watchdog'] : ['watchdog'];

/** A process that starts Kafka and sends a record, as the demo does. */
async function startDemo(dataFolder: string, binding: Binding) {
  const program = join(import.meta.dirname, 'demo-process.ts');
  const demo = spawn(process.execPath, ['--import', 'tsx', program, dataFolder, binding], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanup.add(() => demo.kill('SIGKILL'));
  await once(demo.stdout, 'data');
  return demo;
}

describe.skipIf(!hasJava)('Kafka and the process that started it', { timeout: 120_000 }, () => {
  test.for(bindings)('a demo killed with -9 leaves no Kafka behind (%s)', async (binding) => {
    const dataFolder = cleanup.folder();
    const demo = await startDemo(dataFolder, binding);
    expect(processesWith(dataFolder)).toHaveLength(2);
    demo.kill('SIGKILL');
    await until(() => processesWith(dataFolder).length === 0);
  });

  test('a start right after a demo was killed with -9 waits for its Kafka to end, and has its records', async () => {
    const dataFolder = cleanup.folder();
    const demo = await startDemo(dataFolder, 'watchdog');
    demo.kill('SIGKILL');
    await once(demo, 'exit');
    const kafka = await cleanup.kafka({ dataFolder });
    expect(await read(kafka, 1)).toEqual(['from the demo']);
  });
});
