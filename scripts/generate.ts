import { join } from 'node:path';
import { writeGenerated } from '../apps/events/generated.ts';
import { loadSettings } from '../settings.ts';
import { orExplain } from './or-explain.ts';

const settings = await orExplain(loadSettings());
await writeGenerated(join(import.meta.dirname, '..'), settings);
