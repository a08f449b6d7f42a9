import { platform } from '#platform'
import { isAAuthError } from '../errors.ts'
import { IssuerKeys } from '../keys/issuer-keys.ts'
import { allowsLegacy, verifyToken } from '../keys/verify-token.ts'
import { readClaims, type VerifiedClaims } from '../token/claims.ts'
import type { Generation, WellKnownDocument } from '../token/kinds.ts'
import { checkPublicKey, thumbprint } from '../token/public-key.ts'
import { decodeToken, type UntrustedJws } from '../token/untrusted-token.ts'
import { ExchangeError, type TokenParameter } from './exchange-error.ts'

/** Options of {@link createIssuers}. */
export interface IssuersOptions {
  /** Replaces the guarded fetch. */
  readonly fetch?: typeof fetch
  /** The clock, in seconds; default the system's. */
  readonly now?: () => number
  /** Issuers whose keys strangers cannot push out of the cache. */
  readonly named?: readonly string[]
  /** Generations that are served; default both. */
  readonly generations?: readonly Generation[]
}

/** Keys of issuers, fetched and kept as a resource does it. One for a process. */
export class Issuers {
  readonly now: () => number
  readonly generations: ReadonlySet<Generation>
  private readonly keys: IssuerKeys
  private readonly named: ReadonlySet<string>

  constructor({ fetch: injected, now, named = [], generations }: IssuersOptions) {
    this.now = () => Math.floor(now ? now() : Date.now() / 1000)
    this.named = new Set(named)
    this.generations = new Set(generations ?? ['mission-header', 'person-token'])
    this.keys = new IssuerKeys({
      fetcherFor: ({ named: isNamed }) => injected ?? platform.guardedFetch ?? (isNamed ? fetch : undefined),
      now: this.now,
      deadline: 3000,
      maxNamed: 750 + named.length * 4,
      maxStrangers: 250,
    })
  }

  /** Ends fetches. */
  close(): void {
    this.keys.close()
  }

  /** @throws {AAuthError} `invalid_jwt`, `unknown_key`, or what discovery came to */
  async verifyJws(jws: UntrustedJws, iss: string, dwk: WellKnownDocument, legacy: boolean): Promise<void> {
    await verifyToken(jws, { iss, dwk, named: this.named.has(iss) }, this.keys, legacy, platform)
  }

  /**
   * Verifies a token that was handed over as a parameter, as its resource would (draft 11 §9.4.3, §9.4.5).
   * @param aud what a person or auth token must be for
   * @returns its claims, and the thumbprint of the key it is bound to
   * @throws {ExchangeError}
   */
  async verifyParameter(
    text: string,
    parameter: TokenParameter,
    aud: string,
  ): Promise<{ readonly claims: VerifiedClaims; readonly jkt: string }> {
    try {
      const token = decodeToken(text)
      const rules = {
        issuer: aud,
        generations: this.generations,
        window: 60,
        maxAgentTokenLifetime: undefined,
      }
      const claims = readClaims(token, rules, this.now())
      const legacy = allowsLegacy(claims, this.generations.has('mission-header'))
      const key = checkPublicKey(claims.jwk, legacy)
      await this.verifyJws(token, claims.iss, claims.dwk, legacy)
      return { claims: { ...claims, verified: true }, jkt: await thumbprint(platform, key) }
    } catch (fault) {
      throw asExchangeError(fault, parameter)
    }
  }
}

/** Makes the keys that {@link verifyResourceToken} and {@link verifyExchange} look up. Fetches nothing yet. */
export function createIssuers(options: IssuersOptions = {}): Issuers {
  return new Issuers(options)
}

/** Trouble with an issuer that passes stays what it is: a 503 is not the caller's fault. */
export function asExchangeError(fault: unknown, parameter: TokenParameter): unknown {
  if (!isAAuthError(fault) || fault.code === 'server_error') return fault
  const what = fault.code === 'expired_jwt' ? 'expired' : 'invalid'
  return new ExchangeError(`${what}_${parameter}_token`, fault.hint ?? fault.message, fault)
}
