import { relativeTime, utcTime } from '../terminal/relative-time.ts'
import { asksFor } from './asks.ts'
import { decodeToken, type JsonObject, type UntrustedToken } from './token.ts'
import { faultOf } from './token-faults.ts'
import { nameOf } from './token-name.ts'
import type { Verification } from './verify-token.ts'

/** What a token says of itself. */
export interface TokenReport {
  readonly what: string
  readonly kind: UntrustedToken['kind']
  readonly generation: UntrustedToken['generation']
  readonly header: JsonObject
  readonly claims: JsonObject
  readonly times: readonly ReportedTime[]
  readonly thumbprint: string | undefined
  /** Why every resource would refuse it. */
  readonly fault: string | undefined
  readonly asks: readonly string[]
  readonly verification: Verification
}

export interface ReportedTime {
  readonly name: string
  /** Seconds since 1970. */
  readonly seconds: number
  readonly utc: string
  readonly relative: string
}

/** Verifies a token, or says why not. */
export type Verifier = (token: UntrustedToken) => Promise<Verification>

/**
 * `undefined` for a text that is not a token.
 * @param isPresented whether a request carries it
 */
export async function reportToken(
  text: string,
  now: number,
  verify: Verifier,
  isPresented: boolean,
): Promise<TokenReport | undefined> {
  const token = await decodeToken(text)
  if (token === undefined) return undefined
  const { kind, generation, header, claims, thumbprint } = token
  return {
    what: nameOf(token),
    kind,
    generation,
    header,
    claims,
    times: timesIn(claims, ['iat', 'nbf', 'exp'], now),
    thumbprint,
    fault: await faultOf(token, now),
    asks: asksFor(token, now, isPresented),
    verification: await verify(token),
  }
}

/** The times among the members, relative to now. */
export function timesIn(members: JsonObject, names: readonly string[], now: number): readonly ReportedTime[] {
  return names.flatMap((name) => {
    const seconds = members[name]
    if (typeof seconds !== 'number') return []
    return [{ name, seconds, utc: utcTime(seconds), relative: relativeTime(seconds, now) }]
  })
}
