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

/** What a shell says of a program that Ctrl-C stopped before it was through. */
const stoppedEarly = 130;

try {
  const summary = await runDemo(await loadSettings(), options);
  if (summary) {
    const { counts, learners, segments } = summary;
    const { produced, events: raw, rejected, lost } = counts;
    if (options.json) console.log(JSON.stringify({ produced, raw, rejected, learners, segments }));
    if (lost > 0) console.error(`${lost} records were lost: Kafka's retention took them before they were read.`);
    if (produced !== raw + rejected) process.exitCode = 1;
  } else {
    process.exitCode = stoppedEarly;
  }
} catch (error) {
  if (!(error instanceof PipelineError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
// kafkajs may still be trying something in the background; everything of ours has ended.
process.exit();
