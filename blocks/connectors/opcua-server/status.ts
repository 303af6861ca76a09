import { type StatusCode, StatusCodes } from 'node-opcua';
import { classOf, type SubCode, subCodeOf } from '#runtime/batch/quality.ts';

/** Status codes (OPC UA Part 8, 6.3, and Part 4, 7.39) that say what our quality says; `opcua/values.ts` reads them back as the same. */
const UNCERTAIN: Partial<Record<SubCode, StatusCode>> = {
  stale: StatusCodes.UncertainLastUsableValue,
  'out-of-range': StatusCodes.UncertainEngineeringUnitsExceeded,
  clipped: StatusCodes.UncertainEngineeringUnitsExceeded,
  substituted: StatusCodes.UncertainSubstituteValue,
  link: StatusCodes.UncertainNoCommunicationLastUsableValue,
  'sensor-fault': StatusCodes.UncertainSensorNotAccurate,
};
const BAD: Partial<Record<SubCode, StatusCode>> = {
  stale: StatusCodes.BadTimeout,
  'out-of-range': StatusCodes.BadOutOfRange,
  link: StatusCodes.BadNoCommunication,
  'sensor-fault': StatusCodes.BadSensorFailure,
  missing: StatusCodes.BadWaitingForInitialData,
};

export function statusOf(quality: number): StatusCode {
  const sub = subCodeOf(quality);
  const kind = classOf(quality);
  if (kind === 'good') return sub === 'manual' ? StatusCodes.GoodLocalOverride : StatusCodes.Good;
  return kind === 'uncertain' ? (UNCERTAIN[sub] ?? StatusCodes.Uncertain) : (BAD[sub] ?? StatusCodes.Bad);
}

/** How a command that was not carried out is told to the client that wrote. */
const REFUSED: Readonly<Record<string, StatusCode>> = {
  'not-writable': StatusCodes.BadNotWritable,
  'out-of-limits': StatusCodes.BadOutOfRange,
  'too-often': StatusCodes.BadTooManyOperations,
  'no-connection': StatusCodes.BadNoCommunication,
  'tag-gone': StatusCodes.BadNotConnected,
  'not-a-number': StatusCodes.BadTypeMismatch,
  expired: StatusCodes.BadTimeout,
  'outcome-unknown': StatusCodes.BadTimeout,
  'device-refused': StatusCodes.BadDeviceFailure,
  'not-read-back': StatusCodes.BadDeviceFailure,
  'readback-differs': StatusCodes.BadDeviceFailure,
};
export const refusedStatus = (code: string | undefined): StatusCode => REFUSED[code ?? ''] ?? StatusCodes.BadInvalidState;
