import { randomBytes } from 'node:crypto';

/** Readable where the name has Latin letters, and never taken. */
export function slugOf(name: string): string {
  const words = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  return `${words || 'org'}-${randomBytes(3).toString('hex')}`;
}
