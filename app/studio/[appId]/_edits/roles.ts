import type { AppParameter, TagRole } from '#runtime/graph/document.ts';
import type { Edit } from './edit.ts';

/** Adds a role or replaces the one of that name; a changed name follows into every node parameter that held the old one. */
export const putRole =
  (role: TagRole, formerName?: string): Edit =>
  (document) => {
    const old = formerName ?? role.name;
    const known = document.roles.some((entry) => entry.name === old);
    const roles = known ? document.roles.map((entry) => (entry.name === old ? role : entry)) : [...document.roles, role];
    if (!known || old === role.name) return { ...document, roles };
    return {
      ...document,
      roles,
      nodes: document.nodes.map((node) =>
        node.params.role === old ? { ...node, params: { ...node.params, role: role.name } } : node,
      ),
    };
  };

export const removeRole =
  (name: string): Edit =>
  (document) =>
    document.roles.some((role) => role.name === name)
      ? { ...document, roles: document.roles.filter((role) => role.name !== name) }
      : document;

export const putParameter =
  (parameter: AppParameter, formerKey?: string): Edit =>
  (document) => {
    const old = formerKey ?? parameter.key;
    const known = document.parameters.some((entry) => entry.key === old);
    const parameters = known
      ? document.parameters.map((entry) => (entry.key === old ? parameter : entry))
      : [...document.parameters, parameter];
    if (!known || old === parameter.key) return { ...document, parameters };
    return {
      ...document,
      parameters,
      nodes: document.nodes.map((node) => {
        const params = Object.fromEntries(
          Object.entries(node.params).map(([name, value]) => [
            name,
            parameterOf(value) === old ? { $parameter: parameter.key } : value,
          ]),
        );
        return JSON.stringify(params) === JSON.stringify(node.params) ? node : { ...node, params };
      }),
    };
  };

export const removeParameter =
  (key: string): Edit =>
  (document) =>
    document.parameters.some((parameter) => parameter.key === key)
      ? { ...document, parameters: document.parameters.filter((parameter) => parameter.key !== key) }
      : document;

/** The app parameter that a node's parameter refers to, if it is a reference. */
export function parameterOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('$parameter' in value)) return undefined;
  return typeof value.$parameter === 'string' ? value.$parameter : undefined;
}
