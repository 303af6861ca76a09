import type { AppParameter, GraphDocument, Subgraph } from '#runtime/graph/document.ts';
import type { JsonSchema } from '#runtime/graph/manifest.ts';
import { type FieldFacts, fieldKind } from '../_session/starter.ts';
import { type Edit, together } from './edit.ts';
import { everyNode, withReference } from './everywhere.ts';
import { freshName } from './names.ts';
import { setParam } from './nodes.ts';

/** Adds an app parameter or replaces the one of that key; a changed key follows into every node. */
export const putParameter =
  (parameter: AppParameter, formerKey?: string): Edit =>
  (document) => {
    const old = formerKey ?? parameter.key;
    const known = document.parameters.some((entry) => entry.key === old);
    const parameters = known
      ? document.parameters.map((entry) => (entry.key === old ? parameter : entry))
      : [...document.parameters, parameter];
    if (!known || old === parameter.key) return { ...document, parameters };
    return everyNode({ ...document, parameters }, (node) => withReference(node, old, { $parameter: parameter.key }), hides(old));
  };

/** Takes an app parameter away; nodes that refer to it keep its default as their own value. */
export const removeParameter =
  (key: string): Edit =>
  (document) => {
    const gone = document.parameters.find((parameter) => parameter.key === key);
    if (!gone) return document;
    const parameters = document.parameters.filter((parameter) => parameter.key !== key);
    return everyNode({ ...document, parameters }, (node) => withReference(node, key, gone.default), hides(key));
  };

/** In a subgraph with a parameter of that key, the key means its own. */
const hides = (key: string) => (part: Subgraph) => part.parameters.some((parameter) => parameter.key === key);

/** Ends the reference of one node: the default becomes the node's own value. */
export const unlinkParameter =
  (node: string, name: string): Edit =>
  (document) => {
    const key = parameterOf(document.nodes.find((one) => one.id === node)?.params[name]);
    const parameter = document.parameters.find((one) => one.key === key);
    return setParam(node, name, parameter?.default)(document);
  };

export const linkParameter = (node: string, name: string, key: string): Edit => setParam(node, name, { $parameter: key });

/** Makes what a node holds now into an app parameter that installers set, and lets the node refer to it. */
export const liftParameter =
  (node: string, name: string, parameter: AppParameter): Edit =>
  (document) =>
    together(putParameter(parameter), linkParameter(node, name, parameter.key))(document);

/** The app parameter that a node's setting would become; undefined when the setting is of a kind that only the app's maker sets. */
export function parameterFor(
  document: GraphDocument,
  name: string,
  schema: JsonSchema,
  meta: FieldFacts,
  value: unknown,
): AppParameter | undefined {
  const kind = fieldKind(schema);
  const type =
    kind === 'number' || kind === 'duration'
      ? schema.type === 'integer'
        ? ('integer' as const)
        : ('number' as const)
      : kind === 'boolean'
        ? ('boolean' as const)
        : kind === 'enum' || kind === 'text'
          ? ('text' as const)
          : undefined;
  if (type === undefined) return undefined;
  const now = value ?? schema.default ?? { number: 0, integer: 0, boolean: false, text: '' }[type];
  if (typeof now !== 'number' && typeof now !== 'boolean' && typeof now !== 'string') return undefined;
  const options = kind === 'enum' ? schema.enum?.filter((one): one is string => typeof one === 'string') : undefined;
  return {
    key: freshName(
      name,
      document.parameters.map((one) => one.key),
    ),
    title: meta.title ? { en: meta.title.en, zh: meta.title.zh } : { en: name, zh: name },
    type,
    ...(meta.unit && type !== 'text' && type !== 'boolean' ? { unit: meta.unit } : {}),
    ...(options ? { options } : {}),
    default: now,
  };
}

/** App parameters that a setting may refer to: of its type and, where both have one, its unit. */
export const fittingParameters = (document: GraphDocument, wanted: AppParameter): AppParameter[] =>
  document.parameters.filter(
    (one) =>
      (one.type === wanted.type || (wanted.type === 'number' && one.type === 'integer')) &&
      (one.unit === undefined || wanted.unit === undefined || one.unit === wanted.unit),
  );

/** The app parameter that a node's parameter refers to, if it is a reference. */
export function parameterOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('$parameter' in value)) return undefined;
  return typeof value.$parameter === 'string' ? value.$parameter : undefined;
}
