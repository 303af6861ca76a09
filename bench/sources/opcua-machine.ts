// An OPC UA server whose variables count: each change is one value that a subscription must bring.
import { DataType, StatusCodes, type UAVariable } from 'node-opcua';
import { manyVariables } from '#blocks/connectors/opcua/many-variables.testing.ts';
import { machine, type ToMachine } from './values.ts';

let variables: readonly UAVariable[] = [];
const turns = machine((from, to, next) => {
  const now = new Date();
  for (let i = from; i < to; i++)
    variables[i]?.setValueFromSource({ dataType: DataType.Double, value: next(i) }, StatusCodes.Good, now);
});

async function start(port: number, count: number): Promise<void> {
  variables = await manyVariables(port, count);
  turns.of(count);
}

process.on('message', (message: ToMachine) => {
  if ('start' in message) void start(message.start.port, message.start.variables);
  else turns.spread(message.spread);
});
