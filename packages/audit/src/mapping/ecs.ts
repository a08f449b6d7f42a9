import type { DecisionEvent } from '@aauth-guard/core'

/** A document of the Elastic Common Schema; members that are not of it stand under `aauth`. */
export type EcsDocument = Readonly<Record<string, unknown>>

const outcomes = {
  accepted: 'success',
  challenged: 'failure',
  refused: 'failure',
  failed: 'unknown',
} as const

/**
 * A decision as a document of the Elastic Common Schema (ECS 8.17). `event.outcome` is `unknown` where nobody could
 * decide. What an unverified caller claims stands under `aauth.claimed` only.
 *
 * The person becomes `user.id` as it stands in the event, which is a hash unless `observe.rawPersons` is set.
 *
 * @example
 * ```ts
 * import { toEcs } from '@aauth-guard/audit'
 * import { createResource } from '@aauth-guard/core'
 *
 * createResource({
 *   issuer: 'https://notes.example',
 *   trust: 'any',
 *   onDecision: (event) => process.stdout.write(`${JSON.stringify(toEcs(event))}\n`),
 * })
 * ```
 */
export function toEcs(event: DecisionEvent): EcsDocument {
  const { outcome, code, hint, method, path, status, person, agent, requirement, duration } = event
  return {
    '@timestamp': new Date(event.time).toISOString(),
    ecs: { version: '8.17.0' },
    event: {
      kind: 'event',
      category: ['authentication', 'api'],
      type: outcome === 'accepted' ? ['access', 'allowed'] : ['access', 'denied'],
      action: `aauth-${event.point}`,
      outcome: outcomes[outcome],
      id: `${event.process}/${event.seq}`,
      sequence: event.seq,
      dataset: 'aauth.decision',
      module: 'aauth-guard',
      ...given('code', code),
      ...given('reason', hint),
      // Nanoseconds.
      ...(duration.total !== undefined && { duration: Math.round(duration.total * 1_000_000) }),
    },
    ...(code !== undefined && { error: { code, ...given('message', hint) } }),
    http: {
      request: { method, id: event.request },
      ...(status !== undefined && { response: { status_code: status } }),
    },
    url: { path },
    ...(person !== undefined && { user: { id: person } }),
    ...(agent !== undefined && { client: { user: { id: agent } } }),
    ...(requirement !== undefined && { rule: { name: requirement } }),
    aauth: withoutUndefined({
      step: event.step,
      credential: event.credential,
      scheme: event.scheme,
      generation: event.generation,
      token: withoutUndefined({ kind: event.kind, jti: event.jti, exp: event.exp }),
      issuer: event.issuer,
      mission: event.mission,
      class: event.class,
      thumbprint: event.thumbprint,
      covered: event.covered,
      call_id: event.call_id,
      person_scope: event.personScope,
      claimed: event.claimed,
      stale: event.stale,
    }),
  }
}

function given(name: string, value: unknown): Readonly<Record<string, unknown>> {
  return value === undefined ? {} : { [name]: value }
}

/** The members that are there; `undefined` if there is none. */
export function withoutUndefined(members: object): Readonly<Record<string, unknown>> | undefined {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined)
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}
