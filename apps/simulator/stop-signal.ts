/** A signal that aborts with the first SIGTERM or SIGINT that the process gets; a second one ends it as usual. */
export function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stopping.abort());
  return stopping.signal;
}
