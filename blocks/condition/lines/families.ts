/** Geometry of a rolling bearing; any one unit of length. */
export interface Bearing {
  readonly balls: number;
  readonly ballDiameter: number;
  readonly pitchDiameter: number;
  /** Contact angle, degrees. */
  readonly angle: number;
}
export interface Family {
  /** Short name, the same in every language: BPFO, BPFI, 2BSF, FTF, shaft, supply, bar. */
  readonly name: string;
  /** Fundamental, Hz. */
  readonly frequency: number;
}

/**
 * Frequencies of a bearing with a fixed outer ring at shaft speed `shaft`, Hz (Randall & Antoni 2011, eqs 1–4; catalogue R.7).
 * A ball defect strikes both races in one turn of the ball, so its line is twice the spin frequency BSF.
 */
export function bearingFrequencies(b: Bearing, shaft: number): { BPFO: number; BPFI: number; FTF: number; BSF: number } {
  const ratio = (b.ballDiameter / b.pitchDiameter) * Math.cos((b.angle * Math.PI) / 180);
  return {
    BPFO: (b.balls / 2) * shaft * (1 - ratio),
    BPFI: (b.balls / 2) * shaft * (1 + ratio),
    FTF: (shaft / 2) * (1 - ratio),
    BSF: (b.pitchDiameter / (2 * b.ballDiameter)) * shaft * (1 - ratio * ratio),
  };
}

export function bearingFamilies(b: Bearing, shaft: number): Family[] {
  const f = bearingFrequencies(b, shaft);
  return [
    { name: 'BPFO', frequency: f.BPFO },
    { name: 'BPFI', frequency: f.BPFI },
    { name: '2BSF', frequency: 2 * f.BSF },
    { name: 'FTF', frequency: f.FTF },
    { name: 'shaft', frequency: shaft },
  ];
}

/** Slip of an induction motor: share by which the shaft lags behind the field of `supply` Hz and `poles` poles. */
export const slipOf = (shaft: number, supply: number, poles: number): number => 1 - (shaft * poles) / (2 * supply);

/** Lines of a motor's current: the supply and the sidebands f(1 ∓ 2s) that broken rotor bars make (Thomson & Fenger 2001). */
export function motorFamilies(shaft: number, supply: number, poles: number): Family[] {
  const slip = slipOf(shaft, supply, poles);
  return [
    { name: 'supply', frequency: supply },
    { name: 'bar-', frequency: supply * (1 - 2 * slip) },
    { name: 'bar+', frequency: supply * (1 + 2 * slip) },
  ];
}
