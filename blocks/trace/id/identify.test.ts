import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkElements, findEntry, parseDictionary, splitElements } from './application-identifiers.ts';
import { checkDigit, checkPair } from './check-digit.ts';
import { DICTIONARY } from './dictionary.ts';
import { identify } from './identify.ts';
import { dateOf } from './read-date.ts';

test.each([
  ['690123456789', '2'],
  ['0950600013435', '2'],
  ['34012345000000001', '7'],
  ['629104150021', '3'],
])('check digit of %s is %s (GS1 General Specifications, examples)', (digits, check) => expect(checkDigit(digits)).toBe(check));

test('check characters of a GMN: 1987654Ad4X4bL5ttr2310c2K (GS1 General Specifications, 7.9.5)', () =>
  expect(checkPair('1987654Ad4X4bL5ttr2310c')).toBe('2K'));

/** GS1 EPC Tag Data Standard, section 7, examples of the URIs beside their element strings. */
test.each([
  ['urn:epc:id:sgtin:0614141.812345.6789', { '01': '80614141123458', '21': '6789' }],
  ['urn:epc:id:sscc:0614141.1234567890', { '00': '106141412345678908' }],
  ['urn:epc:id:sgln:0614141.12345.400', { '414': '0614141123452', '254': '400' }],
])('%s', (uri, fields) => expect(identify(uri, undefined, true)).toMatchObject({ valid: true, fields }));

test('one thing, one canonical form: brackets, scan with separator, Digital Link, EPC URI', () => {
  const forms = [
    '(01)80614141123458(21)6789',
    ']d20180614141123458216789',
    'https://example.com/some/path/01/80614141123458/21/6789?linkType=all',
    'urn:epc:id:sgtin:0614141.812345.6789',
  ];
  for (const form of forms) expect(identify(form, undefined, true).id).toBe('https://id.gs1.org/01/80614141123458/21/6789');
});

test('a separator ends what has no fixed length', () =>
  expect(splitElements(']C1019501234567890310ABC\u001d21S1')).toEqual([
    ['01', '95012345678903'],
    ['10', 'ABC'],
    ['21', 'S1'],
  ]));

/** Twenty broken strings, each with the rule of the dictionary or standard that it breaks. */
test.each([
  ['6901234567891', 'check-digit'],
  ['340123450000000018', 'check-digit'],
  ['690123456789', 'check-digit'],
  ['12345', 'length'],
  ['(01)0950600013435', 'length'],
  ['(01)09506000134353', 'check-digit'],
  ['(01)0950600013435A', 'characters'],
  ['(01)09506000134352(17)261301', 'date'],
  ['(01)09506000134352(17)260230', 'date'],
  ['(01)09506000134352(10)', 'length'],
  ['(01)09506000134352(10)ABCDEFGHIJKLMNOPQRSTU', 'length'],
  ['(01)09506000134352(10)批号', 'characters'],
  ['(01)09506000134352(05)1', 'unknown-ai'],
  ['(10)ABC', 'missing-companion'],
  ['(01)09506000134352(21)A(235)B', 'excluded'],
  ['(01)09506000134352(10)A(10)B', 'repeated'],
  ['(01)09506000134352x(', 'length'],
  ['(8006)095060001343520302(01)09506000134352', 'number'],
  ['1.40.3', 'number'],
  ['88.118/abc', 'format'],
])('%s is refused: %s', (text, reason) => {
  const found = identify(text, text.startsWith('88') ? 'vaa' : undefined, true);
  expect([found.valid, found.reason]).toEqual([false, reason]);
});

test('others: VAA, Handle, DOI, OID, Ecode', () => {
  expect(identify('88.118.8/PUMP-7', undefined, true)).toMatchObject({
    valid: true,
    kind: 'vaa',
    fields: { region: '118', enterprise: '8', suffix: 'PUMP-7' },
  });
  expect(identify('hdl:86.1000.1/A/b', undefined, true)).toMatchObject({ kind: 'handle', id: 'hdl:86.1000.1/A/b' });
  expect(identify('doi:10.1000/182', undefined, true)).toMatchObject({ kind: 'handle', fields: { prefix: '10.1000' } });
  expect(identify('urn:oid:1.2.156.10197.1.401', undefined, true)).toMatchObject({ kind: 'oid', valid: true });
  expect(identify('100640123456789', 'ecode', true)).toMatchObject({
    valid: true,
    fields: { version: '1', nsi: '0064', md: '0123456789' },
  });
});

test('dates: the sliding century, and day 00 is the last of the month', () => {
  const now = Date.UTC(2026, 5, 1);
  expect(dateOf('260228', now)).toBe(Date.UTC(2026, 1, 28));
  expect(dateOf('240200', now)).toBe(Date.UTC(2024, 1, 29));
  expect(dateOf('991231', now)).toBe(Date.UTC(1999, 11, 31));
  expect(dateOf('760101', now)).toBe(Date.UTC(2076, 0, 1));
});

test('the dictionary has 224 entries, each of which reads', () => {
  const entries = parseDictionary(DICTIONARY);
  expect(entries).toHaveLength(224);
  for (const e of entries) expect(e.components.length, e.from).toBeGreaterThan(0);
  expect(findEntry('3103')?.title).toBe('NET WEIGHT (kg)');
});

const data = new URL('../../../../shared/data/', import.meta.url);
test.skipIf(!existsSync(data))('the dictionary is the published one; the element strings of 100 DataBar images are read', () => {
  const published = parseDictionary(readFileSync(new URL('gs1/gs1-syntax-dictionary.txt', data), 'utf8'));
  expect(parseDictionary(DICTIONARY)).toEqual(published);
  const faults: string[] = [];
  let read = 0;
  for (const folder of ['rssexpanded-1', 'rssexpandedstacked-1'])
    for (const file of readdirSync(new URL(`barcode/${folder}/`, data)).filter((f) => f.endsWith('.txt'))) {
      const text = readFileSync(new URL(`barcode/${folder}/${file}`, data), 'utf8').trim();
      const elements = splitElements(text);
      const fault = 'reason' in elements ? elements : checkElements(elements, false);
      read++;
      if (fault) faults.push(`${folder}/${file} ${fault.reason} ${fault.at}`);
    }
  expect(read).toBeGreaterThan(90);
  // test symbols of a decoder that break the published rules: 54 digits in N..15, letters in N..15, a space in the lot, 13 digits of three-digit countries
  expect(faults.sort()).toEqual([
    'rssexpanded-1/32.txt length 423',
    'rssexpandedstacked-1/13.txt length 3922',
    'rssexpandedstacked-1/15.txt characters 3932',
    'rssexpandedstacked-1/16.txt characters 3932',
    'rssexpandedstacked-1/17.txt characters 3932',
    'rssexpandedstacked-1/23.txt length 423',
    'rssexpandedstacked-1/47.txt characters 10',
  ]);
});
