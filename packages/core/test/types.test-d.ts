/** Checked by the compiler alone: nothing here runs. */
import {
  type AAuthError,
  type AAuthErrorCode,
  type AgentAuth,
  type AlternativeCredential,
  type AlternativeRequirement,
  type Auth,
  alternativeCredential,
  authorize,
  type Caller,
  createResource,
  type MissionHeaderAuth,
  type OtherCaller,
  type PersonAuth,
  type PersonTokenAuth,
  personKey,
  type Requirement,
  type ResourceOptions,
  type RoutedRequest,
  type SignatureErrorCode,
  type SignedRequest,
  stepUp,
} from '@aauth-guard/core'
import { fetchGuard } from '@aauth-guard/core/fetch'
import { type MissionGrant, mayResume, missionGrant, type Resumption } from '@aauth-guard/core/missions'
import { getAuth, getCaller, protect, requireGrant } from '@aauth-guard/express'
import type { Request as ExpressRequest } from 'express'
import { expectTypeOf } from 'vitest'

const options: ResourceOptions = { issuer: 'https://notes.example', trust: 'any' }
const resource = createResource(options)
declare const request: SignedRequest
declare const req: ExpressRequest
declare const auth: Auth
declare const error: AAuthError

type AnyAuthToken = PersonTokenAuth | MissionHeaderAuth

/** The identity is of the kinds that `accept` names. */
export async function followsAccept(): Promise<void> {
  expectTypeOf(await authorize(resource, request)).toEqualTypeOf<AnyAuthToken>()
  expectTypeOf(await authorize(resource, request, { scope: 'access' })).toEqualTypeOf<AnyAuthToken>()
  expectTypeOf(await authorize(resource, request, { accept: 'auth-token' })).toEqualTypeOf<AnyAuthToken>()
  expectTypeOf(await authorize(resource, request, { accept: 'agent-token' })).toEqualTypeOf<AgentAuth>()
  // An auth token of draft 11 also says which person it is for (R11-072).
  expectTypeOf(await authorize(resource, request, { accept: 'person-token' })).toEqualTypeOf<
    PersonAuth | PersonTokenAuth
  >()
  expectTypeOf(await authorize(resource, request, { accept: ['agent-token', 'auth-token'] })).toEqualTypeOf<
    AgentAuth | AnyAuthToken
  >()
}

/** Behind `person: 'required'` every identity names a person. */
export async function followsPerson(): Promise<void> {
  type Named = PersonTokenAuth | (MissionHeaderAuth & { readonly sub: string })
  const found = await authorize(resource, request, { person: 'required' })
  expectTypeOf(found).toEqualTypeOf<Named>()
  expectTypeOf(personKey(found)).toEqualTypeOf<string>()
  expectTypeOf(personKey(auth)).toEqualTypeOf<string | undefined>()
  expectTypeOf(personKey(getAuth(req, 'auth-token', { person: 'required' }))).toEqualTypeOf<string>()
  expectTypeOf(personKey(getAuth(req, 'auth-token'))).toEqualTypeOf<string | undefined>()
  const either = { accept: ['agent-token', 'auth-token'], person: 'required' } as const
  expectTypeOf(await authorize(resource, request, either)).toEqualTypeOf<Named>()
  fetchGuard(resource, { person: 'required' })((_, named) => {
    expectTypeOf(named).toEqualTypeOf<Named>()
    return new Response()
  })
}

/** The default requirement of a resource is data, and a route waives it by name. */
export function followsDefaults(): void {
  createResource({ ...options, require: { mission: 'required', person: 'required' } })
  protect(resource, { mission: 'optional', person: 'optional', class: 'any' })
  // @ts-expect-error a default cannot name a scope
  createResource({ ...options, require: { scope: 'access' } })
  // @ts-expect-error this value does not exist
  protect(resource, { mission: 'any' })
}

/** `undefined` is a result exactly where callers without a credential pass. */
export async function followsOptional(maybe: boolean): Promise<void> {
  expectTypeOf(await authorize(resource, request, { optional: true })).toEqualTypeOf<
    AnyAuthToken | undefined
  >()
  expectTypeOf(await authorize(resource, request, { optional: false })).toEqualTypeOf<AnyAuthToken>()
  expectTypeOf(await authorize(resource, request, { optional: maybe })).toEqualTypeOf<
    AnyAuthToken | undefined
  >()
  expectTypeOf(await authorize(resource, request, { accept: 'agent-token', optional: true })).toEqualTypeOf<
    AgentAuth | undefined
  >()
}

/** With an alternative, the caller is an identity or who came with the other credential. */
export async function followsAlternative(caller: Caller): Promise<void> {
  const alternative = alternativeCredential({
    when: { scheme: 'Bearer' },
    check: (received, requirement) => {
      expectTypeOf(received).toEqualTypeOf<RoutedRequest>()
      expectTypeOf(requirement).toEqualTypeOf<AlternativeRequirement>()
      return undefined
    },
    exempt: ['mission', 'class', 'person', 'tool', 'account', 'singleUse', 'check'],
  })
  expectTypeOf(alternative).toEqualTypeOf<AlternativeCredential>()
  expectTypeOf(await authorize(resource, request, { scope: 'access', alternative })).toEqualTypeOf<
    AnyAuthToken | OtherCaller
  >()
  expectTypeOf(
    await authorize(resource, request, { accept: 'agent-token', optional: true, alternative }),
  ).toEqualTypeOf<AgentAuth | OtherCaller | undefined>()
  // A requirement of which nobody knows whether it has one may have one.
  const unknown: Requirement<'agent-token', false> = {}
  expectTypeOf(await authorize(resource, request, unknown)).toEqualTypeOf<AgentAuth | OtherCaller>()
  fetchGuard(resource, { alternative })((_, found) => {
    expectTypeOf(found).toEqualTypeOf<AnyAuthToken | OtherCaller>()
    // @ts-expect-error who came with the other credential has no person
    personKey(found)
    return new Response()
  })
  expectTypeOf(getCaller(req)).toEqualTypeOf<Caller | undefined>()
  if (caller.type === 'other') expectTypeOf(caller).toEqualTypeOf<OtherCaller>()
  else expectTypeOf(caller).toEqualTypeOf<Auth>()
  // @ts-expect-error it is not an Auth
  missionGrant(caller)
  // @ts-expect-error nor does it step up
  stepUp(resource, caller, { scope: 'access' })
  // @ts-expect-error nor may a default name one
  createResource({ ...options, require: { alternative } })
  // @ts-expect-error only alternativeCredential makes one
  protect(resource, { alternative: { when: { scheme: 'Bearer' } } })
  // @ts-expect-error browsers add cookies to requests of other sites
  alternativeCredential({ when: { cookie: 'session' }, check: () => undefined })
  // @ts-expect-error undefined refuses, and nothing else
  alternativeCredential({ when: { scheme: 'Bearer' }, check: () => false })
  // @ts-expect-error the other credential is compared for its scopes
  alternativeCredential({ when: { scheme: 'Bearer' }, check: () => undefined, exempt: ['scope'] })
}

/** A grant is plain data, made of an identity and compared with one. */
export function followsGrants(stored: unknown): void {
  expectTypeOf(missionGrant(auth)).toEqualTypeOf<MissionGrant>()
  expectTypeOf(mayResume(missionGrant(auth), auth, 'same-key')).toEqualTypeOf<Resumption>()
  // @ts-expect-error a value from a store is unknown until its type is declared
  mayResume(stored, auth)
  // @ts-expect-error this policy does not exist
  mayResume(missionGrant(auth), auth, 'allow')
  // @ts-expect-error not a member of an identity
  missionGrant({ mission: { approver: 'https://ps.example', s256: 'A' } })
  // @ts-expect-error read-only
  missionGrant(auth).class = null
  requireGrant((request) => {
    expectTypeOf(request).toEqualTypeOf<ExpressRequest>()
    return undefined
  })
  // @ts-expect-error this policy does not exist
  protect(resource, { class: { provider: 'https://agent.example' }, classPolicy: 'allow' })
  protect(resource, { class: { provider: ['https://agent.example'] }, tool: 'FeedbackReader' })
}

/** Guards pass the same types to handlers and to `check`. */
export function followsGuards(): void {
  fetchGuard(resource, { accept: 'agent-token', optional: true })((_, caller) => {
    expectTypeOf(caller).toEqualTypeOf<AgentAuth | undefined>()
    return new Response()
  })
  fetchGuard(
    resource,
    {},
  )((_, caller, env: { readonly name: string }) => {
    expectTypeOf(caller).toEqualTypeOf<AnyAuthToken>()
    return new Response(env.name)
  })
  protect(resource, {
    accept: 'person-token',
    check: (caller) => {
      expectTypeOf(caller).toEqualTypeOf<PersonAuth | PersonTokenAuth>()
      return caller.ps === 'https://ps.example'
    },
  })
  expectTypeOf(getAuth(req, 'auth-token')).toEqualTypeOf<AnyAuthToken>()
  expectTypeOf(getAuth(req, 'agent-token')).toEqualTypeOf<AgentAuth>()
  expectTypeOf(getAuth(req, 'person-token')).toEqualTypeOf<PersonAuth | PersonTokenAuth>()
  expectTypeOf(req.aauth).toEqualTypeOf<Auth | undefined>()
  // @ts-expect-error this kind does not exist
  getAuth(req, 'bearer')
  // @ts-expect-error the kind is required
  getAuth(req)
}

/** `type` and `generation` discriminate the members. */
export function narrows(): void {
  if (auth.type === 'agent-token') expectTypeOf(auth).toEqualTypeOf<AgentAuth>()
  if (auth.type === 'person-token') expectTypeOf(auth.agent).toEqualTypeOf<undefined>()
  if (auth.type === 'auth-token' && auth.generation === 'mission-header') {
    expectTypeOf(auth.agent).toEqualTypeOf<string>()
    expectTypeOf(auth.sub).toEqualTypeOf<string | undefined>()
  }
  if (auth.type === 'auth-token' && auth.generation === 'person-token') {
    expectTypeOf(auth.ps).toEqualTypeOf<string>()
    expectTypeOf(auth.class).toEqualTypeOf<undefined>()
  }
}

/** Codes are a closed union, so that a switch can be complete. */
export function isClosed(code: AAuthErrorCode): 401 | 403 | 'other' {
  switch (code) {
    case 'agent_token_required':
    case 'person_token_required':
    case 'auth_token_required':
      return 401
    case 'access_denied':
    case 'person_required':
    case 'mission_required':
    case 'mission_mismatch':
    case 'class_mismatch':
    case 'class_unverifiable':
    case 'mission_terminated':
    case 'denied':
    case 'abandoned':
    case 'revoked':
      return 403
    case 'invalid_request':
    case 'invalid_scope':
    case 'invalid_account':
    case 'unsupported_iss':
    case 'content_too_large':
    case 'rate_limited':
    case 'pending':
    case 'not_found':
    case 'expired':
    case 'invalid_code':
    case 'gone':
    case 'slow_down':
    case 'server_error':
      return 'other'
    default:
      expectTypeOf(code).toEqualTypeOf<SignatureErrorCode>()
      return 401
  }
}

/** What was verified, and what is shared, is read-only. */
export function isReadonly(): void {
  // @ts-expect-error read-only
  auth.sub = 'somebody'
  // @ts-expect-error read-only
  auth.scopes.push('admin')
  // @ts-expect-error read-only
  request.method = 'DELETE'
  // @ts-expect-error read-only
  request.target = '/admin'
  // @ts-expect-error read-only
  error.code = 'access_denied'
  // @ts-expect-error read-only
  resource.issuer = 'https://other.example'
}

/** What must not be configured has no option. */
export function refuses(): void {
  // @ts-expect-error trust has no default
  createResource({ issuer: 'https://notes.example' })
  // @ts-expect-error any web site could grant any scope [G11]
  createResource({ ...options, trust: { accessServers: 'any' } })
  // @ts-expect-error a signing key needs its algorithm
  createResource({ ...options, signingKey: { kty: 'OKP', kid: 'rs-1' } })
  // @ts-expect-error misspelt
  protect(resource, { scopes: 'access' })
  // @ts-expect-error this kind does not exist
  protect(resource, { accept: 'bearer' })
  // @ts-expect-error claims of a resource token come from the verified token alone [L02, M03]
  const overridden: Requirement = { mission_s256: 'A', sub: 'somebody', agent_jkt: 'x' }
  expectTypeOf(overridden).toEqualTypeOf<Requirement>()
}
