import { readdirSync } from 'node:fs';
import type { PipelineError } from '../common/errors.ts';
import { JavaMissingError, KafkaDataError, KafkaJarsMissingError, PortsTakenError } from './errors.ts';
import { findJava, oldestJava } from './find-java.mjs';
import type { JavaSettings } from './java-settings.ts';
import type { RunState } from './run-file.ts';

/** The command of a Java that can run Kafka. */
export function requireJava(): string {
  const java = findJava();
  if (!java) {
    throw new JavaMissingError(
      `Kafka needs a container engine or Java ${oldestJava} or newer, and neither was found. npm run doctor says how to install them.`,
    );
  }
  if (java.version < oldestJava) {
    throw new JavaMissingError(
      `Kafka needs Java ${oldestJava} or newer, ${java.command} is Java ${java.version}. npm run doctor says how to install it.`,
    );
  }
  return java.command;
}

/** Major and minor version of the Kafka in the folder. */
export function kafkaVersion(jarsFolder: string): string {
  let names: string[] = [];
  try {
    names = readdirSync(jarsFolder);
  } catch {
    // As good as empty.
  }
  const [, version] = /(?:^|\n)kafka_2\.13-(\d+\.\d+)\./.exec(names.join('\n')) ?? [];
  if (version === undefined) throw new KafkaJarsMissingError(jarsFolder);
  return version;
}

/** Kafka doesn't read the data of every other version. */
export function checkVersion(folder: string, last: RunState | undefined, version: string): void {
  if (last?.engine !== 'java' || last.version === undefined || last.version === version) return;
  throw new KafkaDataError(
    `The data in ${folder} were written by Kafka ${last.version}, this is ${version}. Start anew with: npm run clean`,
  );
}

/** The error behind the last lines of a log, where its cause is known. */
export function explain(
  lastLines: string,
  { dataFolder, kafkaPort, zooKeeperPort }: JavaSettings,
): PipelineError | undefined {
  if (/BindException|Address already in use/.test(lastLines)) {
    return new PortsTakenError(
      `Another process took port ${kafkaPort} or ${zooKeeperPort} while Kafka was starting. Start again: the next free ports are used then.`,
    );
  }
  if (/InconsistentClusterId|InconsistentBrokerId|InconsistentBrokerMetadata/.test(lastLines)) {
    return new KafkaDataError(
      `ZooKeeper's and Kafka's data in ${dataFolder} don't belong together. Start anew with: npm run clean`,
    );
  }
  return undefined;
}
