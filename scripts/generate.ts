import { join } from 'node:path';
import { writeGenerated } from '../apps/events/generated.ts';
import { loadSettings } from '../settings.ts';

await writeGenerated(join(import.meta.dirname, '..'), await loadSettings());
