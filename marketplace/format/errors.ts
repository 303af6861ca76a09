/** Why a package is refused. `path` is the file inside the package where there is one. */
export class PackageError extends Error {
  readonly code: PackageErrorCode;
  readonly path: string | undefined;
  constructor(code: PackageErrorCode, message: string, path?: string) {
    super(message);
    this.name = 'PackageError';
    this.code = code;
    this.path = path;
  }
}
export type PackageErrorCode =
  | 'package.not-a-zip'
  | 'package.too-large'
  | 'package.bad-path'
  | 'package.part-missing'
  | 'package.file-altered'
  | 'package.file-unlisted'
  | 'package.file-missing'
  | 'package.unsigned'
  | 'package.signature-invalid'
  | 'package.publisher-unknown'
  | 'package.newer-format'
  | 'package.manifest-invalid';
