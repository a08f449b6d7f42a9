import { AAuthError } from '../../errors/aauth-error.ts'
import type { PersonTokenAuth } from '../../token/auth.ts'
import { digestOf } from '../digest.ts'
import type { ManagedContext } from '../managed-context.ts'
import { ownerDigest, ownerOf } from '../owner.ts'
import type { ProposedCall } from './call.ts'
import { resultGrace } from './held-limits.ts'
import type { HeldRecord } from './held-record.ts'
import { contended, full, maxConflicts } from './held-records.ts'
import { type PerCallOptions, targetOf } from './per-call.ts'

/**
 * The proposals that were made, for which calls, and how long the tokens were valid that were presented for them. A token
 * that approves a proposal must not outlive these (R3 §10.2), wherever it is presented.
 */
export class Proposals {
  readonly #managed: ManagedContext

  constructor(managed: ManagedContext) {
    this.#managed = managed
  }

  /** @param auth the token that was presented for the proposal */
  async remember(
    { s256, exp }: NonNullable<HeldRecord['proposal']>,
    auth: PersonTokenAuth,
    call: ProposedCall,
    options: PerCallOptions,
  ): Promise<void> {
    const { records, state } = this.#managed
    const owner = ownerOf(state.settings.issuer, auth)
    const key = { kind: 'claim', id: await this.#idOf(s256, auth, targetOf(call, options)) } as const
    const entry = { ...key, octets: octetsOf(exp), open: false, expires: exp + resultGrace }
    for (let conflicts = 0; conflicts < maxConflicts; conflicts++) {
      // It ends with the token that was presented.
      const verdict = await records.create({ ...entry, owner, source: auth, isEndless: false })
      if (verdict === 'full') throw full()
      if (verdict === 'created') return
      const found = await records.find(key)
      if (found === undefined) continue
      const { version, ended } = found
      // The same document was proposed before, with a token that is valid for as long.
      if (ended === undefined && found.expires >= entry.expires) return
      // An ended record stays ended, so it makes room for another one.
      const change = { ...entry, version, expires: ended === undefined ? entry.expires : 0 }
      if ((await records.replace(change)) === 'replaced' && ended === undefined) return
    }
    throw contended()
  }

  /**
   * @param auth a token that approves a proposal
   * @throws {AAuthError} `access_denied` unless its owner made the proposal for the same target, with a token that is valid
   * for as long
   */
  async assertMadeFor(auth: PersonTokenAuth, call: ProposedCall, options: PerCallOptions): Promise<void> {
    const id = await this.#idOf(String(auth.claims?.r3_s256), auth, targetOf(call, options))
    const found = await this.#managed.records.find({ kind: 'claim', id })
    if (found === undefined || found.ended !== undefined)
      throw new AAuthError('access_denied', {
        hint: 'the proposal that the token approves was made for another method or target, or with a token that is not valid any more: propose the call again',
      })
    assertNotLater(auth, Number(new TextDecoder().decode(found.octets)))
  }

  async #idOf(s256: string, auth: PersonTokenAuth, target: readonly string[]): Promise<string> {
    const { issuer } = this.#managed.state.settings
    return digestOf('proposal', issuer, await ownerDigest(ownerOf(issuer, auth)), s256, ...target)
  }
}

/** @throws {AAuthError} `access_denied` for an approval that outlives the token that it was asked for with */
export function assertNotLater({ exp }: Pick<PersonTokenAuth, 'exp'>, presented: number): void {
  if (exp <= presented) return
  throw new AAuthError('access_denied', {
    hint: 'the per-call token expires later than the token that was presented with the call: it must not',
  })
}

function octetsOf(exp: number): Uint8Array {
  return new TextEncoder().encode(`${exp}`)
}
