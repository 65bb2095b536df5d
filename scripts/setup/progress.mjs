/**
 * Runs steps at the same time, and says on standard error what is done and for how long: standard output belongs to the
 * command that comes afterwards.
 *
 * @param {{ title: string, run: () => Promise<unknown> }[]} steps
 * @throws the error of the first step that failed, once all have ended
 */
export async function runSteps(steps, stream = process.stderr) {
  const started = Date.now();
  const shown = steps.map(({ title }) => ({ title, state: 'running', ended: undefined }));
  const redraw = stream.isTTY ? drawOn(stream, shown, started) : () => {};
  if (!stream.isTTY) for (const step of shown) stream.write(`… ${step.title}\n`);
  redraw();
  const timer = setInterval(redraw, 200);
  const outcomes = await Promise.allSettled(
    steps.map(async ({ run }, index) => {
      const step = shown[index];
      try {
        await run();
        step.state = 'done';
      } catch (error) {
        step.state = 'failed';
        throw error;
      } finally {
        step.ended = Date.now();
        if (!stream.isTTY) stream.write(`${toLine(step, started)}\n`);
      }
    }),
  );
  clearInterval(timer);
  redraw();
  const failure = outcomes.find(({ status }) => status === 'rejected');
  if (failure) throw failure.reason;
}

function drawOn(stream, shown, started) {
  let drawn = 0;
  return () => {
    if (drawn > 0) stream.write(`\x1b[${drawn}A`);
    for (const step of shown) stream.write(`\x1b[2K${toLine(step, started)}\n`);
    drawn = shown.length;
  };
}

function toLine({ title, state, ended = Date.now() }, started) {
  const mark = { running: '…', done: '✓', failed: '✗' }[state];
  return `${mark} ${title} ${Math.round((ended - started) / 1000)} s`;
}
