import type { TagRole } from '#runtime/graph/document.ts';
import type { Edit } from './edit.ts';
import { everyNode } from './everywhere.ts';

/** Adds a role or replaces the one of that name; a changed name follows into every node parameter that held the old one. */
export const putRole =
  (role: TagRole, formerName?: string): Edit =>
  (document) => {
    const old = formerName ?? role.name;
    const known = document.roles.some((entry) => entry.name === old);
    const roles = known ? document.roles.map((entry) => (entry.name === old ? role : entry)) : [...document.roles, role];
    if (!known || old === role.name) return { ...document, roles };
    return everyNode({ ...document, roles }, (node) =>
      node.params.role === old ? { ...node, params: { ...node.params, role: role.name } } : node,
    );
  };

export const removeRole =
  (name: string): Edit =>
  (document) =>
    document.roles.some((role) => role.name === name)
      ? { ...document, roles: document.roles.filter((role) => role.name !== name) }
      : document;
