import { fileURLToPath } from 'node:url';

/**
 * How every process of the product is run, measured on the idle product with the demo plant.
 *
 * V8 lets the young generation grow to 128 MiB while modules load, and gives none of it back: a process that works in 12 MiB then holds 150.
 * Eight are enough for every one of them, and cost no speed that could be measured.
 */
export const NODE_FLAGS: readonly string[] = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=8'];

/**
 * Compiled modules are kept beside the packages. A later start needs neither TypeScript's stripper (18 MiB a process) nor half of the time to load.
 * A folder that cannot be written is no error: then nothing is kept.
 */
export const COMPILE_CACHE = fileURLToPath(new URL('../../node_modules/.cache/millwright/modules', import.meta.url));
