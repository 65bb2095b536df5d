import { z } from 'zod';
import { commonFields, eventTypeDefinitions, requiredFields } from './event.ts';

/** The data dictionary of the events as a Markdown page. */
export function dataDictionary(): string {
  return `# Data dictionary of the events

<!-- Written by \`npm run generate\` from apps/events/event.ts: change it there. -->

Every event is a JSON object in the value of a Kafka record on the topic \`learning-events\`; the record's key is \`user_id\`
and its header \`event_type\` repeats the type. The published schema is
[learning-event.schema.json](../apps/events/learning-event.schema.json).

## Common fields

| field | type | required | meaning |
| --- | --- | --- | --- |
${fieldRows(commonFields, requiredFields).join('\n')}

## Event types

| event type | level | sent when |
| --- | --- | --- |
${Object.entries(eventTypeDefinitions)
  .map(([type, { level, triggered }]) => `| \`${type}\` | ${level} | ${triggered} |`)
  .join('\n')}

## Metadata

| event type | field | type | meaning |
| --- | --- | --- | --- |
${Object.entries(eventTypeDefinitions)
  .flatMap(([type, { metadata }]) => fieldRows(metadata).map((row) => `| \`${type}\` ${row}`))
  .join('\n')}
`;
}

function fieldRows(schema: z.ZodObject, required?: readonly string[]): string[] {
  const properties = z.toJSONSchema(schema).properties ?? {};
  return Object.entries(properties).map(([name, property]) => {
    const { description } = property as { description: string };
    const isRequired = required ? ` ${required.includes(name) ? 'yes' : 'no'} |` : '';
    return `| \`${name}\` | ${typeOf(property)} |${isRequired} ${description} |`;
  });
}

function typeOf(property: unknown): string {
  const { type, anyOf, format } = property as { type?: string; anyOf?: unknown[]; format?: string };
  if (anyOf) return anyOf.map(typeOf).join(' or ');
  return format ? `${type} (${format})` : (type ?? 'any');
}
