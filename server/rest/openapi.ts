import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';

/** The OpenAPI 3.1 document of these endpoints. JSON Schema 2020-12 is what both zod writes and OpenAPI 3.1 reads. */
export function openApiDocument(endpoints: readonly Endpoint[], server: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const endpoint of endpoints) {
    const path = paths[endpoint.path] ?? {};
    paths[endpoint.path] = path;
    path[endpoint.method] = operation(endpoint);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Millwright',
      version: '1',
      description:
        'For programs outside: write samples, read tags, history and alarms of one organization. Keys are created by administrators. Errors are RFC 9457 problem details; `code` is stable.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: server }],
    security: [{ key: [] }],
    paths,
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'API key of the organization: `mw_…`' } },
      schemas: { Problem: jsonSchema(problemSchema, 'output') },
    },
  };
}

function operation(endpoint: Endpoint): Record<string, unknown> {
  const query = jsonSchema(endpoint.query, 'input') as {
    properties?: Record<string, Record<string, unknown>>;
    required?: string[];
  };
  const parameters = Object.entries(query.properties ?? {}).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: query.required?.includes(name) ?? false,
    ...(description ? { description } : {}),
    schema,
  }));
  const problem = (description: string) => ({
    description,
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  });
  return {
    operationId: endpoint.id,
    summary: endpoint.summary,
    description: `${endpoint.description}\n\nScope: \`${endpoint.scope}\`.`,
    parameters,
    ...(endpoint.body
      ? { requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(endpoint.body, 'input') } } } }
      : {}),
    responses: {
      200: { description: 'Done.', content: { 'application/json': { schema: jsonSchema(endpoint.answer, 'output') } } },
      400: problem('The input is not valid; `errors` says where.'),
      401: problem('No key, or one that is not known.'),
      403: problem('The key lacks the scope.'),
      404: problem('Something named in the request does not exist in this organization.'),
      503: problem('Not available now; try again.'),
    },
  };
}

export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string().describe('What was wrong and what would be right.'),
  code: z.string().describe('Stable code.'),
  errors: z.array(z.object({ path: z.string(), detail: z.string() })).optional(),
});

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' });
  return rest;
}
