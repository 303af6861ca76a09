import {
  AttributeIds,
  BrowseDirection,
  type BrowseResult,
  type ClientSession,
  DataType,
  makeBrowsePath,
  NodeClass,
  type NodeId,
  type ReferenceDescription,
} from 'node-opcua';
import { type BrowseNode, type BrowsePage, ConnectorError, type TagValueType } from '#blocks/sdk/connector.ts';
import { ucumOf } from './units.ts';
import { valueOfVariant } from './values.ts';

const OBJECTS_FOLDER = 'ns=0;i=85';
const PAGE = 100;
const WRITABLE = 0x02; // AccessLevel bit CurrentWrite, OPC UA Part 3, 8.57

/** Objects and variables below a node, `PAGE` at a time by the server's own continuation points. */
export async function browseNodes(session: ClientSession, path: string, page: string | undefined): Promise<BrowsePage> {
  let result: BrowseResult;
  if (page === undefined) {
    session.requestedMaxReferencesPerNode = PAGE;
    result = await session.browse({
      nodeId: path || OBJECTS_FOLDER,
      browseDirection: BrowseDirection.Forward,
      referenceTypeId: 'HierarchicalReferences',
      includeSubtypes: true,
      nodeClassMask: NodeClass.Object | NodeClass.Variable,
      resultMask: 63,
    });
  } else {
    result = await session.browseNext(Buffer.from(page, 'base64url'), false);
  }
  if (result.statusCode.isNotGood()) {
    throw new ConnectorError('address', 'opcua.browse', {
      en: `“${path}” cannot be listed: ${result.statusCode.description}`,
      zh: `无法列出“${path}”：${result.statusCode.description}`,
    });
  }
  const references = result.references ?? [];
  const nodes = await nodesOf(session, references);
  const point = result.continuationPoint;
  return { nodes, ...(point && point.length > 0 ? { next: Buffer.from(point).toString('base64url') } : {}) };
}

async function nodesOf(session: ClientSession, references: readonly ReferenceDescription[]): Promise<BrowseNode[]> {
  const variables = references
    .filter((reference) => reference.nodeClass === NodeClass.Variable)
    .map((reference) => reference.nodeId);
  const facts = await variableFacts(session, variables);
  return references.map((reference): BrowseNode => {
    const address = reference.nodeId.toString();
    const name = reference.displayName.text ?? reference.browseName.name ?? address;
    if (reference.nodeClass !== NodeClass.Variable) return { path: address, name, folder: true };
    return { path: address, name, folder: false, address, ...facts.get(address) };
  });
}

/** Type, access, value, unit and range of the variables of a page, in three requests. */
async function variableFacts(
  session: ClientSession,
  variables: readonly NodeId[],
): Promise<Map<string, Pick<BrowseNode, 'suggested' | 'value'>>> {
  const found = new Map<string, Pick<BrowseNode, 'suggested' | 'value'>>();
  if (variables.length === 0) return found;
  const attributes = await session.read(
    variables.flatMap((nodeId) => [
      { nodeId, attributeId: AttributeIds.Value },
      { nodeId, attributeId: AttributeIds.AccessLevel },
    ]),
  );
  const paths = await session.translateBrowsePath(
    variables.flatMap((nodeId) => [makeBrowsePath(nodeId, '.EngineeringUnits'), makeBrowsePath(nodeId, '.EURange')]),
  );
  const targets: (NodeId | undefined)[] = paths.map((path) => path.targets?.[0]?.targetId);
  const wanted = targets.filter((target) => target !== undefined);
  const properties =
    wanted.length > 0 ? await session.read(wanted.map((nodeId) => ({ nodeId, attributeId: AttributeIds.Value }))) : [];
  const propertyOf = (target: NodeId | undefined) => (target ? properties[wanted.indexOf(target)]?.value?.value : undefined);
  variables.forEach((nodeId, i) => {
    const value = attributes[2 * i]?.value;
    const access = Number(attributes[2 * i + 1]?.value?.value ?? 0);
    const unit = propertyOf(targets[2 * i]) as { unitId?: number; displayName?: { text?: string } } | undefined;
    const range = propertyOf(targets[2 * i + 1]) as { low?: number; high?: number } | undefined;
    const ucum = unit ? ucumOf(unit.unitId ?? 0, unit.displayName?.text) : undefined;
    const type = tagType(value?.dataType);
    found.set(nodeId.toString(), {
      suggested: {
        type,
        access: access & WRITABLE ? 'rw' : 'r',
        ...(ucum ? { unit: ucum } : {}),
        ...(typeof range?.low === 'number' && typeof range.high === 'number' ? { low: range.low, high: range.high } : {}),
      },
      value: String(valueOfVariant(value, type) ?? '').slice(0, 80),
    });
  });
  return found;
}

function tagType(dataType: DataType | undefined): TagValueType {
  if (dataType === DataType.Boolean) return 'boolean';
  if (dataType === DataType.Float || dataType === DataType.Double) return 'number';
  return dataType !== undefined && dataType >= DataType.SByte && dataType <= DataType.UInt64 ? 'integer' : 'text';
}
