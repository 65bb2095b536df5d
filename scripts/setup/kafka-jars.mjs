import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { runTool } from './run-tool.mjs';
import { isStamped, stamp } from './stamp.mjs';

const pom = (root) => join(root, 'apps', 'kafka', 'pom.xml');
const jars = (root) => join(root, '.tools', 'kafka');

/** Whether Kafka's program files are as apps/kafka/pom.xml asks. */
export function kafkaJarsAreReady(root) {
  return isStamped(jars(root), pom(root));
}

/** Fetches Kafka's program files anew. */
export async function installKafkaJars(root) {
  rmSync(jars(root), { recursive: true, force: true });
  await runTool('mvn', [
    '--quiet',
    '--batch-mode',
    '--file',
    pom(root),
    'dependency:copy-dependencies',
    `-DoutputDirectory=${jars(root)}`,
    '-DincludeScope=runtime',
  ]);
  stamp(jars(root), pom(root));
}
