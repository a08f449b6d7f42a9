import type { AAuthError, AAuthErrorCode } from '../errors/aauth-error.ts'
import type { DecisionEvent, DecisionPoint } from '../events/decision-event.ts'
import type { ResourceState } from '../resource/state.ts'
import { selectSignature } from '../signature/select-signature.ts'
import type { Auth } from '../token/auth.ts'
import { isAgentId } from '../token/identifiers.ts'
import { personKey } from '../token/person-key.ts'
import { decodeToken } from '../token/untrusted-token.ts'
import { knownCaller } from '../verify/known-caller.ts'
import type { VerifiedRequest } from '../verify/verified-request.ts'
import { isUnsigned } from '../wire/signature-headers.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
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
}

const maxPath = 1024
const maxClaim = 128

/** Describes a decision. Returns synchronously if the runtime hashes synchronously. */
export function decisionEvent(
  state: ResourceState,
  { point, request, requirement, times }: Grounds,
  error: AAuthError | undefined,
): DecisionEvent | Promise<DecisionEvent> {
  const caller = knownCaller(state, request)
  const other = caller?.other
  const unsigned = caller === undefined && orElse(() => isUnsigned(request), false)
  const place = state.events.nextPlace(request)
  const time = Date.now()
  const verified = caller?.verified
  const key = verified && personKey(verified.token.template as Auth)
  const person = key === undefined ? undefined : state.events.persons.nameOf(key)
  const signature = orElse(() => request.header('signature').join(', '), '')
  const callId = signature === '' ? undefined : state.platform.sha256(signature)
  const describe = (personName: string | undefined, call: string | undefined): DecisionEvent =>
    Object.freeze({
      type: 'aauth.decision.v1',
      time,
      ...place,
      point,
      credential: other !== undefined || (unsigned && error === undefined) ? 'other' : 'aauth',
      ...(other !== undefined && { scheme: other }),
      ...outcomeOf(error, unsigned),
      duration: times?.measured() ?? Object.freeze({}),
      ...(requirement !== undefined && { requirement }),
      ...sentTo(request, verified),
      ...(verified && verifiedMembers(verified)),
      ...(personName !== undefined && { person: personName, personScope: state.events.persons.scope }),
      ...(caller?.server && { issuer: caller.server.id }),
      ...(caller === undefined && !unsigned && claimedBy(request)),
      ...(call !== undefined && { call_id: call }),
    }) satisfies DecisionEvent
  if (person instanceof Promise || callId instanceof Promise)
    return Promise.all([person, callId]).then(([name, call]) => describe(name, call))
  return describe(person, callId)
}

/** The verified target, if known, since the host may return another value when it is read again. */
function sentTo(
  request: SignedRequest,
  verified: VerifiedRequest | undefined,
): Pick<DecisionEvent, 'method' | 'path'> {
  const { method, target } = verified
    ? { method: verified.transport.method, target: verified.transport.rawTarget }
    : { method: orElse(() => request.method, ''), target: orElse(() => request.target, '') }
  return { method, path: orElse(() => (target.split('?', 1)[0] as string).slice(0, maxPath), '') }
}

const wayIn: readonly string[] = ['agent_token_required', 'person_token_required', 'auth_token_required']

/** Whether a response is an expected challenge. */
export function isChallenge(code: AAuthErrorCode, unsigned: () => boolean): boolean {
  return wayIn.includes(code) || (code === 'invalid_signature' && orElse(unsigned, false))
}

function outcomeOf(
  error: AAuthError | undefined,
  unsigned: boolean,
): Pick<DecisionEvent, 'outcome' | 'status' | 'code' | 'hint'> {
  if (error === undefined) return { outcome: 'accepted' }
  const { code, status, hint } = error
  const challenged = isChallenge(code, () => unsigned)
  const outcome = code === 'server_error' ? 'failed' : challenged ? 'challenged' : 'refused'
  return { outcome, status, code, ...(hint !== undefined && { hint }) }
}

function verifiedMembers({ token, covered, stale }: VerifiedRequest): Partial<DecisionEvent> {
  const { kind, generation, iss, agent, mission, jti, exp } = token.claims
  const provider = token.template.class?.provider
  return {
    kind,
    ...(generation !== undefined && { generation }),
    issuer: iss,
    ...(agent !== undefined && { agent }),
    ...(mission !== undefined && {
      mission: Object.freeze({ approver: mission.approver, s256: mission.s256 }),
    }),
    ...(provider !== undefined && { class: provider }),
    thumbprint: token.thumbprint,
    jti,
    exp,
    covered: Object.freeze([...covered]),
    ...(stale && { stale }),
  }
}

/** The claims of an unverified token, which must not be trusted. */
function claimedBy(request: SignedRequest): Pick<DecisionEvent, 'claimed'> {
  return orElse(() => {
    const jwt = selectSignature(request).key.params.get('jwt')
    if (jwt?.type !== 'string') return {}
    const { iss, agent, sub, mission, mission_s256: s256 } = decodeToken(jwt.value).untrustedClaims
    const digest = s256 ?? (mission as { s256?: unknown } | undefined)?.s256
    const named = Object.entries({
      issuer: iss,
      agent: agent ?? (isAgentId(sub) ? sub : undefined),
      mission: digest,
    })
    const texts = named.filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    return { claimed: Object.freeze(Object.fromEntries(texts.map(([name, text]) => [name, clip(text)]))) }
  }, {})
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
