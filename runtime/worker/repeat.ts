export interface Repeated {
  /** Now, unless it is under way or may not run; what was asked for meanwhile is done once more afterwards. */
  go(): Promise<void>;
  stop(): void;
}

/** Runs something again and again, never twice at once. */
export function every(
  ms: number,
  what: string,
  run: () => Promise<void>,
  when: { may: () => boolean; warn: (what: string, error: unknown) => void },
): Repeated {
  let running: Promise<void> | undefined;
  let again = false;
  const work = async () => {
    do {
      again = false;
      await run();
    } while (again && when.may());
  };
  const start = (): Promise<void> => {
    running = work()
      .catch((error) => when.warn(what, error))
      .finally(() => {
        running = undefined;
      });
    return running;
  };
  const timer = setInterval(() => {
    if (!running && when.may()) void start();
  }, ms);
  return {
    go() {
      if (!when.may()) return Promise.resolve();
      if (!running) return start();
      again = true;
      return running;
    },
    stop: () => clearInterval(timer),
  };
}
