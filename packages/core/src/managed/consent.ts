import { AAuthError } from '../errors/aauth-error.ts'
import type { WaitBudget } from '../limits/wait-budget.ts'
import type { RecordKey } from '../stores/record-store.ts'
import { encodeBase64url } from '../wire/base64url.ts'
import { digestOf } from './digest.ts'
import { isSameOwner, type Owner } from './owner.ts'
import type { ManagedRecords, NewRecord } from './records.ts'

/** Seconds that a consent lasts by default, and at most. */
export const defaultConsentLifetime = 28_800
export const maxConsentLifetime = 86_400
/** Maximum number of octets of `data`, in UTF-8. */
export const maxConsentData = 65_536
/** Octets that the record may grow by: the values of several keys, and data that is a little longer than before. */
const growth = 4096

/** What a person agreed to. */
export interface ConsentTerms {
  readonly owner: Owner
  /** The person, as the application calls them. */
  readonly person: string
  /** The name of the route that asked, if any. */
  readonly route: string | null
  readonly scopes: readonly string[]
  /** The token for which it was given. */
  readonly source: { readonly iss: string; readonly jti: string; readonly exp: number }
  /** Seconds. */
  readonly since: number
  /** Seconds; at most {@link maxConsentLifetime} after `since`. */
  readonly end: number
  /** What the application keeps with it, such as an OAuth token of the person. At most {@link maxConsentData} octets. */
  readonly data?: string | undefined
}

/** The session values of one key that count. */
export interface KeyValues {
  readonly thumbprint: string
  /** The number of the last one. */
  readonly last: number
  /** The numbers of those that it replaced, and the seconds until which they count. */
  readonly replaced: readonly (readonly [number: number, until: number])[]
}

/** A process that is replacing the data. Others wait until it has, or until `until`. */
export interface DataLock {
  readonly holder: string
  /** Seconds. */
  readonly until: number
}

/** A consent as it is stored, sealed. */
export interface Consent extends ConsentTerms {
  /** 192 random bits in base64url. It gives no right. */
  readonly id: string
  /** How many session values were issued. */
  readonly issued: number
  /** One entry for each key. Those that got a value last are at the end. */
  readonly values: readonly KeyValues[]
  /** How often `data` was replaced. */
  readonly dataVersion: number
  readonly lock: DataLock | null
}

/** A consent as it is found. */
export interface FoundConsent {
  readonly consent: Consent
  readonly version: string
  /** Why it was ended. Nothing may rely on it then. */
  readonly ended: string | undefined
}

/**
 * Makes a consent and its record. Create the record in the transaction that also keeps the decision of the person.
 * @param terms checked by the caller
 */
export async function newConsent(
  terms: ConsentTerms,
): Promise<{ readonly id: string; readonly consent: Consent; readonly record: NewRecord }> {
  const id = encodeBase64url(crypto.getRandomValues(new Uint8Array(24)))
  const { owner, person, source, end } = terms
  const consent: Consent = { ...terms, id, issued: 0, values: [], dataVersion: 0, lock: null }
  const octets = encode(consent)
  const record: NewRecord = {
    ...(await keyOf(id)),
    octets,
    reserved: octets.length + growth,
    open: false,
    owner,
    source,
    tags: [{ person }, { consent: id }],
    expires: end,
  }
  return { id, consent, record }
}

/** @throws {AAuthError} `server_error` (the promise rejects) when the store fails */
export async function findConsent(
  records: ManagedRecords,
  id: string,
  budget?: WaitBudget,
): Promise<FoundConsent | undefined> {
  const found = await records.find(await keyOf(id), budget)
  return found && { consent: decode(found.octets), version: found.version, ended: found.ended }
}

/**
 * Whether a consent stands for a caller: it was not ended, its time is not over, and it was given to the same owner.
 * @param now seconds
 */
export function standsFor({ consent, ended }: FoundConsent, caller: Owner, now: number): boolean {
  return ended === undefined && now < consent.end && isSameOwner(consent.owner, caller)
}

/** Whether a consent stands for a caller and grants all of the scopes. */
export function grants(found: FoundConsent, caller: Owner, scopes: readonly string[], now: number): boolean {
  return standsFor(found, caller, now) && scopes.every((scope) => found.consent.scopes.includes(scope))
}

/** How often a change that another process prevented is tried. */
const attempts = 8
/** The same for changes that must not be lost: an agent can change its own consent all the time by new session values. */
export const manyAttempts = 100

/**
 * Changes a consent by compare-and-set.
 *
 * @param change returns the changed consent; `undefined` leaves it as it is. It may be called several times.
 * @returns the consent that was stored; `undefined` if it was not changed or is gone; `'contended'` if others changed it
 * all the time
 * @throws {AAuthError} `server_error` (the promise rejects) when the store fails
 */
export async function changeConsent(
  records: ManagedRecords,
  id: string,
  change: (found: FoundConsent) => Consent | undefined,
  { budget, max = attempts }: { readonly budget?: WaitBudget | undefined; readonly max?: number } = {},
): Promise<Consent | 'contended' | undefined> {
  for (let attempt = 0; attempt < max; attempt++) {
    const found = await findConsent(records, id, budget)
    const next = found && change(found)
    if (found === undefined || next === undefined) return undefined
    const octets = encode(next)
    const verdict = await records.replace(
      {
        ...(await keyOf(id)),
        version: found.version,
        octets,
        reserved: octets.length + growth,
        open: false,
        expires: next.end,
      },
      budget,
    )
    if (verdict === 'replaced') return next
    if (verdict !== 'conflict') return undefined
  }
  return 'contended'
}

/**
 * Takes scopes away from a consent, for all sessions, from the next request on. Scopes that it does not have are not added.
 * @throws {AAuthError} `server_error` (the promise rejects) when the store fails, or the consent was changed all the time
 */
export async function narrowConsent(
  records: ManagedRecords,
  id: string,
  scopes: readonly string[],
): Promise<Consent | undefined> {
  const narrowed = await changeConsent(
    records,
    id,
    ({ consent, ended }) =>
      ended === undefined
        ? { ...consent, scopes: consent.scopes.filter((scope) => scopes.includes(scope)) }
        : undefined,
    { max: manyAttempts },
  )
  if (narrowed === 'contended')
    throw new AAuthError('server_error', {
      hint: 'the consent was changed again and again while it was narrowed: narrow it again, or end it',
      retryAfter: 1,
    })
  return narrowed
}

async function keyOf(id: string): Promise<RecordKey> {
  return { kind: 'consent', id: await digestOf('consent', id) }
}

function encode(consent: Consent): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(consent))
}

/** What this package sealed needs no further check. */
function decode(octets: Uint8Array): Consent {
  return JSON.parse(new TextDecoder().decode(octets)) as Consent
}
