import { once } from 'node:events';
import { createLogger } from '../apps/common/logger.ts';
import { stopSignal } from '../apps/common/stop-signal.ts';
import { startKafka } from '../apps/kafka/start.ts';
import { orExplain } from './or-explain.ts';

await orExplain(runKafka());

async function runKafka(): Promise<void> {
  const stopping = once(stopSignal(), 'abort');
  const kafka = await startKafka({ logger: createLogger('kafka') });
  console.log(`Kafka answers on ${kafka.brokers.join()} (${kafka.engine}). Ctrl-C stops it.`);
  if (kafka.ui) console.log(`Kafka UI: ${kafka.ui}`);
  console.log(`Logs: ${kafka.logs.join(', ')}`);
  const failure = await Promise.race([stopping.then(() => undefined), kafka.failed]);
  await kafka.stop();
  if (failure) throw failure;
}
