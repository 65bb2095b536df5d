/** Writes one batch in a process of its own, which can be killed: `writer.ts <settings as JSON> <topic> <first> <count>` */
import { SnowflakeRawStore } from '../../../apps/warehouse/snowflake.ts';
import { batch } from './batches.ts';

const [settings = '', topic = '', first, count] = process.argv.slice(2);
const store = new SnowflakeRawStore(JSON.parse(settings));
await store.write(batch(topic, Number(first), Number(count)));
await store.close();
