import { expect } from 'vitest';
import { SnowflakeRawStore } from '../../apps/warehouse/snowflake.ts';
import { rawStoreContract } from '../warehouse/raw-store-contract.ts';
import { TestSnowflake } from './equipment/server.ts';

rawStoreContract('Snowflake', async () => {
  const snowflake = await TestSnowflake.start();
  const settings = snowflake.settings();
  return {
    open: async () => new SnowflakeRawStore(settings),
    query: (sql) => snowflake.query(settings, sql),
    // VARIANT keeps the content, not the words: spaces, the order of the keys and how numbers are written may differ.
    samePayload: (stored, sent) => expect(JSON.parse(stored)).toEqual(JSON.parse(sent)),
    dispose: () => snowflake.stop(),
  };
});
