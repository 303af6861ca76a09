/** The part of the library that `units.ts` uses; it ships no types. */
declare module '@lhncbc/ucum-lhc/source-cjs/ucumLhcUtils.js' {
  interface Unit {
    readonly csCode_: string;
    readonly printSymbol_: string | null;
    readonly magnitude_: number;
    readonly cnv_: string | null;
    readonly cnvPfx_: number;
    readonly dim_: { readonly dimVec_: readonly number[] | null } | null;
    readonly isArbitrary_: boolean;
    readonly moleExp_: number;
  }
  interface Utils {
    getSpecifiedUnit(code: string, mode: 'validate'): { readonly unit: Unit | null; readonly retMsg?: readonly string[] };
    convertUnitTo(
      from: string,
      value: number,
      to: string,
    ): { readonly status: string; readonly toVal: number | null; readonly msg: readonly string[] };
  }
  interface Library {
    getInstance(): Utils;
  }
  export const UcumLhcUtils: Library | undefined;
  const ucum: { readonly UcumLhcUtils: Library };
  export default ucum;
}
