import type { RecordKey } from '../stores/record-store.ts'
import { type Consent, type FoundConsent, findConsent } from './consent.ts'
import { digestOf } from './digest.ts'
import type { ManagedContext } from './managed-context.ts'
import type { Owner } from './owner.ts'
import { decodeJson, encodeJson } from './pending-request.ts'

/** Which consent was given last, when a person server led its person to the page of the resource. */
interface Pointer {
  readonly consent: string
}

const attempts = 8

/**
 * Remembers a consent for the auth token that the agent gets afterwards. The last one counts.
 * @throws {AAuthError} `server_error` (the promise rejects) when the store fails
 */
export async function rememberLed(
  { records }: ManagedContext,
  { id, owner, route, source, end }: Consent,
): Promise<void> {
  const key = await keyOf(route, owner)
  const octets = encodeJson({ consent: id } satisfies Pointer)
  for (let attempt = 0; attempt < attempts; attempt++) {
    const found = await records.findSealed(key)
    const verdict =
      found === undefined
        ? await records.create({ ...key, octets, open: false, owner, source, isEndless: true, expires: end })
        : await records.replace({ ...key, version: found.version, octets, open: false, expires: end })
    if (verdict !== 'exists' && verdict !== 'conflict' && verdict !== 'missing') return
  }
}

/**
 * The consent that a person gave on a route, for the agent and the person of a caller.
 * @throws {AAuthError} `server_error` (the promise rejects) when the store fails
 */
export async function findLed(
  { records }: ManagedContext,
  caller: Owner,
  route: string,
): Promise<FoundConsent | undefined> {
  const found = await records.find(await keyOf(route, caller))
  return found && findConsent(records, decodeJson<Pointer>(found.octets).consent)
}

/**
 * Whether the person of a caller agreed to all of the scopes, and the consent still stands.
 * @param now seconds
 */
export async function isLedConsent(
  { consent, ended }: FoundConsent,
  caller: Owner,
  scopes: readonly string[],
  now: number,
): Promise<boolean> {
  if (ended !== undefined || now >= consent.end) return false
  if (!scopes.every((scope) => consent.scopes.includes(scope))) return false
  return (await subjectDigest(consent.owner)) === (await subjectDigest(caller))
}

async function keyOf(route: string | null, owner: Owner): Promise<RecordKey> {
  return { kind: 'consent', id: await digestOf('led consent', route, await subjectDigest(owner)) }
}

/**
 * What the token that the agent presents first and the auth token that it gets for it have in common: the key, and the
 * person of draft 11 with the mission. In drafts 01 to 10 both name the agent, and the first one neither person nor mission.
 */
function subjectDigest({ resource, thumbprint, agent, person, mission }: Owner): Promise<string> {
  return agent === null
    ? digestOf(
        'led person',
        ...[resource, thumbprint, person?.server ?? null, person?.tenant ?? null, person?.sub ?? null],
        ...[mission?.approver ?? null, mission?.s256 ?? null],
      )
    : digestOf('led agent', resource, thumbprint, agent.sub)
}
