import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { historyOf } from '../../apps/simulator/history.ts';
import { type Stage, TestKafka } from './equipment/stage.ts';
import { waitFor } from './equipment/wait.ts';

const root = join(import.meta.dirname, '../..');
const learners = 2000;

describe('a backfill into Kafka', () => {
  let kafka: TestKafka;
  beforeAll(async () => {
    kafka = await TestKafka.start();
  });
  afterAll(() => kafka.stop());

  it("that is killed, and meets a broker that is killed, goes on where it was: every event is there, in its learner's order", async () => {
    await using stage = await kafka.openStage();
    const first = startSimulator(stage);
    await waitFor(async () => expect(await recordsOn(stage)).toBeGreaterThan(10_000), 60_000, 20);
    first.process.kill('SIGKILL');
    await once(first.process, 'exit');
    const whenKilled = await recordsOn(stage);

    const second = startSimulator(stage);
    await waitFor(async () => expect(await recordsOn(stage)).toBeGreaterThan(whenKilled + 5000), 60_000, 20);
    await kafka.server.killBroker();
    await kafka.server.startBroker();
    await waitFor(() => expect(second.log()).toContain('backfill is done'), 60_000);
    const { until, alreadyThere } = second.logLine('backfill is done');
    second.process.kill('SIGTERM');
    await once(second.process, 'exit');

    expect(alreadyThere).toBeGreaterThan(0);
    const expected = [...historyOf({ seed: 42, learners, days: 60, until: Date.parse(String(until)) })];
    const sent = await valuesByLearner(stage);
    const distinct = new Map([...sent].map(([learner, values]) => [learner, [...new Set(values)]]));
    const wanted = new Map<string, string[]>();
    for (const { key, value } of expected) wanted.set(key, [...(wanted.get(key) ?? []), value]);
    // Live events of the moments before it was stopped come after the history.
    for (const [learner, values] of wanted) expect(distinct.get(learner)?.slice(0, values.length)).toEqual(values);
  }, 180_000);
});

function startSimulator(stage: Stage) {
  let log = '';
  const child = spawn(process.execPath, ['--import', 'tsx', 'apps/simulator/main.ts'], {
    cwd: root,
    env: {
      ...process.env,
      KAFKA_BROKERS: stage.server.brokers.join(','),
      KAFKA_TOPIC: stage.topic,
      SIMULATOR_LEARNERS: String(learners),
      LOG_LEVEL: 'info',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr.on('data', (data) => {
    log += data;
  });
  return {
    process: child,
    log: () => log,
    logLine: (words: string): Record<string, unknown> =>
      JSON.parse(log.split('\n').find((line) => line.includes(words)) ?? '{}'),
  };
}

async function recordsOn(stage: Stage): Promise<number> {
  const offsets = await stage.admin.fetchTopicOffsets(stage.topic);
  return offsets.reduce((sum, { high }) => sum + Number(high), 0);
}

async function valuesByLearner(stage: Stage): Promise<Map<string, string[]>> {
  const total = await recordsOn(stage);
  const values = new Map<string, string[]>();
  const reader = stage.kafka.consumer({ groupId: `${stage.topic}-reader` });
  await reader.connect();
  await reader.subscribe({ topic: stage.topic, fromBeginning: true });
  let read = 0;
  await reader.run({
    autoCommit: false,
    eachMessage: async ({ message }) => {
      const learner = String(message.key);
      values.set(learner, [...(values.get(learner) ?? []), String(message.value)]);
      read++;
    },
  });
  await waitFor(() => expect(read).toBe(total), 60_000);
  await reader.disconnect();
  return values;
}
