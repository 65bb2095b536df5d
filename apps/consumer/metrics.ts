import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What Prometheus reads at `/metrics`. */
export class ConsumerMetrics {
  readonly registry = new Registry();
  readonly consumed = this.#counter('consumed', 'Records read from Kafka');
  readonly persisted = this.#counter('persisted', 'Records written to raw_learning_events_v2');
  readonly rejected = this.#counter('rejected', 'Records written to raw_rejected_events');
  readonly lost = this.#counter('lost', 'Records that retention took before they were read');
  readonly failedFlushes = this.#counter('failed_flushes', 'Attempts to write a batch that failed and are repeated');
  readonly lag = new Gauge({
    name: 'learning_consumer_lag_records',
    help: 'Records of the partition that are not in the warehouse yet',
    labelNames: ['partition'],
    registers: [this.registry],
  });
  readonly flushSeconds = new Histogram({
    name: 'learning_consumer_flush_seconds',
    help: 'Time to write one batch, attempts included',
    buckets: [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60],
    registers: [this.registry],
  });

  /** @param oldestUnflushedAge seconds that the oldest record in memory has waited, 0 when there is none */
  constructor(oldestUnflushedAge: () => number) {
    new Gauge({
      name: 'learning_consumer_oldest_unflushed_seconds',
      help: 'How long the oldest record that is read and not written has waited',
      registers: [this.registry],
      collect() {
        this.set(oldestUnflushedAge());
      },
    });
  }

  #counter(name: string, help: string): Counter<'partition'> {
    return new Counter({
      name: `learning_consumer_${name}_total`,
      help,
      labelNames: ['partition'],
      registers: [this.registry],
    });
  }
}
