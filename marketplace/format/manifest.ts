import { z } from 'zod';
import { bilingual } from '#runtime/graph/document.ts';

/**
 * `app.json` of a package: who made it, what it is, what it asks for. It carries no address, no host and no plant name; roles and
 * parameters stand in the graph itself, which installation never edits.
 */
export const PACKAGE_FORMAT = 1;

export const slug = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'lower-case words joined by hyphens, such as compressor-guard');
export const publisherName = z.string().regex(/^[a-z][a-z0-9-]{1,30}$/, 'lower-case letters, digits and hyphens');
export const semanticVersion = z.string().regex(/^\d+\.\d+\.\d+$/, 'three numbers such as 1.0.0');

export const licence = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('free') }),
  z.object({ kind: z.literal('trial'), days: z.number().int().positive() }),
  z.object({
    kind: z.literal('subscription'),
    amount: z.string(),
    currency: z.string().length(3),
    period: z.enum(['month', 'year']),
  }),
]);

export const appManifest = z.strictObject({
  format: z.literal(PACKAGE_FORMAT),
  publisher: publisherName,
  slug,
  version: semanticVersion,
  title: bilingual,
  summary: bilingual,
  /** Rows of the scenario catalogue that it serves: `G07`. */
  scenarios: z.array(z.string()).default([]),
  /** Asset class that one instance is bound to. */
  assetClass: z.string().optional(),
  licence: licence.default({ kind: 'free' }),
  /** What the program may ask the host to do; must equal what the graph compiles to. */
  capabilities: z.array(z.string()).default([]),
});
export type AppManifest = z.infer<typeof appManifest>;

/** Where the parts of a package stand. */
export const PARTS = {
  manifest: 'app.json',
  graph: 'graph.json',
  screens: 'screens.json',
  readme: { en: 'README.en.md', zh: 'README.zh.md' },
  proof: 'proof/proof.json',
} as const;
