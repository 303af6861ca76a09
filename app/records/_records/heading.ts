/** Words of kinds and states stand within sentences; where they stand alone they begin as one. Chinese has no such letters. */
export const asHeading = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);
