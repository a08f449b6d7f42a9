import { isAAuthError } from '@aauth-guard/core'
import { allowDevServers, isLoopback } from '@aauth-guard/core/dev'
import { createIssuers, ExchangeError, type Issuers } from '@aauth-guard/core/exchange'
import { UsageError } from '../command.ts'
import { quotedForTerminal } from '../terminal/shown.ts'
import type { JsonObject, UntrustedToken } from './token.ts'

type Jws = Parameters<Issuers['verifyJws']>[0]

/** Whether the issuer signed a token. */
export interface Verification {
  readonly verified: boolean
  /** What was verified, or why nothing was. */
  readonly reason: string
}

export const notAsked: Verification = {
  verified: false,
  reason: 'its issuer was not asked for keys (--verify)',
}

/** Verifies tokens with the keys that their issuers publish, of the issuers that were named and of no other. */
export class TokenVerifier {
  readonly #named: ReadonlySet<string>
  readonly #public: Issuers
  readonly #local: Issuers

  /**
   * @param fetcher fetches from public issuers; default the guarded fetch of core
   * @throws {UsageError} for an issuer that is not a server identifier
   */
  constructor(named: readonly string[], now: () => number, fetcher: typeof fetch | undefined) {
    for (const issuer of named) checkIssuer(issuer)
    const local = named.filter(isLoopback)
    allowDevServers(local)
    this.#named = new Set(named)
    this.#public = createIssuers({ now, named, ...(fetcher && { fetch: fetcher }) })
    this.#local = createIssuers({ now, named: local, fetch: fetchFrom(local) })
  }

  close(): void {
    this.#public.close()
    this.#local.close()
  }

  async verify(token: UntrustedToken): Promise<Verification> {
    const { iss } = token.claims
    if (typeof iss !== 'string') return { verified: false, reason: '"iss" is missing' }
    if (!this.#named.has(iss))
      return { verified: false, reason: `its issuer ${JSON.stringify(iss)} is not named: add --issuer` }
    try {
      await this.#verify(token, isLoopback(iss) ? this.#local : this.#public)
      return { verified: true, reason: `signed by ${iss}` }
    } catch (error) {
      if (error instanceof ExchangeError) return { verified: false, reason: error.message }
      if (isAAuthError(error)) return { verified: false, reason: error.hint ?? error.message }
      throw error
    }
  }

  async #verify({ text, kind, generation, header, claims }: UntrustedToken, issuers: Issuers): Promise<void> {
    if (kind !== 'resource-token') {
      await issuers.verifyParameter(text, 'presented', undefined)
      return
    }
    await issuers.verifyJws(
      resourceJws(text, header, claims, issuers.now()),
      claims.iss as string,
      'aauth-resource.json',
      generation === 'mission-header',
    )
  }
}

/** A resource token as core verifies it. @throws {ExchangeError} */
function resourceJws(text: string, header: JsonObject, claims: JsonObject, now: number): Jws {
  const { typ, alg, kid } = header
  if (alg !== 'Ed25519' && alg !== 'ES256' && alg !== 'EdDSA')
    throw new ExchangeError(
      'invalid_resource_token',
      `"alg" is ${JSON.stringify(alg)}, which is not accepted`,
    )
  if (typeof kid !== 'string') throw new ExchangeError('invalid_resource_token', '"kid" is not a string')
  if (typeof claims.exp !== 'number' || now >= claims.exp)
    throw new ExchangeError('expired_resource_token', 'the token has expired, or has no "exp"')
  const signingInput = text.slice(0, text.lastIndexOf('.'))
  const signature = octetsOf(text.split('.')[2] ?? '')
  return { typ, alg, kid, signingInput, signature, untrustedClaims: claims }
}

function octetsOf(base64url: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(base64url, 'base64url'))
}

/** Whatever else is there is dialled by nobody: core asks for documents under the issuer alone. */
function checkIssuer(issuer: string): void {
  const isPublic = URL.canParse(issuer) && new URL(issuer).origin === issuer && issuer.startsWith('https://')
  if (!isPublic && !isLoopback(issuer))
    throw new UsageError(
      `--issuer ${quotedForTerminal(issuer)} is not a server identifier: write https:// and the host alone, as "iss" of the token has it`,
    )
}

/** Dials these servers on this machine and nobody else. */
function fetchFrom(origins: readonly string[]): typeof fetch {
  return (input, init) => {
    const url = new URL(input instanceof Request ? input.url : String(input))
    if (!origins.includes(url.origin)) return Promise.reject(new TypeError(`${url.origin} is not named`))
    return fetch(url, { ...init, redirect: 'manual' })
  }
}
