import type { Logger } from 'pino';
import { sessionLost } from './connection.ts';

/**
 * A server that is killed cuts sessions in the middle of writes. Who waits for an answer learns of it there and tries again; the drivers also raise it where
 * nobody can wait (a flush that is under way, an idle connection of a pool that another library holds), and that must not end the process. Anything else does,
 * as it would without this.
 */
export function surviveLostSessions(log: Pick<Logger, 'warn' | 'fatal'>): void {
  const judge = (error: unknown) => {
    if (sessionLost(error)) {
      log.warn({ err: error }, 'a database session broke');
      return;
    }
    log.fatal({ err: error }, 'unforeseen');
    process.exit(1);
  };
  process.on('uncaughtException', judge);
  process.on('unhandledRejection', judge);
}
