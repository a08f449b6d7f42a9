import type { AAuthError, AAuthErrorCode } from '../errors/aauth-error.ts'
import type { DecisionEvent, DecisionPoint } from '../events/decision-event.ts'
import type { VerifiedToken } from '../keys/verified-tokens.ts'
import { pendingPath } from '../resource/paths.ts'
import type { ResourceState } from '../resource/state.ts'
import { selectSignature } from '../signature/select-signature.ts'
import type { Auth } from '../token/auth.ts'
import { isAgentId } from '../token/identifiers.ts'
import { personKey } from '../token/person-key.ts'
import { decodeToken } from '../token/untrusted-token.ts'
import { type KnownCaller, knownCaller } from '../verify/known-caller.ts'
import type { VerifiedRequest } from '../verify/verified-request.ts'
import { isUnsigned } from '../wire/signature-headers.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { onlyLine } from '../wire/snapshot.ts'
import type { StageTimes } from './stage-times.ts'

/** What a decision is based on. */
export interface Grounds {
  readonly point: DecisionPoint
  readonly request: SignedRequest
  /** `name` of the requirement. */
  readonly requirement?: string | undefined
  readonly times?: StageTimes | undefined
  /** Whether an acceptance of the request was recorded before. */
  readonly isRecorded?: boolean
  /** Set while the request has another method or target than the one whose sender is known. */
  isRetargeted?: boolean
}

/** The verified sender of the request, as it is decided. */
export function callerOf(state: ResourceState, { request, isRetargeted }: Grounds): KnownCaller | undefined {
  return isRetargeted === true ? undefined : knownCaller(state, request)
}

const maxPath = 1024
const maxClaim = 128

/** An event while it is made. */
type Draft = { -readonly [Name in keyof DecisionEvent]: DecisionEvent[Name] }

/**
 * Describes a decision. Returns synchronously if the runtime hashes synchronously. Members are assigned one by one, which
 * costs a tenth of what spreading objects with some of them does (bench/README.md#listeners).
 */
export function decisionEvent(
  state: ResourceState,
  grounds: Grounds,
  error: AAuthError | undefined,
): DecisionEvent | Promise<DecisionEvent> {
  const { request } = grounds
  const caller = callerOf(state, grounds)
  const event = draftOf(state, grounds, caller, error)
  const person = caller?.verified && personNameOf(state, caller.verified.token)
  const call = callIdOf(state, request)
  if (person instanceof Promise || call instanceof Promise)
    return Promise.all([person, call]).then(([name, id]) => complete(state, event, name, id))
  return complete(state, event, person, call)
}

function complete(
  { events }: ResourceState,
  event: Draft,
  person: string | undefined,
  call: string | undefined,
): DecisionEvent {
  if (person !== undefined) {
    event.person = person
    event.personScope = events.persons.scope
  }
  if (call !== undefined) event.call_id = call
  return Object.freeze(event)
}

function draftOf(
  { events }: ResourceState,
  { point, request, requirement, times }: Grounds,
  caller: KnownCaller | undefined,
  error: AAuthError | undefined,
): Draft {
  const { id, step } = events.numbered(request)
  const { verified, server, other } = caller ?? {}
  const unsigned = caller === undefined && orElse(() => isUnsigned(request), false)
  const { method, path } = sentTo(request, verified)
  const event: Draft = {
    type: 'aauth.decision.v1',
    time: Date.now(),
    process: events.process,
    seq: events.nextSeq(),
    request: id,
    step,
    point,
    credential: other !== undefined || (unsigned && error === undefined) ? 'other' : 'aauth',
    outcome: outcomeOf(error, unsigned),
    duration: times?.measured() ?? noStages,
    method,
    path,
  }
  if (other !== undefined) event.scheme = other
  if (error !== undefined) {
    event.status = error.status
    event.code = error.code
    if (error.hint !== undefined) event.hint = error.hint
  }
  if (requirement !== undefined) event.requirement = requirement
  if (verified !== undefined) addVerified(event, verified)
  if (server !== undefined) event.issuer = server.id
  if (caller === undefined && !unsigned) {
    const claimed = claimedBy(request)
    if (claimed !== undefined) event.claimed = claimed
  }
  return event
}

const noStages = Object.freeze({})

/** How events name the person of a token, made once for each token. */
function personNameOf({ events }: ResourceState, token: VerifiedToken): string | undefined | Promise<string> {
  if (token.personName !== undefined) return token.personName
  const key = personKey(token.template as Auth)
  if (key === undefined) return undefined
  const name = events.persons.nameOf(key)
  if (typeof name === 'string') token.personName = name
  return name
}

function callIdOf({ platform }: ResourceState, request: SignedRequest): string | undefined | Promise<string> {
  const signature = orElse(() => onlyLine(request, 'signature') ?? request.header('signature').join(', '), '')
  return signature === '' ? undefined : orElse(() => platform.sha256(signature), undefined)
}

/** The verified target, if known, since the host may return another value when it is read again. */
function sentTo(
  request: SignedRequest,
  verified: VerifiedRequest | undefined,
): Pick<DecisionEvent, 'method' | 'path'> {
  const { method, target } = verified
    ? { method: verified.transport.method, target: verified.transport.rawTarget }
    : { method: orElse(() => request.method, ''), target: orElse(() => request.target, '') }
  return { method, path: orElse(() => pathOf(target), '') }
}

/** Without the id of a pending request, which no log needs. */
function pathOf(target: string): string {
  const path = (target.split('?', 1)[0] as string).slice(0, maxPath)
  return path.startsWith(pendingPath) ? `${pendingPath}{id}` : path
}

const wayIn: readonly string[] = [
  'pending',
  'agent_token_required',
  'person_token_required',
  'auth_token_required',
]

/** Whether a response is an expected challenge. */
export function isChallenge(code: AAuthErrorCode, unsigned: () => boolean): boolean {
  return wayIn.includes(code) || (code === 'invalid_signature' && orElse(unsigned, false))
}

function outcomeOf(error: AAuthError | undefined, unsigned: boolean): DecisionEvent['outcome'] {
  if (error === undefined) return 'accepted'
  if (error.code === 'server_error') return 'failed'
  return isChallenge(error.code, () => unsigned) ? 'challenged' : 'refused'
}

function addVerified(event: Draft, { token, covered, stale }: VerifiedRequest): void {
  const { kind, generation, iss, agent, mission, jti, exp } = token.claims
  const provider = token.template.class?.provider
  event.kind = kind
  if (generation !== undefined) event.generation = generation
  event.issuer = iss
  if (agent !== undefined) event.agent = agent
  if (mission !== undefined) event.mission = Object.freeze({ approver: mission.approver, s256: mission.s256 })
  if (provider !== undefined) event.class = provider
  event.thumbprint = token.thumbprint
  event.jti = jti
  event.exp = exp
  // Frozen already.
  event.covered = covered
  if (stale) event.stale = true
}

/** The claims of an unverified token, which must not be trusted. */
function claimedBy(request: SignedRequest): DecisionEvent['claimed'] {
  return orElse(() => {
    const jwt = selectSignature(request).key.params.get('jwt')
    if (jwt?.type !== 'string') return undefined
    const { iss, agent, sub, mission, mission_s256: s256 } = decodeToken(jwt.value).untrustedClaims
    const digest = s256 ?? (mission as { s256?: unknown } | undefined)?.s256
    const named = Object.entries({
      issuer: iss,
      agent: agent ?? (isAgentId(sub) ? sub : undefined),
      mission: digest,
    })
    const texts = named.filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    return Object.freeze(Object.fromEntries(texts.map(([name, text]) => [name, clip(text)])))
  }, undefined)
}

/** A host may pass a value that is not a request, and the decision about it is reported as well. */
function orElse<T>(read: () => T, otherwise: T): T {
  try {
    return read()
  } catch {
    return otherwise
  }
}

function clip(text: string): string {
  return text.slice(0, maxClaim)
}
