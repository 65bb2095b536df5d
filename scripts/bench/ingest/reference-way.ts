/** The reference's way of loading: a row an INSERT, committed every 100 rows. */
import { DuckDBInstance } from '@duckdb/node-api';
import { createLogger } from '../../../apps/common/logger.ts';
import { createKafka } from '../../../apps/kafka/client.ts';

const [brokers = '', topic = '', count = '', landing = ''] = process.argv.slice(2);
const kafka = createKafka({
  brokers: brokers.split(','),
  clientId: 'bench',
  logger: createLogger('bench', { level: 'fatal' }),
});
const reader = kafka.consumer({ groupId: 'bench-reference', maxWaitTimeInMs: 200 });
const instance = await DuckDBInstance.create(landing);
const connection = await instance.connect();
await connection.run(
  'CREATE TABLE raw.reference_events (event_id VARCHAR, event_type VARCHAR, "timestamp" TIMESTAMP, raw_payload JSON)',
);
const insert = await connection.prepare('INSERT INTO raw.reference_events VALUES ($1, $2, $3::TIMESTAMP, $4::JSON)');
let written = 0;
let started = 0;

await reader.connect();
await reader.subscribe({ topic, fromBeginning: true });
await reader.run({
  autoCommit: false,
  eachMessage: async ({ message }) => {
    started ||= performance.now();
    if (written % 100 === 0) await connection.run('BEGIN');
    const payload = String(message.value);
    const { event_id, event_type, timestamp } = JSON.parse(payload);
    insert.bind([event_id, event_type, timestamp.replace('Z', ''), payload]);
    await insert.run();
    if (++written % 100 === 0) await connection.run('COMMIT');
    if (written < Number(count)) return;
    console.log(Math.round(written / ((performance.now() - started) / 1000)));
    process.exit();
  },
});
