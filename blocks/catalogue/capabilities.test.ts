import { expect, test } from 'vitest';
import { CAPABILITIES, capabilityWords } from '#blocks/sdk/capability-words.ts';
import { CAPABILITY_OF } from '#runtime/effects/requests.ts';
import { blockCatalogue } from './browser.ts';

const CHINESE = /\p{Script=Han}/u;

/** The vocabulary as it is agreed; kinds of records stand for all of them. */
const VOCABULARY = [
  ...[
    'tag.read',
    'history.read',
    'tag.write',
    'command.send',
    'record.read:order',
    'record.write:workorder',
    'event.emit',
    'alarm.raise',
  ],
  ...[
    'notify.send',
    'file.read',
    'camera.read',
    'net.egress:api.example.com',
    'tenant.read',
    'tenant.share',
    'ledger.post',
    'model.load',
  ],
  ...['compute.heavy', 'llm.call', 'screen.render', 'secret:erp'],
];

test('no capability is without words in both languages', () => {
  const catalogue = blockCatalogue();
  const asked = catalogue
    .ids()
    .flatMap((id) => catalogue.block(id, catalogue.versions(id)[0] ?? '')?.manifest.capabilities ?? []);
  const performed = Object.values(CAPABILITY_OF).filter((capability) => capability !== null);
  const without = [...VOCABULARY, ...CAPABILITIES, ...asked, ...performed].filter((capability) => {
    const words = capabilityWords(capability);
    return !words?.en || !CHINESE.test(words.zh);
  });
  expect(without).toEqual([]);
});

test('what a block has the host do is among the capabilities that it asks for', () => {
  const catalogue = blockCatalogue();
  const of = (id: string) => catalogue.block(id, catalogue.versions(id)[0] ?? '')?.manifest.capabilities;
  expect(of('millwright/learn.onnx')).toEqual([CAPABILITY_OF['compute.onnx']]);
  expect(of('millwright/source.history')).toEqual([CAPABILITY_OF['history.read']]);
  expect(of('millwright/optimize.jobshop')).toEqual([CAPABILITY_OF['compute.jobshop']]);
});

test('one that is not known has none', () => {
  expect(capabilityWords('machine.explode')).toBeUndefined();
  expect(capabilityWords('record.read:nothing')).toBeUndefined();
});
