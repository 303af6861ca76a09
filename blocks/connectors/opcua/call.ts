import { BrowseDirection, type ClientSession, NodeClass, type Variant } from 'node-opcua';
import { type CallResult, ConnectorError } from '#blocks/sdk/connector.ts';
import { plainOf, variantValue } from './values.ts';

type Argument = number | boolean | string;
const no = (code: string, en: string, zh: string): CallResult => ({ ok: false, code, reason: { en, zh } });

/**
 * Calls a method of the object that a variable belongs to, by the method's browse name. Arguments are given in the data types that the method declares
 * (OPC UA Part 4, 5.12.2; Part 3, 4.7); a method that asks for others is not called.
 */
export async function callMethod(
  session: ClientSession,
  nodeId: string,
  method: string,
  given: readonly Argument[],
): Promise<CallResult> {
  const objectId = await ownerOf(session, nodeId);
  const methodId = await methodOf(session, objectId, method);
  if (!methodId)
    return no('opcua.no-method', `The object ${objectId} has no method “${method}”.`, `对象 ${objectId} 没有方法“${method}”。`);
  const { inputArguments } = await session.getArgumentDefinition(methodId);
  if (inputArguments.length !== given.length)
    return no(
      'opcua.arguments',
      `“${method}” takes ${inputArguments.length} arguments, ${given.length} were given.`,
      `“${method}”需要 ${inputArguments.length} 个参数，实际给出 ${given.length} 个。`,
    );
  const converted: Pick<Variant, 'dataType' | 'value'>[] = [];
  for (const [i, argument] of inputArguments.entries()) {
    const dataType = await session.getBuiltInDataType(argument.dataType).catch(() => undefined);
    const basic = dataType ?? Number(argument.dataType.value);
    const value = variantValue(given[i] as Argument, basic);
    if (value === undefined)
      return no(
        'opcua.arguments',
        `“${String(given[i])}” does not fit the argument ${argument.name ?? i + 1} of “${method}”.`,
        `“${String(given[i])}”不符合“${method}”的参数 ${argument.name ?? i + 1}。`,
      );
    converted.push({ dataType: basic, value });
  }
  const result = await session.call({ objectId, methodId, inputArguments: converted });
  if (result.statusCode.isNotGood())
    return no(
      'opcua.method',
      `The server answers ${result.statusCode.name}: ${result.statusCode.description}`,
      `服务器返回 ${result.statusCode.name}。`,
    );
  return { ok: true, outputs: (result.outputArguments ?? []).map((variant) => plainOf(variant) ?? null) };
}

/** The object that has the variable as a component. */
async function ownerOf(session: ClientSession, nodeId: string): Promise<string> {
  const found = await session.browse({
    nodeId,
    browseDirection: BrowseDirection.Inverse,
    referenceTypeId: 'HierarchicalReferences',
    includeSubtypes: true,
    nodeClassMask: NodeClass.Object,
    resultMask: 63,
  });
  const owner = found.references?.[0]?.nodeId.toString();
  if (owner) return owner;
  throw new ConnectorError('address', 'opcua.no-object', {
    en: `“${nodeId}” belongs to no object whose methods could be called.`,
    zh: `“${nodeId}”不属于任何可调用方法的对象。`,
  });
}

async function methodOf(session: ClientSession, objectId: string, method: string): Promise<string | undefined> {
  const found = await session.browse({
    nodeId: objectId,
    browseDirection: BrowseDirection.Forward,
    referenceTypeId: 'HasComponent',
    includeSubtypes: true,
    nodeClassMask: NodeClass.Method,
    resultMask: 63,
  });
  return found.references?.find((r) => r.browseName.name === method)?.nodeId.toString();
}
