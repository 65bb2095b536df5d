import { Command } from 'commander';
import { PipelineError } from '../apps/common/errors.ts';
import { loadSettings } from '../settings.ts';
import { runDemo } from './demo/demo.ts';

const options = new Command('demo')
  .description('The whole pipeline on this machine: history, then live events, from Kafka to the marts.')
  .option('--once', 'end after the first build', false)
  .option('--json', 'print the counts as the last line (with --once)', false)
  .parse()
  .opts<{ once: boolean; json: boolean }>();

try {
  const summary = await runDemo(await loadSettings(), options);
  if (options.json && summary) {
    const { counts, learners, segments } = summary;
    const { produced, events: raw, rejected } = counts;
    console.log(JSON.stringify({ produced, raw, rejected, learners, segments }));
  }
} catch (error) {
  if (!(error instanceof PipelineError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
// kafkajs may still be trying something in the background; everything of ours has ended.
process.exit();
