import type { Admin, Kafka } from 'kafkajs';
import { PipelineError } from '../../apps/common/errors.ts';
import { createLogger, type Logger } from '../../apps/common/logger.ts';
import { LearningEventConsumer } from '../../apps/consumer/consumer.ts';
import { batchLimits } from '../../apps/consumer/settings.ts';
import { createKafka } from '../../apps/kafka/client.ts';
import type { RunningKafka } from '../../apps/kafka/running.ts';
import { startKafka } from '../../apps/kafka/start.ts';
import { addPartitions, ensureTopic, type TopicOptions } from '../../apps/kafka/topic.ts';
import { ProgressStore } from '../../apps/simulator/progress.ts';
import { DuckDbRawStore } from '../../apps/warehouse/duckdb.ts';
import type { PartitionEnd, RecordCounts } from '../../apps/warehouse/raw-store.ts';
import type { Settings } from '../../settings.ts';
import type { DataFolder } from './data-folder.ts';

/** The pipeline can't go on; the message says what it lacks. */
export class DemoError extends PipelineError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('DEMO_FAILED', message, options);
  }
}

/** Records on the topic at some moment, and what became of them. */
export interface StageCounts extends RecordCounts {
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
      await addPartitions(pipeline.kafka, settings.topic, settings.partitions);
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

  /** Where the partitions end now. */
  async ends(): Promise<PartitionEnd[]> {
    const offsets = await this.#admin.fetchTopicOffsets(this.topic.topic);
    return offsets.map(({ partition, high }) => ({ partition, offset: Number(high) }));
  }

  /** What became of the records before these ends, which are all that were ever written up to there. */
  async count(ends: readonly PartitionEnd[]): Promise<StageCounts> {
    const produced = ends.reduce((sum, { offset }) => sum + offset, 0);
    const { topic } = this.topic;
    return { produced, ...(await this.#store.countRecords({ cluster: this.server.clusterId, topic }, ends)) };
  }

  /** Names of the histories of other settings that were sent before. */
  async otherHistories(settings: Settings): Promise<string[]> {
    const plan = { seed: settings.seed, learners: settings.learners, days: settings.backfillDays };
    const own = new ProgressStore({ kafka: this.kafka, topic: settings.topic, plan, logger: this.logger }).groupId;
    const { groups } = await this.#admin.listGroups();
    const histories = groups.map(({ groupId }) => groupId).filter((name) => name.startsWith('simulator-backfill.'));
    return histories.filter((name) => name !== own).map((name) => name.replace('simulator-backfill.', ''));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.consumer.stop();
    await this.#admin.disconnect();
    await this.server.stop();
  }
}
