import type { Misbehaviour } from '@aauth-guard/testing'
import { claims } from '../claim.ts'
import { olderGrantee, planner } from '../identities.ts'
import type { Scene } from '../scene.ts'
import { agentToken, confirming, olderAuthToken, without } from '../tokens.ts'
import { p256Agent } from './confirmed-key.ts'

const agentRoute = { accept: 'agent-token' } as const
const providerPublishes =
  (how: Misbehaviour) =>
  ({ agentProvider }: Scene): void =>
    agentProvider.misbehave(how)

/** Drafts 01 to 09 write `EdDSA` and leave `alg` out; it can mean one thing only. */
export const olderAlgorithms = claims(
  'mission-header',
  { route: { scope: 'notes.read' }, token: olderAuthToken() },
  {
    accept: {
      'eddsa-agent-token': {
        title: 'EdDSA in the header of an agent token means Ed25519',
        ids: 'JWT-3 KEY-9',
        route: agentRoute,
        token: agentToken({ header: { alg: 'EdDSA' } }),
        auth: planner,
      },
      'eddsa-auth-token': {
        title: 'EdDSA in the header of an older auth token means Ed25519',
        ids: 'JWT-3 KEY-9',
        token: olderAuthToken({ header: { alg: 'EdDSA' } }),
        auth: olderGrantee,
      },
      'eddsa-key': {
        title: 'EdDSA in an Ed25519 key means Ed25519',
        ids: 'KEY-9',
        token: olderAuthToken(confirming((jwk) => ({ ...jwk, alg: 'EdDSA' }))),
        auth: olderGrantee,
      },
      'ed25519-key-without-alg': {
        title: 'An Ed25519 key without alg signs with Ed25519',
        ids: 'KEY-9',
        token: olderAuthToken(confirming((jwk) => without(jwk, 'alg'))),
        auth: olderGrantee,
      },
      'p256-key-without-alg': {
        title: 'A P-256 key without alg signs with ES256',
        ids: 'KEY-9',
        agent: p256Agent,
        token: olderAuthToken(confirming((jwk) => without(jwk, 'alg'))),
        auth: olderGrantee,
      },
      'agent-key-without-alg': {
        title: 'An agent token may confirm a key without alg',
        ids: 'KEY-9',
        route: agentRoute,
        token: agentToken(confirming((jwk) => without(jwk, 'alg'))),
        auth: planner,
      },
      'issuer-key-without-alg': {
        title: 'An issuer may publish its key without alg',
        ids: 'JWT-12',
        route: agentRoute,
        token: agentToken(),
        stage: providerPublishes('no-alg'),
        auth: planner,
      },
      'issuer-key-of-eddsa': {
        title: 'An issuer may publish its key as EdDSA',
        ids: 'JWT-12',
        route: agentRoute,
        token: agentToken(),
        stage: providerPublishes('polymorphic-alg'),
        auth: planner,
      },
    },
    refuse: {
      'eddsa-p256-key': {
        title: 'A P-256 key with alg EdDSA is refused',
        ids: 'KEY-9',
        agent: p256Agent,
        token: olderAuthToken(confirming((jwk) => ({ ...jwk, alg: 'EdDSA' }))),
        error: 'unsupported_algorithm',
      },
      'x25519-key-without-alg': {
        title: 'A key of another curve without alg is refused',
        ids: 'KEY-9',
        token: olderAuthToken(confirming((jwk) => ({ ...without(jwk, 'alg'), crv: 'X25519' }))),
        error: 'unsupported_algorithm',
      },
      'eddsa-where-draft-11-is-alone': {
        title: 'An agent token with alg EdDSA is refused when only draft 11 is served',
        ids: 'JWT-3 R11-023',
        resource: { generations: ['person-token'] },
        route: agentRoute,
        token: agentToken({ header: { alg: 'EdDSA' } }),
        error: 'invalid_jwt',
      },
      'no-alg-where-draft-11-is-alone': {
        title: 'A key must state its algorithm when only draft 11 is served',
        ids: 'KEY-8 R11-039',
        resource: { generations: ['person-token'] },
        route: agentRoute,
        token: agentToken(confirming((jwk) => without(jwk, 'alg'))),
        error: 'unsupported_algorithm',
      },
    },
  },
)
