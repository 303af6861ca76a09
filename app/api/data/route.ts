import { keepFile } from '#server/runs/keep-file.ts';

export const dynamic = 'force-dynamic';

export { keepFile as POST };
