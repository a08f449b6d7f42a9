import { platform } from '#platform'
import { isAAuthError } from '../errors/aauth-error.ts'
import { IssuerKeys } from '../keys/issuer-keys.ts'
import { verifyTokenSignature } from '../keys/verify-token-signature.ts'
import { audienceOf } from '../token/claim-values.ts'
import { asVerified, type VerifiedClaims } from '../token/claims.ts'
import { allowsLegacyAlgorithms, generationNames } from '../token/generations.ts'
import type { JsonObject } from '../token/json.ts'
import type { Generation, WellKnownDocument } from '../token/kinds.ts'
import { checkPublicKey, thumbprint } from '../token/public-key.ts'
import { readClaims } from '../token/read-claims.ts'
import { decodeToken, type UntrustedJws } from '../token/untrusted-token.ts'
import { ExchangeError, type TokenParameter } from './exchange-error.ts'

/** Options of {@link createIssuers}. */
export interface IssuersOptions {
  /** Replaces the guarded fetch. */
  readonly fetch?: typeof fetch
  /** The clock, in seconds; default the system's. */
  readonly now?: () => number
  /** Issuers whose keys unlisted issuers cannot evict from the cache. */
  readonly named?: readonly string[]
  /** Whether a token was revoked; asked once its signature verified. Default none was. */
  readonly isRevoked?: (iss: string, jti: string) => boolean | Promise<boolean>
  /** Generations that are served; default both. */
  readonly generations?: readonly Generation[]
}

/** A token that was handed over, after it verified. */
export interface VerifiedParameter {
  readonly claims: VerifiedClaims
  /** Thumbprint of the key it is bound to. */
  readonly jkt: string
  /** The public key that it is bound to: its `cnf.jwk`. */
  readonly jwk: JsonObject
  /** Whom it is for; it was compared where an audience was asked for. */
  readonly aud: string | undefined
}

/** Keys of issuers, fetched and kept as a resource does it. One for a process. */
export class Issuers {
  readonly now: () => number
  readonly generations: ReadonlySet<Generation>
  readonly #keys: IssuerKeys
  readonly #named: ReadonlySet<string>
  readonly #isRevoked: NonNullable<IssuersOptions['isRevoked']>

  constructor({ fetch: injected, now, named = [], generations, isRevoked = () => false }: IssuersOptions) {
    this.#isRevoked = isRevoked
    this.now = () => Math.floor(now ? now() : Date.now() / 1000)
    this.#named = new Set(named)
    this.generations = new Set(generations ?? generationNames)
    this.#keys = new IssuerKeys({
      fetcherFor: ({ named: isNamed }) => injected ?? platform.guardedFetch ?? (isNamed ? fetch : undefined),
      now: this.now,
      deadline: 3000,
      maxNamed: 750 + named.length * 4,
      maxUnlisted: 250,
    })
  }

  /** Ends fetches. */
  close(): void {
    this.#keys.close()
  }

  /** @throws {AAuthError} `invalid_jwt`, `unknown_key`, or what discovery came to */
  async verifyJws(jws: UntrustedJws, iss: string, dwk: WellKnownDocument, legacy: boolean): Promise<void> {
    await verifyTokenSignature(jws, { iss, dwk, named: this.#named.has(iss) }, this.#keys, legacy, platform)
  }

  /** @throws {ExchangeError} for a token that was withdrawn (PS11-22, PS11-26) */
  async refuseRevoked({ iss, jti }: { iss: string; jti: string }, parameter: TokenParameter): Promise<void> {
    // Only `false` says that it was not: a check that answers nothing must not let a token through.
    if ((await this.#isRevoked(iss, jti)) !== false)
      throw new ExchangeError(`revoked_${parameter}_token`, `${jti} of ${iss} was revoked`)
  }

  /**
   * Verifies a token that was handed over as a parameter, as its resource would (draft 11 §9.4.3, §9.4.5).
   * @param aud what a person or auth token must be for; `undefined` leaves that to the caller
   * @throws {ExchangeError}
   */
  async verifyParameter(
    text: string,
    parameter: TokenParameter,
    aud: string | undefined,
  ): Promise<VerifiedParameter> {
    try {
      const token = decodeToken(text)
      const rules = {
        issuer: aud,
        generations: this.generations,
        window: 60,
        maxAgentTokenLifetime: undefined,
        claims: [],
      }
      const claims = readClaims(token, rules, this.now())
      const legacy = allowsLegacyAlgorithms(claims.generation, this.generations)
      const key = checkPublicKey(claims.jwk, legacy)
      await this.verifyJws(token, claims.iss, claims.dwk, legacy)
      await this.refuseRevoked(claims, parameter)
      const jkt = await thumbprint(platform, key)
      return { claims: asVerified(claims), jwk: claims.jwk, jkt, aud: audienceOf(token.untrustedClaims) }
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
  const hint = fault.hint ?? fault.message
  if (fault.code === 'clock_skew') return new ExchangeError('clock_skew', hint, fault)
  const what = fault.code === 'expired_jwt' ? 'expired' : 'invalid'
  return new ExchangeError(`${what}_${parameter}_token`, hint, fault)
}
