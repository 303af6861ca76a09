import type { Permission } from '#server/access.ts';

/** Parts of the administration and who sees them. */
export const SECTIONS = [
  { id: 'members', permission: 'members.write' },
  { id: 'keys', permission: 'keys.read' },
  { id: 'channels', permission: 'channels.write' },
  { id: 'audit', permission: 'audit.read' },
  { id: 'retention', permission: 'history.read' },
  { id: 'health', permission: 'org.read' },
] as const satisfies readonly { id: string; permission: Permission }[];
export type SectionId = (typeof SECTIONS)[number]['id'];

export function isSection(text: string | undefined): text is SectionId {
  return SECTIONS.some(({ id }) => id === text);
}
