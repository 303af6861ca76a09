import { stripTypeScriptTypes } from 'node:module';

/** TypeScript -> JavaScript with types blanked, so that lines and columns stay. Node only: handed into what must also run in a browser. */
export function stripTypes(text: string): string {
  const warn = process.emitWarning;
  process.emitWarning = () => {}; // the function is marked experimental in Node 24; the marking is no news for every compile
  try {
    return stripTypeScriptTypes(text, { mode: 'strip' });
  } finally {
    process.emitWarning = warn;
  }
}
