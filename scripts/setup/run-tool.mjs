import { spawn } from 'node:child_process';

/** A tool that failed, with what it wrote. */
export class ToolError extends Error {}

/**
 * Runs a tool to its end. What it writes is kept for the case that it fails.
 *
 * @throws {ToolError}
 */
export function runTool(command, options, { cwd, env = process.env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, options, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part) => {
        output = (output + part).slice(-20_000);
      });
    }
    child.once('error', (error) => reject(new ToolError(`${command}: ${error.message}`)));
    child.once('close', (code, signal) => {
      if (code === 0) resolve(output);
      else
        reject(
          new ToolError(`${command} ${options.join(' ')} ended with ${signal ?? `code ${code}`}:\n${output.trim()}`),
        );
    });
  });
}
