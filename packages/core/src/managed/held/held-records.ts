import { AAuthError } from '../../errors/aauth-error.ts'
import type { RecordKey, StoredRecord } from '../../stores/record-store.ts'
import { digestOf } from '../digest.ts'
import type { ManagedContext } from '../managed-context.ts'
import type { Owner } from '../owner.ts'
import { heldOverhead, maxHeldBody, resultGrace } from './held-limits.ts'
import { decodeHeld, encodeHeld, type HeldClaim, type HeldOctets, type HeldRecord } from './held-record.ts'

/** A held call as it is in the store. */
export interface FoundHeld extends HeldOctets, Omit<StoredRecord, 'octets'> {
  readonly id: string
}

/** The next version of a held call. */
export interface HeldChange {
  readonly record: HeldRecord
  readonly content: Uint8Array
  readonly expires: number
  /** Octets that its result may need. */
  readonly reserved?: number
  /** Whether it is done, or its unknown outcome was told. */
  readonly isSettled?: boolean
}

/** Changes of a held call that nobody else made in between. */
export type HeldVerdict = 'replaced' | 'conflict' | 'missing' | 'claimed'

/** How often a change by somebody else in the same moment is followed. */
export const maxConflicts = 8

export function reservedFor(maxResult: number): number {
  return Math.max(maxResult, maxHeldBody) + heldOverhead
}

const begun = { begun: true } as const

/** Held calls in the records of a resource. */
export class HeldRecords {
  readonly #managed: ManagedContext

  constructor(managed: ManagedContext) {
    this.#managed = managed
  }

  /** @returns whether it is new; a call with the same signature is held already */
  async create(
    id: string,
    { record, content, expires, reserved }: HeldChange,
    source: { readonly iss: string; readonly jti: string },
  ): Promise<boolean> {
    const verdict = await this.#managed.records.create({
      kind: 'held',
      id,
      octets: encodeHeld({ record, content }),
      reserved,
      open: true,
      expires,
      owner: record.owner,
      source,
    })
    if (verdict === 'full') throw full()
    return verdict === 'created'
  }

  async find(id: string): Promise<FoundHeld | undefined> {
    const found = await this.#managed.records.find({ kind: 'held', id })
    return found && { ...found, ...decodeHeld(found.octets), id }
  }

  /** Changes a held call unless somebody else has. With `claim`, which is made in the same transaction or not at all. */
  async replace(
    { id, version, record: before }: FoundHeld,
    { record, content, expires, reserved, isSettled = false }: HeldChange,
    claim?: HeldClaim,
  ): Promise<HeldVerdict> {
    const verdict = await this.#managed.records.replace({
      kind: 'held',
      id,
      version,
      octets: encodeHeld({ record, content }),
      reserved,
      open: record.state === 'waiting' || record.state === 'running',
      expires,
      ...(record.state === 'running' && before.state !== 'running' && { tags: [begun] }),
      ...(isSettled && { removesTags: [begun] }),
      ...(claim && { creates: await this.#claim(id, claim, before.owner) }),
    })
    if (verdict === 'full') throw full()
    return verdict === 'exists' ? 'claimed' : verdict
  }

  /** Calls that were begun and neither are done nor were told of, a page at a time. */
  listBegun(limit: number, after: RecordKey | undefined): Promise<readonly RecordKey[]> {
    return this.#managed.records.list(begun, limit, after)
  }

  /** The id of what an auth token runs, if it is claimed. */
  async claimedBy(claim: HeldClaim): Promise<string | undefined> {
    const found = await this.#managed.records.find({ kind: 'claim', id: await this.#claimId(claim) })
    return found && new TextDecoder().decode(found.octets)
  }

  async #claim(id: string, claim: HeldClaim, owner: Owner) {
    return {
      kind: 'claim' as const,
      id: await this.#claimId(claim),
      octets: new TextEncoder().encode(id),
      open: false,
      expires: claim.exp + resultGrace,
      owner,
      source: claim,
    }
  }

  #claimId({ iss, jti }: HeldClaim): Promise<string> {
    return digestOf('claim', this.#managed.state.settings.issuer, iss, jti)
  }
}

/** The store keeps no more for the owner, or for the issuer of its token. */
export function full(): AAuthError {
  return new AAuthError('rate_limited', {
    hint: 'the owner or the issuer has used up its share of records: let it finish or cancel what it holds, or raise the limits of "stores.records"',
    retryAfter: 30,
  })
}

/** Others changed the same record whenever this process tried to. */
export function contended(): AAuthError {
  return new AAuthError('server_error', { hint: 'the held call changed with each attempt', retryAfter: 1 })
}
