import { z } from 'zod';

const topicAllowed = 'a topic name: 1-249 of a-z, A-Z, 0-9, ".", "_" and "-"';

/** The name of a Kafka topic. */
export const topicName = z.string(topicAllowed).regex(/^(?!\.{1,2}$)[\w.-]{1,249}$/, topicAllowed);

const brokersAllowed = 'host:port, several separated by commas';

/** Addresses of Kafka brokers, as text. */
export const brokerList = z
  .string(brokersAllowed)
  .regex(/^[^\s,:]+:\d{1,5}(,[^\s,:]+:\d{1,5})*$/, brokersAllowed)
  .transform((text) => text.split(','));
