import { assert } from '../assert/assert.ts'
import { assertKnownMembers } from '../assert/known-members.ts'
import { ownMembers } from '../assert/own-members.ts'
import { assertScopesDescribed } from '../resource/described-scopes.ts'
import type { Auth } from '../token/auth.ts'
import { quoted } from '../wire/quoted.ts'
import type { RoutedRequest } from '../wire/routed-request.ts'
import type { AskedBy, Question, WaitingRequest } from './ask-person.ts'
import type { ManagedState } from './managed-state.ts'
import { defaultPendingLifetime, maxPendingLifetime } from './pending-records.ts'

/** What a route asks a person. */
export interface InteractionRequirement<Verified extends Auth = Auth> {
  /** The scopes that the person is asked for. The resource must describe each one. */
  readonly scope: string | readonly string[]
  /**
   * `'interaction'` (default) gives the agent a code and the address of the page, so only agents that list the capability
   * `interaction` are answered so. `'approval'` gives the agent nothing: `notify` tells the person.
   *
   * `'person-server'` is for routes that take auth tokens only. The resource token has an `interaction` claim, by which the
   * person server sends the person to the page before it asks for its own consent. The route then requires an auth token
   * with `scope`, and that the person has agreed on the page. The code ends with the resource token, after 300 seconds.
   */
  readonly by?: AskedBy
  /** Seconds that a request waits. 60 to 3600, default 600. */
  readonly lifetime?: number
  /**
   * The consent that your application stored for this caller, by the id that `complete` returned; `undefined` if there is
   * none. The guard checks that it lives, belongs to the caller and contains `scope`. Default: that of the session, on a route
   * with `sessions: true`, or with `'person-server'` what the person agreed to last. Any other route needs it.
   */
  readonly consentOf?: (
    auth: Verified,
    request: RoutedRequest,
  ) => string | undefined | Promise<string | undefined>
  /** Called for each request that begins to wait. Required with `'approval'`. If it throws, the response is 503. */
  readonly notify?: (waiting: WaitingRequest) => void | Promise<void>
}

/** The same, checked. */
export interface Asked extends Question {
  readonly consentOf: InteractionRequirement<never>['consentOf']
}

const optionNames = ['scope', 'by', 'lifetime', 'consentOf', 'notify']

/** @throws {TypeError} */
export function checkQuestion(
  managed: ManagedState,
  route: unknown,
  given: InteractionRequirement<never>,
): Asked {
  const {
    scope,
    by = 'interaction',
    lifetime = defaultPendingLifetime,
    consentOf,
    notify,
    ...others
  } = ownMembers(given)
  assertKnownMembers(others, optionNames, 'requireInteraction')
  for (const [name, callback] of Object.entries({ consentOf, notify }))
    assert(
      callback === undefined || typeof callback === 'function',
      `"${name}" of requireInteraction is ${quoted(callback)}: pass a function`,
    )
  assert(
    typeof route === 'string',
    '"name" of the route is missing: write a name such as "notes.read", which the page gets and logs show',
  )
  assert(
    managed.settings.interaction !== undefined,
    '"interaction" of managedAccess is missing: pass { url } with the address of the page where persons enter a code',
  )
  const scopes = typeof scope === 'string' ? [scope] : [...(scope ?? [])]
  assert(scopes.length > 0, '"scope" of requireInteraction is empty: name what the person is asked for')
  assertScopesDescribed(scopes, managed.state.settings.scopes.keys())
  assert(
    by === 'interaction' || by === 'person-server' || by === 'approval',
    `"by" of requireInteraction is ${quoted(by)}: write 'interaction', 'person-server' or 'approval'`,
  )
  assert(
    by !== 'approval' || notify !== undefined,
    '"notify" of requireInteraction is missing, and by: \'approval\' gives the agent no code: pass a function that tells the person',
  )
  assert(
    by !== 'person-server' || managed.settings.interaction.accountOf !== undefined,
    '"interaction.accountOf" of managedAccess is missing, and person servers lead persons of tokens to the page: say which account is linked with them',
  )
  assert(
    Number.isInteger(lifetime) && lifetime >= 60 && lifetime <= maxPendingLifetime,
    `"lifetime" of requireInteraction is ${quoted(lifetime)}: write 60 to ${maxPendingLifetime} seconds`,
  )
  return { route, scopes: Object.freeze(scopes), by, lifetime, notify, consentOf }
}
