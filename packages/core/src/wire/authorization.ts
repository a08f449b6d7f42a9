// The scheme is a token, so "AAuthx" is another one and "AAuth=x" is this one with something that is not a credential.
const ofAAuth = /^[ \t]*aauth(?![!#$%&'*+.^_`|~0-9a-z-])/i
const credential = /^[ \t]*aauth +[a-z0-9._~+/-]+=*[ \t]*$/i

/** Whether a line of `Authorization` is of the scheme `AAuth`, well-formed or not. */
export function namesAAuth(line: string): boolean {
  return ofAAuth.test(line)
}

/** Whether it is the scheme in any case, one or more spaces, one token68 and nothing else (ACCESS-1, R11-193). */
export function isAAuthCredential(line: string): boolean {
  return credential.test(line)
}
