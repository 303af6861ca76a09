import { openLog } from '#runtime/supervisor/log.ts';

export const log = openLog('web');
