import { AAuthError } from '../errors/aauth-error.ts'
import type { Resource } from '../resource/resource.ts'
import type { Auth } from '../token/auth.ts'
import { encodeBase64url } from '../wire/base64url.ts'
import { type ManagedCaller, managedCaller } from './caller.ts'
import { type Consent, changeConsent, findConsent, manyAttempts, standsFor } from './consent.ts'
import { assertConsentData } from './create-consent.ts'

/** What an application keeps with a consent. */
export interface ConsentData {
  readonly data: string
  /** Changes whenever the data is replaced. */
  readonly version: number
}

/** Seconds after which a process that refreshes is taken to have crashed. */
const lease = 30
/** Milliseconds between two looks at what another process is refreshing. */
const pause = 100

/**
 * The data of the consent on which a session relies.
 *
 * @returns `undefined` if it has none
 * @throws {AAuthError} `access_denied` if the consent was ended meanwhile, `server_error` when the store fails (the promise
 * rejects)
 * @throws {TypeError} for an `auth` without a session of this resource (the promise rejects)
 */
export async function readConsentData(resource: Resource, auth: Auth): Promise<ConsentData | undefined> {
  const { managed, owner } = managedCaller(resource, auth)
  const found = await findConsent(managed.records, consentOf(auth))
  if (found === undefined || !standsFor(found, owner, managed.state.settings.now())) throw ended()
  return dataOf(found.consent)
}

/**
 * Replaces the data of a consent, such as an OAuth token that has expired. Of requests that want to replace the same
 * version at the same time, in any process that shares `stores.records`, one calls `refresh`. The others wait for it and
 * get what it returned, so that a refresh token is used once.
 *
 * If the process that refreshes crashes, another one calls `refresh` after 30 seconds.
 *
 * @param seen what `readConsentData` returned, and is not good any more
 * @param refresh returns the new data, within 30 seconds
 * @throws {AAuthError} `access_denied` if the consent was ended, `server_error` when the store fails, or another process
 * did not finish within 30 seconds (the promise rejects); what `refresh` throws
 * @throws {TypeError} as `readConsentData`, and for data that is too large (the promise rejects)
 * @example
 * ```ts
 * import type { Auth, Resource } from '@aauth-guard/core'
 * import { readConsentData, refreshConsentData } from '@aauth-guard/core/managed'
 *
 * interface Tokens {
 *   readonly access: string
 *   readonly refresh: string
 *   readonly expires: number
 * }
 *
 * export async function tokensOf(
 *   resource: Resource,
 *   auth: Auth,
 *   renew: (tokens: Tokens) => Promise<Tokens>,
 * ): Promise<Tokens | undefined> {
 *   const kept = await readConsentData(resource, auth)
 *   if (kept === undefined) return undefined
 *   const tokens = JSON.parse(kept.data) as Tokens
 *   if (tokens.expires > Date.now() / 1000) return tokens
 *   const fresh = await refreshConsentData(resource, auth, kept, async () => JSON.stringify(await renew(tokens)))
 *   return JSON.parse(fresh.data) as Tokens
 * }
 * ```
 */
export async function refreshConsentData(
  resource: Resource,
  auth: Auth,
  seen: ConsentData,
  refresh: () => string | Promise<string>,
): Promise<ConsentData> {
  const caller = managedCaller(resource, auth)
  const id = consentOf(auth)
  const holder = encodeBase64url(crypto.getRandomValues(new Uint8Array(12)))
  for (let waited = 0; waited <= lease * 1000; waited += pause) {
    const taken = await takeLock(caller, id, holder, seen.version)
    if (taken === 'taken') return refreshLocked(caller, id, holder, refresh)
    if (taken !== 'locked') return taken
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
  throw new AAuthError('server_error', {
    hint: 'another process did not refresh the data of a consent in time',
    retryAfter: 5,
  })
}

/** @returns the data, if another process has replaced it */
async function takeLock(
  { managed, owner }: ManagedCaller,
  id: string,
  holder: string,
  version: number,
): Promise<'taken' | 'locked' | ConsentData> {
  const { now } = managed.state.settings
  let verdict: 'taken' | 'locked' | ConsentData | undefined
  const changed = await changeConsent(managed.records, id, (found) => {
    verdict = undefined
    if (!standsFor(found, owner, now())) return undefined
    const { consent } = found
    if (consent.dataVersion !== version) verdict = dataOf(consent)
    else if (consent.lock !== null && now() < consent.lock.until) verdict = 'locked'
    else {
      verdict = 'taken'
      return { ...consent, lock: { holder, until: now() + lease } }
    }
    return undefined
  })
  if (verdict === undefined) throw ended()
  // Others changed it all the time, or it is gone, which the next attempt finds.
  if (verdict === 'taken' && (changed === undefined || changed === 'contended')) return 'locked'
  return verdict
}

async function refreshLocked(
  { managed }: ManagedCaller,
  id: string,
  holder: string,
  refresh: () => string | Promise<string>,
): Promise<ConsentData> {
  const { records } = managed
  // What was refreshed cannot be had again, so it must not be lost.
  const release = async (next: (consent: Consent) => Consent): Promise<Consent | undefined> => {
    const stored = await changeConsent(
      records,
      id,
      ({ consent }) => (consent.lock?.holder === holder ? { ...next(consent), lock: null } : undefined),
      { max: manyAttempts },
    )
    return stored === 'contended' ? undefined : stored
  }
  let data: string
  try {
    data = await refresh()
    assertConsentData(data)
  } catch (error) {
    await release((consent) => consent)
    throw error
  }
  const stored = await release((consent) => ({ ...consent, data, dataVersion: consent.dataVersion + 1 }))
  const kept = stored && dataOf(stored)
  if (kept !== undefined) return kept
  throw new AAuthError('server_error', {
    hint: 'the new data of a consent could not be stored: the consent is gone, has no more space, or the refresh took too long',
    retryAfter: 5,
  })
}

function dataOf({ data, dataVersion }: Consent): ConsentData | undefined {
  return data === undefined ? undefined : Object.freeze({ data, version: dataVersion })
}

/** @throws {TypeError} */
function consentOf({ session }: Auth): string {
  if (session === undefined)
    throw new TypeError('"auth" does not come from a session: look at "session" of it first')
  return session.consent
}

function ended(): AAuthError {
  return new AAuthError('access_denied', { hint: 'the consent of the session was ended' })
}
