import { Command, Option } from 'commander';
import { createLogUpdate } from 'log-update';
import { z } from 'zod';
import { readEnvironment } from '../apps/common/environment.ts';
import { messageOf, PipelineError } from '../apps/common/errors.ts';
import { createLogger } from '../apps/common/logger.ts';
import { stopSignal } from '../apps/common/stop-signal.ts';
import { validate } from '../apps/common/validation.ts';
import { createKafka } from '../apps/kafka/client.ts';
import { runBackfill } from '../apps/simulator/backfill.ts';
import { historyOf } from '../apps/simulator/history.ts';
import { runLive } from '../apps/simulator/live.ts';
import { writeNdjson } from '../apps/simulator/ndjson.ts';
import { presentMinute } from '../apps/simulator/plan.ts';
import { textSettings } from '../apps/simulator/text-settings.ts';
import { loadSettings } from '../settings.ts';
import { orExplain } from './or-explain.ts';
import { requireKafka } from './require-kafka.ts';

const settings = await orExplain(loadSettings());
const signal = stopSignal();
const logger = createLogger('simulator', { level: process.env.LOG_LEVEL || 'warn' });

const planOptions = {
  seed: textSettings.seed,
  learners: textSettings.learners,
  days: textSettings.days,
};
const backfillOptions = z.object({
  ...planOptions,
  until: textSettings.until.optional(),
  out: z.string().min(1, 'a file, or - for standard output').optional(),
});
const liveOptions = z.object({ ...planOptions, rate: textSettings.rate });
const environment = z.object({
  KAFKA_BROKERS: textSettings.brokers,
  KAFKA_TOPIC: textSettings.topic.default(settings.topic),
});

const program = new Command('simulate')
  .description('Simulates learners, and sends what they do to Kafka or writes it as NDJSON.')
  .addHelpText('after', '\nKafka is at KAFKA_BROKERS (localhost:9092); defaults come from pipeline.config.ts.');

withPlan(program.command('backfill').description('the history of the last days, once: a stopped one is continued'))
  .option('--until <time>', 'end of the history, such as 2026-06-01T00:00:00Z (default: now)')
  .option('--out <file>', 'write to a file, or to standard output with -, instead of Kafka')
  .action(async (given) => {
    const { until, out, ...plan } = validate(backfillOptions, given, 'The options');
    if (out !== undefined) return writeOut({ ...plan, until: until ?? presentMinute() }, out);
    const status = statusLine();
    const result = await runBackfill({
      ...(await target()),
      plan: { ...plan, until },
      onProgress: ({ produced, share }) =>
        status(`${count(produced)} sent, ${Math.floor(share * 100)} % of the period`),
    });
    const there = result.alreadyThere > 0 ? `; ${count(result.alreadyThere)} were there already` : '';
    const end = new Date(result.until).toISOString();
    if (result.finished) say(`Backfill up to ${end}: ${count(result.produced)} sent${there}.`);
    else say(`Stopped: ${count(result.produced)} sent${there}. The same command goes on from here.`);
  });

withPlan(program.command('live').description('what learners do now, until Ctrl-C'))
  .addOption(new Option('--rate <number>', 'events a second, on average').default(String(settings.rate)))
  .action(async (given) => {
    const { rate, ...plan } = validate(liveOptions, given, 'The options');
    const status = statusLine();
    const sent = await runLive({
      ...(await target()),
      plan: { ...plan, until: presentMinute() },
      rate,
      onProgress: (progress) => status(`${count(progress.sent)} sent, ${progress.rate.toFixed(1)} a second`),
    });
    say(`Stopped: ${count(sent)} sent.`);
  });

try {
  await program.parseAsync();
} catch (error) {
  if (!signal.aborted) {
    if (!(error instanceof PipelineError)) throw error;
    console.error(messageOf(error));
    process.exitCode = 1;
  }
}
// What kafkajs still tries in the background would hold the command back for up to half a minute.
process.exit();

function withPlan(command: Command): Command {
  return command
    .addOption(new Option('--seed <number>', 'makes the learners and their history').default(String(settings.seed)))
    .addOption(new Option('--learners <number>', 'enrolled learners').default(String(settings.learners)))
    .addOption(new Option('--days <number>', 'days of history').default(String(settings.backfillDays)));
}

async function target() {
  const { KAFKA_BROKERS: brokers, KAFKA_TOPIC: topic } = readEnvironment(environment);
  await requireKafka(brokers);
  return {
    kafka: createKafka({ brokers, clientId: 'simulator', logger }),
    topic: { topic, partitions: settings.partitions, replicationFactor: 1 },
    logger,
    signal,
  };
}

async function writeOut(plan: Parameters<typeof historyOf>[0], out: string): Promise<void> {
  const written = await writeNdjson(historyOf(plan), out, signal);
  say(`${count(written)} written to ${out === '-' ? 'standard output' : out}.`);
}

/** Standard output is for the events. */
function say(text: string): void {
  console.error(text);
}

/** A line that is written over, where there is a terminal. */
function statusLine(): (text: string) => void {
  if (!process.stderr.isTTY) return () => undefined;
  return createLogUpdate(process.stderr);
}

function count(events: number): string {
  return `${events.toLocaleString('en-NZ')} events`;
}
