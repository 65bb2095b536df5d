import { once } from 'node:events';
import { connect } from 'node:net';
import { PipelineError } from '../apps/common/errors.ts';

/**
 * Looks whether anything answers at the brokers' addresses, so that a command that was started too early says so at once.
 *
 * @throws {PipelineError} when none does
 */
export async function requireKafka(brokers: readonly string[]): Promise<void> {
  const answers = await Promise.all(brokers.map(isThere));
  if (answers.some(Boolean)) return;
  throw new PipelineError(
    'KAFKA_AWAY',
    `No Kafka answers on ${brokers.join(', ')}. Start one with npm run kafka or npm run demo; they print the address. If it isn't ` +
      'localhost:9092, set it: KAFKA_BROKERS=localhost:9093 npm run simulate -- live',
  );
}

async function isThere(broker: string): Promise<boolean> {
  const [host, port] = broker.split(':');
  const socket = connect({ host: host ?? 'localhost', port: Number(port), timeout: 3000 });
  try {
    await Promise.race([
      once(socket, 'connect'),
      once(socket, 'timeout').then(() => Promise.reject(new Error('timeout'))),
    ]);
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
