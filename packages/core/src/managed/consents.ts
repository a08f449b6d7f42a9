import type { WaitBudget } from '../limits/wait-budget.ts'
import { encodeBase64url } from '../wire/base64url.ts'
import { digestOf } from './digest.ts'
import { isSameOwner, type Owner } from './owner.ts'
import { decodeJson, encodeJson, type PendingRequest } from './pending-request.ts'
import type { ManagedRecords, NewRecord } from './records.ts'

/** Seconds that a consent lasts by default, and at most. */
export const defaultConsentLifetime = 28_800
export const maxConsentLifetime = 86_400

/** What a person agreed to. */
export interface Consent {
  readonly owner: Owner
  /** The person, as the application calls them. */
  readonly person: string
  /** The route that asked. */
  readonly route: string
  readonly scopes: readonly string[]
  /** The token for which it was given. */
  readonly source: PendingRequest['source']
  /** Seconds. */
  readonly since: number
  readonly end: number
}

/** A consent as it is found. */
export interface FoundConsent {
  readonly consent: Consent
  readonly version: string
  /** Why it was ended. Nothing may rely on it then. */
  readonly ended: string | undefined
}

/** Makes the record of a consent, which is created together with the decision of the person. */
export async function newConsent(
  consent: Consent,
): Promise<{ readonly id: string; readonly record: NewRecord }> {
  const id = encodeBase64url(crypto.getRandomValues(new Uint8Array(24)))
  const { owner, person, source, end } = consent
  return {
    id,
    record: {
      kind: 'consent',
      id: await recordId(id),
      octets: encodeJson(consent),
      open: false,
      owner,
      source,
      tags: [{ person }, { consent: id }],
      expires: end,
    },
  }
}

/** @throws {AAuthError} `server_error` (the promise rejects) when the store fails */
export async function findConsent(
  records: ManagedRecords,
  id: string,
  budget?: WaitBudget,
): Promise<FoundConsent | undefined> {
  const found = await records.find({ kind: 'consent', id: await recordId(id) }, budget)
  return found && { consent: decodeJson<Consent>(found.octets), version: found.version, ended: found.ended }
}

/** Whether a caller may do what the scopes say, because of this consent. */
export function grants({ consent, ended }: FoundConsent, caller: Owner, scopes: readonly string[]): boolean {
  return (
    ended === undefined &&
    isSameOwner(consent.owner, caller) &&
    scopes.every((scope) => consent.scopes.includes(scope))
  )
}

function recordId(id: string): Promise<string> {
  return digestOf('consent', id)
}
