import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { bilingual, type GraphDocument, graphDocument } from '#runtime/graph/document.ts';
import { readScreens, type ScreenDocument } from '#runtime/graph/screens.ts';
import { failed } from './errors.ts';

/** Only what the list shows; the rest of `app.json` belongs to packages. */
const listing = z.object({ title: bilingual, summary: bilingual.optional(), assetClass: z.string().optional() });

export interface Sample {
  readonly slug: string;
  readonly title: z.infer<typeof bilingual>;
  readonly summary?: z.infer<typeof bilingual> | undefined;
  /** The kind of asset it is made for. */
  readonly assetClass?: string | undefined;
}

const folder = () => join(process.cwd(), 'marketplace', 'apps');

/** The product's own apps as starting points. A folder without both files is not finished and is left out. */
export async function listSamples(): Promise<Sample[]> {
  const names = (await readdir(folder(), { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  const samples = await Promise.all(
    names.sort().map(async (slug): Promise<Sample | undefined> => {
      const [app, graph] = await Promise.all([textOf(slug, 'app.json'), textOf(slug, 'graph.json')]);
      if (app === undefined || graph === undefined) return undefined;
      const { title, summary, assetClass } = listing.parse(JSON.parse(app));
      return { slug, title, summary, assetClass };
    }),
  );
  return samples.filter((sample) => sample !== undefined);
}

/** With the screens that were drawn for it: made ones would be plainer. */
export async function readSample(slug: string): Promise<Sample & { graph: GraphDocument; screens: ScreenDocument[] }> {
  const samples = await listSamples();
  const sample = samples.find((one) => one.slug === slug);
  const text = sample && (await textOf(slug, 'graph.json'));
  if (!sample || text === undefined)
    throw failed('app.sample-unknown', { sample: slug, known: samples.map((one) => one.slug).join(', ') });
  const screens = readScreens((await textOf(slug, 'screens.json')) ?? '[]');
  return { ...sample, graph: graphDocument.parse(JSON.parse(text)), screens };
}

async function textOf(slug: string, file: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder(), slug, file), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
