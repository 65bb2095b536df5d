/** Loaded into a command with `--import`: its last line on standard error says how much memory it took at most, in KB. */
process.on('exit', () => console.error(`peak ${process.resourceUsage().maxRSS}`));
