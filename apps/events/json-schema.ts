import { z } from 'zod';
import { commonFields, eventTypeDefinitions, requiredFields } from './event.ts';

/**
 * The published JSON Schema (draft-07) of a learning event. It asks for the four fields without which an event can't be
 * placed, and gives the type of every other field where it is there.
 */
export function learningEventSchema(): Record<string, unknown> {
  const { required: _all, ...common } = toDraft7(commonFields);
  return {
    ...common,
    $id: 'learning-event.schema.json',
    title: 'Learning event',
    description: 'One thing that one learner did. Sent to the Kafka topic learning-events, keyed by user_id.',
    required: requiredFields,
    additionalProperties: true,
    allOf: Object.entries(eventTypeDefinitions).map(([eventType, { triggered, metadata }]) => {
      const { $schema: _draft, required: _fields, ...fields } = toDraft7(metadata);
      return {
        if: { properties: { event_type: { const: eventType } } },
        // biome-ignore lint/suspicious/noThenProperty: it is JSON Schema's keyword.
        then: {
          properties: { metadata: { ...fields, description: `Sent when ${triggered}`, additionalProperties: true } },
        },
      };
    }),
  };
}

function toDraft7(schema: z.ZodType): Record<string, unknown> {
  return z.toJSONSchema(schema, { target: 'draft-7' });
}
