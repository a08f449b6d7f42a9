import type { VerifiedClaims } from '../token/claims.ts'
import type { Consent, KeyValues } from './consent.ts'
import type { Sealer } from './sealing.ts'

/** Seconds that a session value lasts at most. */
export const maxSessionLifetime = 3600
/** Seconds for which a value counts after another one has replaced it, for requests that are under way. */
const overlap = 60
/** Keys of one owner whose values count at the same time, and replaced values of one key. */
const maxKeys = 8
const maxReplaced = 8

/** What is sealed in a value of `AAuth-Access`. */
export interface SessionValue {
  readonly consent: string
  /** The digest of the owner (`ownerDigest`). */
  readonly owner: string
  readonly thumbprint: string
  /** The token beside which it was issued. */
  readonly source: Pick<VerifiedClaims, 'iss' | 'jti' | 'iat'>
  /** Which value of the consent it is. */
  readonly number: number
  /** Seconds. */
  readonly exp: number
}

const kind = 'session'
type Packed = [string, string, string, string, string, number, number, number]

/** @returns a token68; `undefined` if it would be too long for a header field, as with an excessive `jti` */
export async function sealSession(sealer: Sealer, value: SessionValue): Promise<string | undefined> {
  const { consent, owner, thumbprint, source, number, exp } = value
  const packed: Packed = [consent, owner, thumbprint, source.iss, source.jti, source.iat, number, exp]
  try {
    return await sealer.sealText(kind, new TextEncoder().encode(JSON.stringify(packed)))
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** What this resource sealed as a session; `undefined` for anything else. Never rejects. */
export async function openSession(sealer: Sealer, text: string): Promise<SessionValue | undefined> {
  const octets = await sealer.openText(kind, text)
  if (octets === undefined) return undefined
  const [consent, owner, thumbprint, iss, jti, iat, number, exp] = JSON.parse(
    new TextDecoder().decode(octets),
  ) as Packed
  return { consent, owner, thumbprint, source: { iss, jti, iat }, number, exp }
}

/** Whether the value is the last one of its key, or was replaced less than a minute ago. */
export function isCurrent({ values }: Consent, { thumbprint, number }: SessionValue, now: number): boolean {
  const own = values.find((one) => one.thumbprint === thumbprint)
  if (own === undefined) return false
  return own.last === number || own.replaced.some(([one, until]) => one === number && now < until)
}

/** A consent with a further value of a key, which is the last one from now on. */
export function withNextValue(consent: Consent, thumbprint: string, now: number): Consent {
  const others = consent.values.filter((one) => one.thumbprint !== thumbprint)
  const own = consent.values.find((one) => one.thumbprint === thumbprint)
  const replaced = [
    ...(own?.replaced ?? []).filter(([, until]) => now < until),
    ...(own === undefined ? [] : [[own.last, now + overlap] as const]),
  ].slice(-maxReplaced)
  const issued = consent.issued + 1
  const next: KeyValues = { thumbprint, last: issued, replaced }
  return { ...consent, issued, values: [...others, next].slice(-maxKeys) }
}
