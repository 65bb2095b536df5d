import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sharedBrokerSettings } from '../../apps/kafka/java-settings.ts';
import { topicSettings } from '../../apps/kafka/topic.ts';

const folder = join(import.meta.dirname, '..', '..', 'apps', 'kafka');
const compose = readFileSync(join(folder, 'compose.yaml'), 'utf8');
const lines = compose.split('\n').map((line) => line.trim());

test('every port is bound to 127.0.0.1 unless the environment says otherwise', () => {
  const published = lines.filter((line) => /^- .*:\d+$/.test(line)).map((line) => line.replaceAll(/[{}]/g, ''));
  expect(published).toEqual([
    '- $KAFKA_BIND_ADDRESS:-127.0.0.1:$KAFKA_PORT:-9092:9092',
    '- 127.0.0.1:$KAFKA_UI_PORT:-8080:8080',
  ]);
});

test('every image is pinned to a version', () => {
  const images = lines.filter((line) => line.startsWith('image:'));
  expect(images).toHaveLength(3);
  for (const image of images) expect(image).toMatch(/^image: docker\.io\/[\w/-]+:v?\d+\.\d+\.\d+$/);
});

test('every service has a health check, a memory limit and a restart policy', () => {
  for (const needed of ['healthcheck:', 'mem_limit:', '<<: *service']) {
    expect(lines.filter((line) => line.startsWith(needed))).toHaveLength(3);
  }
  const megabytes = [...compose.matchAll(/mem_limit: (\d+)([mg])/g)].map(
    ([, size, unit]) => Number(size) * (unit === 'g' ? 1024 : 1),
  );
  expect(megabytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(2048);
});

test('the broker takes larger records than the topic, whose limit is so the one that holds', () => {
  expect(Number(sharedBrokerSettings()['message.max.bytes'])).toBeGreaterThan(
    Number(topicSettings['max.message.bytes']),
  );
});

test('both routes run Kafka 3.9: Maven says so, and cp-kafka 7.9 is built from it', () => {
  expect(readFileSync(join(folder, 'pom.xml'), 'utf8')).toMatch(/<version>3\.9\.\d+<\/version>/);
  expect(compose).toMatch(/cp-kafka:7\.9\./);
});

test('the broker settings of the environment file are those that Kafka knows', () => {
  expect(sharedBrokerSettings()).toMatchObject({
    'offsets.topic.num.partitions': '4',
    'auto.create.topics.enable': 'false',
    'offsets.retention.minutes': '43200',
  });
});
