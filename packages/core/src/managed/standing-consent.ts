import type { WaitBudget } from '../limits/wait-budget.ts'
import type { RecordKey } from '../stores/record-store.ts'
import { type Consent, findConsent, standsFor } from './consent.ts'
import { digestOf } from './digest.ts'
import { type Owner, ownerDigest } from './owner.ts'
import { decodeJson, encodeJson } from './pending-request.ts'
import type { ManagedRecords } from './records.ts'

/** The consents of one owner, each of another person. */
interface Standing {
  readonly consents: readonly string[]
}

const attempts = 8
/** Where so many persons agreed for one owner, a further one is not remembered: none of them is found anyway. */
const maxPersons = 4
/** Of as many ids as are remembered. */
const maxOctets = 256

/**
 * Remembers that an owner has a consent, so that the owner can be given a new session value with another key or token. An
 * earlier consent of the same person is ended. One of another person stays, and as long as both stand, neither is found by
 * its owner.
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
    const found = await records.findSealed(key)
    if (found === undefined) {
      const octets = encodeJson({ consents: [id] } satisfies Standing)
      const verdict = await records.create({
        ...key,
        octets,
        reserved: maxOctets,
        open: false,
        owner,
        source,
        isEndless: true,
        expires: end,
      })
      if (verdict !== 'exists') return
      continue
    }
    const before = await standing(records, idsIn(found.octets), owner, now)
    if (before.some((one) => one.id === id)) return
    const others = before.filter((one) => one.person !== person)
    const consents = [...others.map((one) => one.id), id].slice(0, maxPersons)
    const verdict = await records.replace({
      ...key,
      version: found.version,
      octets: encodeJson({ consents } satisfies Standing),
      reserved: maxOctets,
      open: false,
      expires: Math.max(end, found.expires),
    })
    if (verdict !== 'replaced') continue
    for (const one of before) if (one.person === person) await records.end({ consent: one.id }, 'revoked')
    return
  }
}

/**
 * The consent that stands for a caller, if there is exactly one: of several persons nobody could tell for whom the agent
 * then acts. The same agent with another key has the same.
 * @throws {AAuthError} `server_error` (the promise rejects) when the store fails
 */
export async function standingConsent(
  records: ManagedRecords,
  caller: Owner,
  now: number,
  budget?: WaitBudget,
): Promise<Consent | undefined> {
  const found = await records.find(await keyOf(caller), budget)
  const [consent, ...others] = await standing(records, idsIn(found?.octets), caller, now, budget)
  return others.length === 0 ? consent : undefined
}

async function standing(
  records: ManagedRecords,
  ids: readonly string[],
  owner: Owner,
  now: number,
  budget?: WaitBudget,
): Promise<Consent[]> {
  const found = await Promise.all(ids.map((id) => findConsent(records, id, budget)))
  return found.flatMap((one) => (one !== undefined && standsFor(one, owner, now) ? [one.consent] : []))
}

/** Octets that no key opens any more name nobody. */
function idsIn(octets: Uint8Array | undefined): readonly string[] {
  return octets === undefined ? [] : decodeJson<Standing>(octets).consents
}

async function keyOf(owner: Owner): Promise<RecordKey> {
  return { kind: 'consent', id: await digestOf('standing consent', await ownerDigest(owner)) }
}
