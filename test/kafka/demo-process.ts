import type { Binding } from '../../apps/kafka/bound-process.ts';
import { startKafka } from '../../apps/kafka/start.ts';
import { send, silent } from './helpers.ts';

const [dataFolder = '', binding = 'watchdog'] = process.argv.slice(2);
const kafka = await startKafka({
  dataFolder,
  binding: binding as Binding,
  engine: 'java',
  ports: { kafka: 0, zooKeeper: 0 },
  logger: silent,
});
await send(kafka, 'from the demo');
console.log('ready');
