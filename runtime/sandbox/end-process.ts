/**
 * Ends this process at once, whatever its threads do: `process.exit` waits for the threads of isolates, and one of them may be inside a
 * built-in that V8 cannot interrupt (a huge BigInt made text runs for minutes). What had to be said or stored must be, before.
 */
export function endProcess(): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('unreachable: the process has ended');
}
