import { GrowingCache } from '../limits/growing-cache.ts'
import type { UntrustedClaims } from '../token/claims.ts'
import { tokenName } from './token-name.ts'

/** What decides whether an issuer is trusted, as an unverified token says it. */
export type UntrustedIssuer = Pick<
  UntrustedClaims,
  'kind' | 'generation' | 'role' | 'iss' | 'dwk' | 'agent' | 'exp'
>

interface Entry {
  readonly text: string
  readonly issuer: UntrustedIssuer
  readonly seenAt: number
}

/** Each takes as much memory as its token, of at most 8 kB. */
const max = 256

/**
 * The last tokens whose issuer was not trusted. Sending one again costs its sender a signature field and the resource a
 * look-up, in place of decoding (bench/README.md#refusals). An entry never lets anybody pass.
 */
export class RefusedTokens {
  readonly #entries = new GrowingCache<Entry>({ max })

  /** @param now seconds; if the clock went back since, the token is read again */
  get(text: string, now: number): UntrustedIssuer | undefined {
    const entry = this.#entries.get(tokenName(text))
    if (entry?.text !== text || now >= entry.issuer.exp || now < entry.seenAt) return undefined
    return entry.issuer
  }

  /** Remembers a token whose form, times and audience were found right. */
  note(text: string, { kind, generation, role, iss, dwk, agent, exp }: UntrustedClaims, now: number): void {
    // Concatenating and slicing makes a copy: a substring keeps the whole header alive.
    const copy = ` ${text}`.slice(1)
    const issuer = { kind, generation, role, iss, dwk, agent, exp }
    this.#entries.set(` ${tokenName(text)}`.slice(1), { text: copy, issuer, seenAt: now })
  }
}
