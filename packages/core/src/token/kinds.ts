/** The tokens an agent can present to a resource (draft 11 §11.3.2). */
export type TokenKind = 'agent-token' | 'person-token' | 'auth-token'

/** The supported generations of the wire format: drafts 01 to 10, and draft 11. */
export type Generation = 'mission-header' | 'person-token'

/** The role of an issuer; each role has its own metadata document. */
export type IssuerRole = 'agent-provider' | 'person-server' | 'access-server'

/** `typ` alone tells a person token from an auth token (draft 11 §13.11). Exact strings only (D17). */
export const kindOfTyp: ReadonlyMap<unknown, TokenKind> = new Map([
  ['aa-agent+jwt', 'agent-token'],
  ['aa-person+jwt', 'person-token'],
  ['aa-auth+jwt', 'auth-token'],
] as const)

/** The closed set of well-known documents, so that `dwk` can never carry a path (JWT-8, G08). */
export type WellKnownDocument =
  | 'aauth-agent.json'
  | 'aauth-person.json'
  | 'aauth-access.json'
  | 'aauth-resource.json'

const roles: ReadonlyMap<string, readonly [IssuerRole, WellKnownDocument]> = new Map([
  ['agent-token aauth-agent.json', ['agent-provider', 'aauth-agent.json']],
  ['person-token aauth-person.json', ['person-server', 'aauth-person.json']],
  ['auth-token aauth-person.json', ['person-server', 'aauth-person.json']],
  ['auth-token aauth-access.json', ['access-server', 'aauth-access.json']],
] as const)

/** The role in which the issuer of a token acts, by kind and `dwk`; `undefined` if they do not belong together. */
export function issuerRole(
  kind: TokenKind,
  dwk: unknown,
): readonly [IssuerRole, WellKnownDocument] | undefined {
  return typeof dwk === 'string' ? roles.get(`${kind} ${dwk}`) : undefined
}
