/** Cookie that keeps light or dark, so that the server draws the right one and nothing flashes. */
export const SCHEME_COOKIE = 'mw-scheme';
export type Scheme = 'light' | 'dark';

export function readScheme(text: string | undefined): Scheme {
  return text === 'dark' ? 'dark' : 'light';
}
