import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { PipelineError } from '../common/errors.ts';
import type { LearningEventConsumer } from './consumer.ts';

/**
 * Serves `/healthz` (200 or 503, with what is wrong) and Prometheus' `/metrics`.
 *
 * @param port 0 takes any free one
 * @returns the port
 * @throws {PipelineError} when the port is taken
 */
export async function serveHealth(
  consumer: LearningEventConsumer,
  { host, port }: { host: string; port: number },
): Promise<number> {
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
    const server = serve({ fetch: app.fetch, hostname: host, port }, (address) => resolve(address.port));
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = `CONSUMER_PORT ${port} is taken on ${host}: set another one, or 0 for any free port.`;
      reject(error.code === 'EADDRINUSE' ? new PipelineError('PORT_TAKEN', taken, { cause: error }) : error);
    });
  });
}
