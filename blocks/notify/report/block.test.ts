import { testBlock } from '#blocks/sdk/testing.ts';

testBlock(import.meta.url);
