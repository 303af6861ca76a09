import { hkdfSync } from 'node:crypto';
import { z } from 'zod';

/**
 * What the web process is started with. Checked once, at first use and never at import: the web build imports every route without an
 * environment.
 */
const schema = z.object({
  /** PostgreSQL URL, or the folder of the embedded server's socket. */
  DATABASE_URL: z.string().min(1),
  /** Everything secret is derived from or sealed under it; losing it loses the sealed secrets. */
  MILLWRIGHT_MASTER_KEY: z.string().min(32, 'needs at least 32 characters'),
  MILLWRIGHT_DATA: z.string().min(1).default('.millwright'),
  /** Address that people type, when a proxy stands in front: `https://millwright.example.com`. */
  MILLWRIGHT_URL: z.url().optional(),
  /** `open`: anyone who reaches the page can make an account; `invited`: only with an invitation. The very first account is made by the first run. */
  MILLWRIGHT_SIGN_UP: z.enum(['open', 'invited']).default('open'),
  QUEUE_URL: z.string().optional(),
});
export type Env = z.infer<typeof schema>;

let checked: Env | undefined;

export function env(): Env {
  if (checked) return checked;
  const result = schema.safeParse(process.env);
  if (!result.success) {
    const problems = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    throw new Error(`The environment of the web process is not complete. ${problems}`);
  }
  checked = result.data;
  return checked;
}

/** A key for one purpose, derived so that no two purposes share a key. 32 bytes. */
export function deriveKey(purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', env().MILLWRIGHT_MASTER_KEY, 'millwright', purpose, 32));
}
