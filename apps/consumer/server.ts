import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import type { LearningEventConsumer } from './consumer.ts';

export interface RunningServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves `/healthz` (200 or 503, with what is wrong) and Prometheus' `/metrics`.
 *
 * @param port 0 takes any free one
 */
export async function serveHealth(
  consumer: LearningEventConsumer,
  { host, port }: { host: string; port: number },
): Promise<RunningServer> {
  const app = new Hono();
  app.get('/healthz', (context) => {
    const health = consumer.health();
    return context.json(health, health.healthy ? 200 : 503);
  });
  app.get('/metrics', async (context) => {
    const { registry } = consumer.metrics;
    return context.body(await registry.metrics(), 200, { 'content-type': registry.contentType });
  });

  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: host, port }, (address) =>
      resolve({
        port: address.port,
        close: () => new Promise((done) => server.close(() => done())),
      }),
    );
    server.once('error', reject);
  });
}
