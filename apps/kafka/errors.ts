import { PipelineError } from '../common/errors.ts';

/** Java isn't there, or is too old for Kafka. */
export class JavaMissingError extends PipelineError {
  constructor(message: string) {
    super('KAFKA_JAVA_MISSING', message);
  }
}

/** Kafka's program files aren't there. */
export class KafkaJarsMissingError extends PipelineError {
  constructor(folder: string) {
    super(
      'KAFKA_JARS_MISSING',
      `Kafka's program files aren't in ${folder}. Fetch them: npm run kafka (it needs Java and Maven; npm run doctor says what is missing).`,
    );
  }
}

/** The container engine that was asked for, or that holds the data of the last run, doesn't answer. */
export class ContainerEngineError extends PipelineError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('KAFKA_CONTAINERS', message, options);
  }
}

/** ZooKeeper or Kafka ended by itself, or didn't become ready in time. */
export class KafkaProcessError extends PipelineError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('KAFKA_PROCESS_ENDED', message, options);
  }
}

/** None of the ports that were tried is free. */
export class PortsTakenError extends PipelineError {
  constructor(message: string) {
    super('KAFKA_PORTS_TAKEN', message);
  }
}

/** Another process of this repository runs Kafka on the same data. */
export class KafkaInUseError extends PipelineError {
  constructor(folder: string, pid: number) {
    super(
      'KAFKA_IN_USE',
      `Process ${pid} runs Kafka on ${folder} already. Stop that one first (Ctrl-C in its window, or: kill ${pid}).`,
    );
  }
}

/** The data were written by another version of Kafka. */
export class KafkaDataError extends PipelineError {
  constructor(message: string) {
    super('KAFKA_DATA', message);
  }
}
