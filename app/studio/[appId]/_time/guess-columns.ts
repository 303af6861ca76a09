import type { TagRole } from '#runtime/graph/document.ts';
import type { FileFacts } from '#runtime/replay/pin.ts';

/** Which column is probably which: the first that is a time; for a role the one that is called like it, by its name or title. */
export function guessColumns(
  { columns }: FileFacts,
  roles: readonly Pick<TagRole, 'name' | 'title' | 'type' | 'unit'>[],
): { time: string; roles: Record<string, { column: string; unit?: string }> } {
  const time = columns.find((column) => column.kind === 'time')?.name ?? '';
  const open = columns.filter((column) => column.name !== time);
  const guessed: Record<string, { column: string; unit?: string }> = {};
  for (const role of roles) {
    const words = [role.name, role.title.en, role.title.zh].map(plain).filter(Boolean);
    const fits = open.filter((column) => role.type === 'text' || column.kind === 'number');
    const exact = fits.find((column) => words.includes(plain(column.name)));
    const like = exact ?? fits.find((column) => words.some((word) => plain(column.name).includes(word)));
    const only = roles.length === 1 && fits.length === 1 ? fits[0] : undefined;
    const found = like ?? only;
    if (!found) continue;
    const unit = found.unit ?? role.unit;
    guessed[role.name] = { column: found.name, ...(unit === undefined ? {} : { unit }) };
  }
  return { time, roles: guessed };
}

/** Without the unit in brackets, case and punctuation. */
const plain = (text: string): string =>
  text
    .replace(/\[.*\]/, '')
    .toLowerCase()
    .replace(/[\s._\-()（）/]+/g, '');
