import type { Bilingual, GraphDocument, GraphNode, GraphNote } from '#runtime/graph/document.ts';
import { type Edit, snap } from './edit.ts';
import { freshName } from './names.ts';

/** A list that a document is silent about while it is empty. */
function withList<K extends 'groups' | 'notes'>(
  document: GraphDocument,
  name: K,
  items: NonNullable<GraphDocument[K]>,
): GraphDocument {
  const { [name]: _old, ...rest } = document;
  return (items.length > 0 ? { ...rest, [name]: items } : rest) as GraphDocument;
}

const inGroup = (node: GraphNode, group: string | undefined): GraphNode => {
  if (node.group === group) return node;
  const { group: _old, ...rest } = node;
  return group === undefined ? rest : { ...rest, group };
};

/** Frames that nobody is in any more go. */
export function withoutEmptyGroups(document: GraphDocument): GraphDocument {
  const used = new Set(document.nodes.map((node) => node.group));
  const groups = (document.groups ?? []).filter((group) => used.has(group.id));
  return groups.length === (document.groups ?? []).length ? document : withList(document, 'groups', groups);
}

export const nextGroupId = (document: GraphDocument): string =>
  freshName(
    'group',
    (document.groups ?? []).map((group) => group.id),
  );

/** Puts nodes into a new frame; a node is in one frame at most. */
export const groupNodes =
  (ids: readonly string[], title: string, id?: string): Edit =>
  (document) => {
    const members = document.nodes.filter((node) => ids.includes(node.id));
    if (members.length === 0) return document;
    const group = id ?? nextGroupId(document);
    const nodes = document.nodes.map((node) => (ids.includes(node.id) ? inGroup(node, group) : node));
    return withoutEmptyGroups(withList({ ...document, nodes }, 'groups', [...(document.groups ?? []), { id: group, title }]));
  };

/** Takes nodes out of their frames. */
export const ungroupNodes =
  (ids: readonly string[]): Edit =>
  (document) => {
    if (!document.nodes.some((node) => node.group !== undefined && ids.includes(node.id))) return document;
    const nodes = document.nodes.map((node) => (ids.includes(node.id) ? inGroup(node, undefined) : node));
    return withoutEmptyGroups({ ...document, nodes });
  };

/** One text for both languages, until the title has two. */
export const setGroupTitle =
  (id: string, text: string, language: keyof Bilingual): Edit =>
  (document) => {
    const groups = (document.groups ?? []).map((group) => {
      if (group.id !== id) return group;
      const title = typeof group.title === 'object' ? { ...group.title, [language]: text } : text;
      return { ...group, title };
    });
    return withList(document, 'groups', groups);
  };

/** What a frame is called, in both languages. */
export const groupTitle = (title: string | Bilingual): Bilingual =>
  typeof title === 'object' ? title : { en: title, zh: title };

export const nextNoteId = (document: GraphDocument): string =>
  freshName(
    'note',
    (document.notes ?? []).map((note) => note.id),
  );

export const addNote =
  (note: Omit<GraphNote, 'id'>, id?: string): Edit =>
  (document) =>
    withList(document, 'notes', [
      ...(document.notes ?? []),
      { ...note, id: id ?? nextNoteId(document), position: { x: snap(note.position.x), y: snap(note.position.y) } },
    ]);

export const changeNote =
  (id: string, change: Partial<Omit<GraphNote, 'id'>>): Edit =>
  (document) => {
    const before = document.notes?.find((note) => note.id === id);
    if (!before) return document;
    const next = {
      ...before,
      ...change,
      ...(change.position ? { position: { x: snap(change.position.x), y: snap(change.position.y) } } : {}),
    };
    if (JSON.stringify(next) === JSON.stringify(before)) return document;
    return withList(
      document,
      'notes',
      (document.notes ?? []).map((note) => (note.id === id ? next : note)),
    );
  };

export const removeNotes =
  (ids: readonly string[]): Edit =>
  (document) => {
    const notes = (document.notes ?? []).filter((note) => !ids.includes(note.id));
    return notes.length === (document.notes ?? []).length ? document : withList(document, 'notes', notes);
  };
