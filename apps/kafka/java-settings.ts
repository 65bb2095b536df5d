import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

const folder = import.meta.dirname;

export interface JavaSettings {
  readonly dataFolder: string;
  readonly kafkaPort: number;
  readonly zooKeeperPort: number;
}

/** ZooKeeper's settings on a machine without containers. */
export function zooKeeperProperties({ dataFolder, zooKeeperPort }: JavaSettings): string {
  return toProperties({
    dataDir: join(dataFolder, 'zookeeper'),
    clientPort: zooKeeperPort,
    clientPortAddress: '127.0.0.1',
    // Sessions last a multiple of it: a killed broker's place is free after 2 s.
    tickTime: 500,
    maxClientCnxns: 0,
    'admin.enableServer': false,
    '4lw.commands.whitelist': 'srvr,dump',
    'autopurge.snapRetainCount': 3,
    'autopurge.purgeInterval': 24,
  });
}

/** The broker's settings on a machine without containers: those of `broker.env`, and where it listens and writes. */
export function brokerProperties({ dataFolder, kafkaPort, zooKeeperPort }: JavaSettings): string {
  return toProperties({
    ...sharedBrokerSettings(),
    'log.dirs': join(dataFolder, 'kafka'),
    listeners: `PLAINTEXT://127.0.0.1:${kafkaPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${kafkaPort}`,
    'zookeeper.connect': `127.0.0.1:${zooKeeperPort}`,
    'zookeeper.session.timeout.ms': 2000,
  });
}

/** The settings of `broker.env` under Kafka's own names: `KAFKA_LOG_DIRS` is `log.dirs`. */
export function sharedBrokerSettings(): Record<string, string> {
  const variables = parseEnv(readFileSync(join(folder, 'broker.env'), 'utf8'));
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      name
        .replace(/^KAFKA_/, '')
        .toLowerCase()
        .replaceAll('_', '.'),
      value ?? '',
    ]),
  );
}

function toProperties(settings: Record<string, string | number | boolean>): string {
  // In a properties file a backslash escapes, and a line that isn't Latin-1 is written in escapes.
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${String(value).replaceAll('\\', '\\\\')}\n`)
    .join('');
}
