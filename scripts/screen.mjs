// What every command here says on screen: one line per step, its time when it took long, one message when it cannot go on.

export class CannotGoOn extends Error {}

export async function step(title, work) {
  const startedMs = Date.now();
  process.stderr.write(`• ${title}\n`);
  const result = await work();
  const tookMs = Date.now() - startedMs;
  if (tookMs > 2_000) process.stderr.write(`  done in ${(tookMs / 1000).toFixed(1)} s\n`);
  return result;
}

export async function runCommand(main) {
  try {
    await main();
  } catch (error) {
    process.stderr.write(error instanceof CannotGoOn ? `\n${error.message}\n` : `\n${error?.stack ?? error}\n`);
    process.exit(1);
  }
}
