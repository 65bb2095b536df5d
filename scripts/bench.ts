import { Argument, Command } from 'commander';
import { benchIngest } from './bench/ingest.ts';
import { benchSimulate } from './bench/simulate.ts';
import { createTable } from './table.ts';

type Figures = Record<string, number>;

const benches: Record<string, () => Promise<Figures>> = {
  simulate: async () => ({ ...(await benchSimulate()) }),
  ingest: async () => {
    const rates = await benchIngest();
    return {
      ...rates,
      timesTheReferenceWay: round(rates.consumer / rates.referenceWay),
      shareOfKafkajsAlone: round(rates.consumer / rates.kafkajsAlone),
    };
  },
};

const program = new Command('bench')
  .description('Measures how fast the parts are on this machine.')
  .addArgument(new Argument('[benchmark]', 'which one; all of them when it is left out').choices(Object.keys(benches)))
  .option('--json', 'print each as one line of JSON', false)
  .parse();
const { json } = program.opts<{ json: boolean }>();
const [chosen] = program.args;

for (const [name, run] of Object.entries(benches)) {
  if (chosen && chosen !== name) continue;
  const figures = await run();
  if (json) console.log(JSON.stringify({ benchmark: name, ...figures }));
  else console.log(show(name, figures));
}
process.exit();

function show(name: string, figures: Figures): string {
  const table = createTable([name, ''], ['left', 'right']);
  table.push(...Object.entries(figures).map(([figure, value]) => [words(figure), value.toLocaleString('en-NZ')]));
  return table.toString();
}

/** `eventsPerSecond` as `events per second`. */
function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
