import type { Admin, Kafka } from 'kafkajs';
import { PipelineError } from '../../apps/common/errors.ts';
import { createLogger, type Logger } from '../../apps/common/logger.ts';
import { LearningEventConsumer } from '../../apps/consumer/consumer.ts';
import { batchLimits } from '../../apps/consumer/settings.ts';
import { createKafka } from '../../apps/kafka/client.ts';
import type { RunningKafka } from '../../apps/kafka/running.ts';
import { startKafka } from '../../apps/kafka/start.ts';
import { ensureTopic, type TopicOptions } from '../../apps/kafka/topic.ts';
import { DuckDbRawStore } from '../../apps/warehouse/duckdb.ts';
import type { RowCounts } from '../../apps/warehouse/raw-store.ts';
import type { Settings } from '../../settings.ts';
import type { DataFolder } from './data-folder.ts';

/** Something in the pipeline stopped it. */
export class DemoError extends PipelineError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('DEMO_FAILED', message, options);
  }
}

/** Records on the topic, and rows made of them. */
export interface StageCounts extends RowCounts {
  readonly produced: number;
}

/** The laptop's pipeline from Kafka to the raw tables. */
export class LocalPipeline implements AsyncDisposable {
  readonly server: RunningKafka;
  readonly kafka: Kafka;
  readonly topic: TopicOptions;
  readonly logger: Logger;
  readonly consumer: LearningEventConsumer;
  readonly #admin: Admin;
  readonly #store: DuckDbRawStore;

  /** Starts Kafka, creates the topic and starts the consumer. */
  static async start(settings: Settings, folder: DataFolder): Promise<LocalPipeline> {
    const logger = createLogger('demo', { file: folder.log });
    const server = await startKafka({ dataFolder: folder.kafka, logger });
    const pipeline = new LocalPipeline(server, settings, folder, logger);
    try {
      await pipeline.#admin.connect();
      await ensureTopic(pipeline.kafka, pipeline.topic);
    } catch (error) {
      await server.stop();
      throw error;
    }
    pipeline.consumer.start();
    return pipeline;
  }

  private constructor(server: RunningKafka, settings: Settings, folder: DataFolder, logger: Logger) {
    this.server = server;
    this.logger = logger;
    this.topic = { topic: settings.topic, partitions: settings.partitions, replicationFactor: 1 };
    this.kafka = createKafka({ brokers: server.brokers, clientId: 'demo', logger });
    this.#admin = this.kafka.admin();
    this.#store = new DuckDbRawStore(folder.landing);
    this.consumer = new LearningEventConsumer({
      kafka: this.kafka,
      topic: settings.topic,
      group: 'learning-analytics-consumer',
      store: this.#store,
      limits: batchLimits(),
      logger,
    });
  }

  /** How many records were ever written to the topic, and how many rows there are of them. */
  async count(): Promise<StageCounts> {
    const { topic } = this.topic;
    const offsets = await this.#admin.fetchTopicOffsets(topic);
    const produced = offsets.reduce((sum, { high }) => sum + Number(high), 0);
    return { produced, ...(await this.#store.countRows({ cluster: this.server.clusterId, topic })) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.consumer.stop();
    await this.#admin.disconnect();
    await this.server.stop();
  }
}
