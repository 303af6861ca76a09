/** What a block author imports, and nothing else: `import { defineBlock, number, z } from '#blocks/sdk/index.ts'`. */
export { z } from 'zod';
export { isBad, isGood, worst } from '#runtime/batch/quality.ts';
export * from './block.ts';
export * from './columns.ts';
export * from './params.ts';
export * from './state.ts';
