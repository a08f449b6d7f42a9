import type { WaitBudget } from '../limits/wait-budget.ts'
import type { RecordKey } from '../stores/record-store.ts'
import { type Consent, findConsent, standsFor } from './consent.ts'
import { digestOf } from './digest.ts'
import { type Owner, ownerDigest } from './owner.ts'
import type { ManagedRecords } from './records.ts'

/** Which consent an owner has. `null` if several persons agreed, since nobody could tell for whom the agent then acts. */
interface Standing {
  readonly consent: string | null
}

const attempts = 8

/**
 * Remembers that an owner has a consent, so that the owner can be given a new session value with another key or token. An
 * earlier consent of the same person is ended. One of another person stays, and neither is found by its owner any more.
 *
 * @throws {AAuthError} `server_error` (the promise rejects) when the store fails
 */
export async function rememberConsent(
  records: ManagedRecords,
  { id, owner, source, person, end }: Consent,
  now: number,
): Promise<void> {
  const key = await keyOf(owner)
  for (let attempt = 0; attempt < attempts; attempt++) {
    const found = await records.find(key)
    if (found === undefined) {
      const octets = encode({ consent: id })
      const verdict = await records.create({
        ...key,
        octets,
        open: false,
        owner,
        source,
        isEndless: true,
        expires: end,
      })
      if (verdict !== 'exists') return
      continue
    }
    const { consent } = decode(found.octets)
    if (consent === id) return
    const before = consent === null ? undefined : await findConsent(records, consent)
    const stands = before !== undefined && standsFor(before, owner, now)
    const isOther = consent === null || (stands && before.consent.person !== person)
    const verdict = await records.replace({
      ...key,
      version: found.version,
      octets: encode({ consent: isOther ? null : id }),
      open: false,
      expires: Math.max(end, found.expires),
    })
    if (verdict !== 'replaced') continue
    if (stands && !isOther) await records.end({ consent: before.consent.id }, 'revoked')
    return
  }
}

/**
 * The consent that stands for a caller, if there is exactly one. The same agent with another key has the same.
 * @throws {AAuthError} `server_error` (the promise rejects) when the store fails
 */
export async function standingConsent(
  records: ManagedRecords,
  caller: Owner,
  now: number,
  budget?: WaitBudget,
): Promise<Consent | undefined> {
  const found = await records.find(await keyOf(caller), budget)
  const { consent } = found === undefined ? { consent: null } : decode(found.octets)
  const standing = consent === null ? undefined : await findConsent(records, consent, budget)
  return standing !== undefined && standsFor(standing, caller, now) ? standing.consent : undefined
}

async function keyOf(owner: Owner): Promise<RecordKey> {
  return { kind: 'consent', id: await digestOf('standing consent', await ownerDigest(owner)) }
}

function encode(standing: Standing): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(standing))
}

function decode(octets: Uint8Array): Standing {
  return JSON.parse(new TextDecoder().decode(octets)) as Standing
}
