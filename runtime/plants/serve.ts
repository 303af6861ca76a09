import { pino } from 'pino';
import { type FaultState, faultState, noFaults } from './faults.ts';

/** What a plant server and the process that started it tell each other over IPC; without one, a server runs alone with no faults. */
export type ToServer = { readonly faults: FaultState };
export type FromServer = { readonly ready: true } | { readonly change: unknown };

export interface PlantServer {
  /** Called once a second of wall time. */
  tick(now: number, faults: FaultState): void;
  close(): Promise<void>;
}

const TICK_MS = 1000;
/** Everything stops within five seconds; what hangs is left behind. */
const STOP_MS = 4000;

/** Runs one plant server until SIGTERM, SIGINT or the end of its parent: ticks on whole seconds, hands in the switched faults. */
export async function serve(
  name: string,
  open: (log: pino.Logger, tell: (change: unknown) => void) => Promise<PlantServer>,
): Promise<void> {
  const log = pino({ name: `plants/${name}` });
  let faults = noFaults();
  const tell = (message: FromServer) => {
    if (process.connected) process.send?.(message);
  };
  process.on('message', (message: ToServer) => {
    faults = faultState.parse(message.faults);
  });
  const server = await open(log, (change) => tell({ change }));
  log.info({ event: 'ready' });
  tell({ ready: true });

  let timer: NodeJS.Timeout;
  const tick = () => {
    const now = Date.now();
    timer = setTimeout(tick, TICK_MS - (now % TICK_MS));
    try {
      server.tick(now, faults);
    } catch (error) {
      log.error({ event: 'tick', error });
    }
  };
  tick();

  let stopping = false;
  const stop = (why: string) => {
    if (stopping) return;
    stopping = true;
    clearTimeout(timer);
    setTimeout(() => process.exit(1), STOP_MS).unref();
    server.close().then(
      () => {
        log.info({ event: 'stopped', why });
        process.exit(0);
      },
      (error: unknown) => {
        log.error({ event: 'stop', error });
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  if (process.connected) process.on('disconnect', () => stop('parent gone'));
}
