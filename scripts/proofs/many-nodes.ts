// An OPC UA server in a process of its own; says when it is ready.
import { manyVariables } from '#blocks/connectors/opcua/many-variables.testing.ts';

const [port = 0, nodes = 0] = process.argv.slice(2).map(Number);
await manyVariables(port, nodes);
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
