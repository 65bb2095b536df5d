/** kafkajs handing over every record to nobody. */
import { createLogger } from '../../../apps/common/logger.ts';
import { createKafka } from '../../../apps/kafka/client.ts';

const [brokers = '', topic = '', count = ''] = process.argv.slice(2);
const kafka = createKafka({
  brokers: brokers.split(','),
  clientId: 'bench',
  logger: createLogger('bench', { level: 'fatal' }),
});
const reader = kafka.consumer({ groupId: 'bench-alone', maxWaitTimeInMs: 200 });
let read = 0;
let started = 0;

await reader.connect();
await reader.subscribe({ topic, fromBeginning: true });
await reader.run({
  autoCommit: false,
  eachBatch: async ({ batch }) => {
    started ||= performance.now();
    read += batch.messages.length;
    if (read < Number(count)) return;
    console.log(Math.round(read / ((performance.now() - started) / 1000)));
    process.exit();
  },
});
