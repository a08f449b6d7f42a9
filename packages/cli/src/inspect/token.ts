import { calculateJwkThumbprint, type JWK } from 'jose'

export type JsonObject = Readonly<Record<string, unknown>>

/** A compact JWS, decoded. Nothing in it is verified. */
export interface UntrustedToken {
  readonly text: string
  readonly header: JsonObject
  readonly claims: JsonObject
  readonly kind: TokenKind | undefined
  /** `undefined` where the token is the same in all drafts, or says nothing of it. */
  readonly generation: 'mission-header' | 'person-token' | 'both' | undefined
  /** RFC 7638, of `cnf.jwk`. */
  readonly thumbprint: string | undefined
}

export type TokenKind = 'agent-token' | 'person-token' | 'auth-token' | 'resource-token'

const kindOfTyp: ReadonlyMap<unknown, TokenKind> = new Map([
  ['aa-agent+jwt', 'agent-token'],
  ['aa-person+jwt', 'person-token'],
  ['aa-auth+jwt', 'auth-token'],
  ['aa-resource+jwt', 'resource-token'],
])
/** Claims that only one generation has: docs/decisions.md#generations. */
const claimsOf = {
  'mission-header': ['agent', 'act', 'mission'],
  'person-token': ['ps', 'mission_s256', 'presented_jti'],
} as const

const compact = /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/

/** Whether a text has the form of a token. */
export function isToken(text: string): boolean {
  return compact.test(text)
}

/** `undefined` where header and claims are not JSON objects. */
export async function decodeToken(text: string): Promise<UntrustedToken | undefined> {
  const [header, claims] = text.split('.').slice(0, 2).map(decodeObject)
  if (header === undefined || claims === undefined) return undefined
  const kind = kindOfTyp.get(header.typ)
  const thumbprint = await thumbprintOf((claims.cnf as JsonObject | undefined)?.jwk)
  return { text, header, claims, kind, generation: generationOf(kind, claims), thumbprint }
}

function generationOf(kind: TokenKind | undefined, claims: JsonObject): UntrustedToken['generation'] {
  if (kind === 'person-token') return 'person-token'
  if (kind !== 'auth-token' && kind !== 'resource-token') return undefined
  const [older, newer] = Object.values(claimsOf).map((names) => names.some((name) => name in claims))
  if (older && newer) return 'both'
  return older ? 'mission-header' : newer ? 'person-token' : undefined
}

function decodeObject(part: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : undefined
  } catch {
    return undefined
  }
}

async function thumbprintOf(jwk: unknown): Promise<string | undefined> {
  if (typeof jwk !== 'object' || jwk === null) return undefined
  try {
    return await calculateJwkThumbprint(jwk as JWK)
  } catch {
    return undefined
  }
}
