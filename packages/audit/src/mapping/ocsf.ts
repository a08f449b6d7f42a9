import type { DecisionEvent } from '@aauth-guard/core'
import { withoutUndefined } from './ecs.ts'

/** An event of the Open Cybersecurity Schema Framework. */
export type OcsfEvent = Readonly<Record<string, unknown>>

/** `activity_id` of API Activity, by method. */
const activities: Readonly<Record<string, number>> = { POST: 1, GET: 2, HEAD: 2, PUT: 3, PATCH: 3, DELETE: 4 }
const other = 99
/** `activity_id` of Authentication: each request authenticates itself. */
const logon = 1

const statuses = { accepted: 1, challenged: 2, refused: 2, failed: other } as const
/** Informational, low, medium. */
const severities = { accepted: 1, challenged: 1, refused: 2, failed: 3 } as const

/**
 * A decision as an event of OCSF 1.6.0. What a verified caller did is API Activity (6003); a request that did not verify
 * is Authentication (3002), with what it claims under `unmapped` only. OCSF has no class for a decision whether an actor
 * may do something, so the code stands in `status_code`.
 *
 * OCSF requires `src_endpoint` of API Activity. Since the event holds no address, it is the agent.
 *
 * @example
 * ```ts
 * import { toOcsf } from '@aauth-guard/audit'
 * import { createResource } from '@aauth-guard/core'
 *
 * createResource({
 *   issuer: 'https://notes.example',
 *   trust: 'any',
 *   onDecision: (event) => process.stdout.write(`${JSON.stringify(toOcsf(event))}\n`),
 * })
 * ```
 */
export function toOcsf(event: DecisionEvent): OcsfEvent {
  const { outcome, code, hint, duration } = event
  const isVerified = event.issuer !== undefined || outcome === 'accepted'
  const [classUid, categoryUid] = isVerified ? [6003, 6] : [3002, 3]
  const activity = isVerified ? (activities[event.method] ?? other) : logon
  return {
    class_uid: classUid,
    category_uid: categoryUid,
    activity_id: activity,
    ...(activity === other && { activity_name: event.method }),
    type_uid: classUid * 100 + activity,
    time: event.time,
    severity_id: severities[outcome],
    status_id: statuses[outcome],
    ...(statuses[outcome] === other && { status: 'Not decided' }),
    ...(code !== undefined && { status_code: code }),
    ...(hint !== undefined && { status_detail: hint }),
    ...(duration.total !== undefined && { duration: Math.round(duration.total) }),
    metadata: {
      version: '1.6.0',
      product: { name: 'aauth-guard', vendor_name: 'aauth-guard' },
      log_name: event.type,
      uid: `${event.process}/${event.seq}`,
      correlation_uid: event.request,
      sequence: event.seq,
    },
    http_request: { http_method: event.method, url: { path: event.path }, uid: event.request },
    ...(event.status !== undefined && { http_response: { code: event.status } }),
    ...(isVerified ? apiMembers(event) : authenticationMembers(event)),
    unmapped: unmapped(event),
  }
}

function apiMembers(event: DecisionEvent): OcsfEvent {
  const { agent, issuer, person, thumbprint } = event
  const user = person === undefined ? {} : { user: { uid: person, type_id: 1 } }
  const session = event.jti === undefined ? {} : { session: { uid: event.jti, issuer } }
  const source = withoutUndefined({ name: agent ?? issuer, uid: thumbprint }) ?? { name: 'unknown' }
  return {
    actor: { ...user, ...session, app_name: agent ?? issuer ?? event.scheme ?? 'unknown' },
    api: {
      operation: event.requirement ?? `${event.method} ${event.path}`,
      request: { uid: event.request },
      ...(event.status !== undefined && { response: { code: event.status, error: event.code } }),
    },
    src_endpoint: source,
  }
}

function authenticationMembers(event: DecisionEvent): OcsfEvent {
  return {
    auth_protocol_id: other,
    auth_protocol: 'AAuth',
    is_remote: true,
    is_mfa: false,
    // Nobody is known.
    user: { type_id: 0, name: 'unknown' },
    service: { name: event.requirement ?? 'unnamed' },
  }
}

function unmapped(event: DecisionEvent): Readonly<Record<string, unknown>> | undefined {
  return withoutUndefined({
    point: event.point,
    step: event.step,
    credential: event.credential,
    scheme: event.scheme,
    generation: event.generation,
    token_kind: event.kind,
    token_exp: event.exp,
    issuer: event.issuer,
    mission: event.mission,
    agent_class: event.class,
    covered: event.covered,
    call_id: event.call_id,
    person_scope: event.personScope,
    claimed: event.claimed,
    stale: event.stale,
  })
}
