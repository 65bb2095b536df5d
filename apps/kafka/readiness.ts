import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';

/** The cluster, once it has a controller and every partition a leader: an open port says nothing. */
export async function describeCluster(brokers: readonly string[]): Promise<{ clusterId: string } | undefined> {
  const kafka = new Kafka({
    brokers: [...brokers],
    clientId: 'launcher',
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1000,
    requestTimeout: 2000,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { controller, clusterId, brokers: alive } = await admin.describeCluster();
    if (controller === null || alive.length === 0) return undefined;
    const { topics } = await admin.fetchTopicMetadata();
    const led = topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0));
    return led ? { clusterId } : undefined;
  } catch {
    return undefined;
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

/** Whether ZooKeeper serves clients. */
export async function zooKeeperServes(port: number): Promise<boolean> {
  return (await askZooKeeper(port, 'srvr')).includes('Mode:');
}

/**
 * Waits until a broker that was killed has lost its place in ZooKeeper: a new one that asks for it earlier ends with
 * NodeExistsException.
 */
export async function brokerPlaceIsFree(port: number, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs;
  while ((await askZooKeeper(port, 'dump')).includes('/brokers/ids/') && Date.now() < deadline) await wait(100);
}

function askZooKeeper(port: number, command: 'srvr' | 'dump'): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect({ port, host: '127.0.0.1', timeout: 1000 });
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write(command));
    socket.on('data', (part: string) => {
      answer += part;
    });
    socket.on('timeout', () => socket.destroy());
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
  });
}
