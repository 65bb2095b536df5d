/** The consumer as a service: settings from the environment, until SIGTERM or SIGINT. */
import { once } from 'node:events';
import { readEnvironment } from '../common/environment.ts';
import { messageOf, PipelineError } from '../common/errors.ts';
import { createLogger } from '../common/logger.ts';
import { stopSignal } from '../common/stop-signal.ts';
import { createKafka } from '../kafka/client.ts';
import { DuckDbRawStore } from '../warehouse/duckdb.ts';
import { LearningEventConsumer } from './consumer.ts';
import { serveHealth } from './server.ts';
import { batchLimits, consumerEnvironment } from './settings.ts';

const logger = createLogger('consumer');
const signal = stopSignal();

try {
  const settings = readEnvironment(consumerEnvironment);
  const consumer = new LearningEventConsumer({
    kafka: createKafka({ brokers: settings.KAFKA_BROKERS, clientId: 'learning-analytics-consumer', logger }),
    topic: settings.KAFKA_TOPIC,
    group: settings.CONSUMER_GROUP,
    store: new DuckDbRawStore(settings.LANDING_DUCKDB),
    limits: batchLimits(settings),
    flushMinutes: settings.CONSUMER_FLUSH_MINUTES,
    logger,
  });
  const port = await serveHealth(consumer, { host: settings.CONSUMER_HOST, port: settings.CONSUMER_PORT });
  logger.info({ port, topic: settings.KAFKA_TOPIC }, 'Consumer started');
  consumer.start();

  await once(signal, 'abort');
  logger.info(`${messageOf(signal.reason)} Writing what was read, then leaving.`);
  await consumer.stop();
  logger.info('Consumer stopped');
  process.exit();
} catch (error) {
  if (!(error instanceof PipelineError)) throw error;
  console.error(error.message);
  process.exit(1);
}
