import type { ResourceHappening } from '@aauth-guard/core'

const issuer = 'https://chosen-by-a-caller.example'
const mission = { approver: issuer, s256: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' }

/** What happens beside decisions, with the metric that counts it and its attributes. */
export const happenings: readonly [
  metric: string,
  ResourceHappening,
  attributes: Readonly<Record<string, string>>,
][] = [
  [
    'key_fetches',
    { type: 'aauth.keys_fetched.v1', issuer, document: 'aauth-person.json', outcome: 'failed', hint: 'x' },
    { outcome: 'failed' },
  ],
  [
    'store_failures',
    { type: 'aauth.store_failed.v1', store: 'stores.revocations', hint: 'x' },
    { store: 'stores.revocations' },
  ],
  [
    'circuit_changes',
    { type: 'aauth.circuit_changed.v1', subject: 'stores.replays', state: 'open' },
    { subject: 'stores.replays', state: 'open' },
  ],
  [
    'circuit_changes',
    { type: 'aauth.circuit_changed.v1', subject: issuer, state: 'closed' },
    { subject: 'person_server', state: 'closed' },
  ],
  [
    'missions_terminated',
    { type: 'aauth.mission_terminated.v1', mission, reason: 'x', learnedFrom: 'announcement' },
    { learned_from: 'announcement' },
  ],
  [
    'tokens_revoked',
    { type: 'aauth.token_revoked.v1', issuer, jti: 'x', learnedFrom: 'issuer' },
    { learned_from: 'issuer' },
  ],
  [
    'issuers_purged',
    { type: 'aauth.issuer_purged.v1', issuer, learnedFrom: 'operator' },
    { learned_from: 'operator' },
  ],
  ['issuers_refused', { type: 'aauth.issuer_refused.v1', issuer, kind: 'agent-token' }, {}],
  ['discoveries_limited', { type: 'aauth.discovery_limited.v1', issuer }, {}],
  [
    'held_calls_unknown',
    { type: 'aauth.held_call_unknown.v1', id: 'A', route: 'r', method: 'POST', path: '/' },
    {},
  ],
]
