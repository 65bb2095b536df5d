/** The simulator as a service: back-fills once, then goes on live until SIGTERM or SIGINT. Its settings are its environment. */
import { z } from 'zod';
import { readEnvironment } from '../common/environment.ts';
import { messageOf, PipelineError } from '../common/errors.ts';
import { createLogger } from '../common/logger.ts';
import { stopSignal } from '../common/stop-signal.ts';
import { createKafka } from '../kafka/client.ts';
import { runBackfill } from './backfill.ts';
import { runLive } from './live.ts';
import { dayLength } from './plan.ts';
import { textSettings, wholeNumber } from './text-settings.ts';

const environment = z.object({
  KAFKA_BROKERS: textSettings.brokers,
  KAFKA_TOPIC: textSettings.topic.default('learning-events'),
  SIMULATOR_SEED: textSettings.seed.default(42),
  SIMULATOR_LEARNERS: textSettings.learners.default(100),
  SIMULATOR_DAYS: textSettings.days.default(60),
  SIMULATOR_RATE: textSettings.rate.default(1),
  TOPIC_PARTITIONS: wholeNumber(1, 1000).default(3),
  TOPIC_REPLICATION_FACTOR: wholeNumber(1, 10).default(1),
});

const logger = createLogger('simulator');
const signal = stopSignal();

try {
  const settings = readEnvironment(environment);
  const target = {
    kafka: createKafka({ brokers: settings.KAFKA_BROKERS, clientId: 'simulator', logger }),
    topic: {
      topic: settings.KAFKA_TOPIC,
      partitions: settings.TOPIC_PARTITIONS,
      replicationFactor: settings.TOPIC_REPLICATION_FACTOR,
    },
    logger,
    signal,
  };
  const plan = {
    seed: settings.SIMULATOR_SEED,
    learners: settings.SIMULATOR_LEARNERS,
    days: settings.SIMULATOR_DAYS,
  };
  const backfill = () => runBackfill({ ...target, plan });
  const { finished, until, ...counts } = await backfill();
  logger.info(
    { ...counts, until: new Date(until).toISOString() },
    finished ? 'backfill is done' : 'backfill is stopped',
  );
  if (finished) {
    // Kafka forgets the offset of a group that nobody uses after some weeks: this writes it again, and sends nothing.
    const keep = setInterval(() => backfill().catch(logFailure), dayLength);
    const live = { ...target, plan: { ...plan, until }, rate: settings.SIMULATOR_RATE };
    const sent = await runLive(live).finally(() => clearInterval(keep));
    logger.info({ sent }, 'live is stopped');
  }
} catch (error) {
  if (!signal.aborted) {
    if (!(error instanceof PipelineError)) throw error;
    logFailure(error);
    process.exitCode = 1;
  }
}
// What kafkajs still tries in the background would hold the process back for up to half a minute.
process.exit();

function logFailure(error: unknown): void {
  logger.error({ code: error instanceof PipelineError ? error.code : undefined }, messageOf(error));
}
