import { Command } from 'commander';
import { loadSettings } from '../settings.ts';
import { runDemo } from './demo/demo.ts';
import { orExplain } from './or-explain.ts';

const options = new Command('demo')
  .description('The whole pipeline on this machine: history, then live events, from Kafka to the marts.')
  .addHelpText('after', '\nnpm passes options on only behind --: npm run demo -- --once')
  .option('--once', 'end after the first build', false)
  .option('--json', 'print the counts as the last line (with --once)', false)
  .parse()
  .opts<{ once: boolean; json: boolean }>();

/** What a shell says of a program that Ctrl-C stopped before it was through. */
const stoppedEarly = 130;

const summary = await orExplain(loadSettings().then((settings) => runDemo(settings, options)));
if (summary) {
  const { counts, learners, segments } = summary;
  const { produced, events: raw, rejected, lost } = counts;
  if (options.json) console.log(JSON.stringify({ produced, raw, rejected, learners, segments }));
  if (lost > 0) console.error(`${lost} records were lost: Kafka's retention took them before they were read.`);
  if (produced !== raw + rejected) process.exitCode = 1;
} else {
  process.exitCode = stoppedEarly;
}
// kafkajs may still be trying something in the background; everything of ours has ended.
process.exit();
