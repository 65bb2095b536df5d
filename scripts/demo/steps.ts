import { createLogUpdate } from 'log-update';

/** Shows what is going on: a line a step, and the one that runs is written over where there is a terminal. */
export class Steps {
  readonly #live = createLogUpdate(process.stdout);
  readonly #isTerminal = process.stdout.isTTY === true;

  /** Runs a step and prints how long it took. `describe` says what came of it; `tell` says how far it is. */
  async run<Result>(
    title: string,
    work: (tell: (progress: string) => void) => Promise<Result>,
    describe: (result: Result) => string = () => '',
  ): Promise<Result> {
    const started = performance.now();
    let progress = '';
    const draw = () => this.status(`… ${title} ${progress}`);
    const timer = setInterval(draw, 200);
    draw();
    try {
      const result = await work((text) => {
        progress = text;
      });
      this.say(`✓ ${title} ${describe(result)} (${seconds(performance.now() - started)})`.replaceAll('  ', ' '));
      return result;
    } catch (error) {
      this.say(`✗ ${title} ${progress}`);
      throw error;
    } finally {
      clearInterval(timer);
    }
  }

  /** A line that the next one takes the place of. */
  status(text: string): void {
    if (this.#isTerminal) this.#live(text);
  }

  /** A line that stays. */
  say(text: string): void {
    if (this.#isTerminal) this.#live.clear();
    console.log(text);
  }
}

/** Milliseconds as `3.2 s`. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
