import { isUnsigned } from './signature-headers.ts'
import type { SignedRequest } from './signed-request.ts'

// The scheme is a token, so "AAuthx" is another one and "AAuth=x" is this one with something that is not a credential.
const ofAAuth = /^[ \t]*aauth(?![!#$%&'*+.^_`|~0-9a-z-])/i
const anyScheme = /^[ \t]*([!#$%&'*+.^_`|~0-9a-z-]+)/i
const credential = /^[ \t]*aauth +[a-z0-9._~+/-]+=*[ \t]*$/i

/** Whether a line of `Authorization` is of the scheme `AAuth`, well-formed or not. */
export function namesAAuth(line: string): boolean {
  return ofAAuth.test(line)
}

/** Whether it is the scheme in any case, one or more spaces, one token68 and nothing else (ACCESS-1, R11-193). */
export function isAAuthCredential(line: string): boolean {
  return credential.test(line)
}

/** The token68 of a line of the scheme `AAuth`. */
export function credentialOf(line: string): string | undefined {
  return isAAuthCredential(line) ? line.trim().split(' ').pop() : undefined
}

/**
 * Whether the request carries anything of AAuth: a signature field, or `Authorization` of the scheme `AAuth`. Empty and
 * malformed ones count.
 */
export function isAAuthRequest(request: SignedRequest): boolean {
  return !isUnsigned(request) || partsOf(request.header('authorization')).some(namesAAuth)
}

/** Whether lines of `Authorization` are of a scheme, which is given in lower case. */
export function namesScheme(lines: readonly string[], scheme: string): boolean {
  return partsOf(lines).some((part) => anyScheme.exec(part)?.[1]?.toLowerCase() === scheme)
}

/** A host may have joined several lines into one. */
function partsOf(lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split(','))
}
