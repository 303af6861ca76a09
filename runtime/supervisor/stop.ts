import { flushCompileCache } from 'node:module';

/** By then all modules are loaded; without it only a process that ends by itself would keep what it compiled. */
const LOADED_MS = 15_000;

/**
 * The end of a child process: SIGTERM or Ctrl-C asks it to stop, and so does the loss of the supervisor (the IPC channel closes when
 * it is killed). `stop` has five seconds, then the process leaves anyway.
 */
export function onStop(stop: (reason: string) => Promise<void>): void {
  setTimeout(flushCompileCache, LOADED_MS).unref();
  let stopping = false;
  const begin = (reason: string) => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), 5_000).unref();
    stop(reason).then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', () => begin('SIGTERM'));
  process.once('SIGINT', () => begin('SIGINT'));
  if (process.channel) {
    process.once('disconnect', () => begin('the supervisor is gone'));
    process.channel.unref();
  }
}
