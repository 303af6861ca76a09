import type { FigureSet } from './figure.ts';

/** The process of one set of figures; its parent is run.ts. */
const [name] = process.argv.slice(2);
const { default: set } = (await import(new URL(`./figures/${name}.ts`, import.meta.url).href)) as { default: FigureSet };
const figures = await set.run();
process.send?.(figures, () => process.exit(0));
