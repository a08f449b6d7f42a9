import type { Misbehaviour } from '@aauth-guard/testing'
import { claims } from '../claim.ts'
import { planner } from '../identities.ts'
import { es256 } from '../keys.ts'
import type { Scene } from '../scene.ts'
import { agentToken } from '../tokens.ts'

const providerPublishes =
  (how: Misbehaviour) =>
  ({ agentProvider }: Scene): void =>
    agentProvider.misbehave(how)

/** The key that signed a token. */
export const issuerKeys = claims(
  'both',
  { route: { accept: 'agent-token' }, token: agentToken() },
  {
    accept: {
      'es256-issuer': {
        title: 'An issuer may sign with ES256',
        ids: 'R11-023 JWT-3',
        agent: (net, p256Provider) => net.agent({ provider: p256Provider }),
        auth: {
          ...planner,
          iss: 'https://p256.example',
          sub: 'aauth:planner@p256.example',
          agent: 'aauth:planner@p256.example',
          class: { provider: 'https://p256.example' },
        },
      },
      'unusable-siblings': {
        title: 'Keys beside the named one need not be usable',
        ids: 'R11-121 I16',
        stage: providerPublishes('unusable-siblings'),
        auth: planner,
      },
    },
    refuse: {
      'unknown-kid': {
        title: 'A key that the issuer does not publish is unknown',
        ids: 'R11-025 JWT-10',
        token: agentToken({ header: { kid: 'key-9' } }),
        error: 'unknown_key',
        mayFetch: true,
      },
      'ambiguous-kid': {
        title: 'Two different keys under one kid are refused',
        ids: 'R11-024 I15',
        stage: providerPublishes('duplicate-kid'),
        error: 'unknown_key',
        mayFetch: true,
      },
      'no-keys-published': {
        title: 'A token is refused as unknown_key when the key set is empty',
        ids: 'R11-025 JWT-10',
        stage: providerPublishes('empty-keys'),
        error: 'unknown_key',
        mayFetch: true,
      },
      'signed-with-another-key': {
        title: 'A token verifies with the key its issuer publishes',
        ids: 'R11-029 JWT-11 F21',
        token: agentToken(({ personServer }) => ({ key: personServer.key })),
        error: 'invalid_jwt',
        mayFetch: true,
      },
      'es256-token-of-ed25519-issuer': {
        title: 'A token of another algorithm than the published key is refused',
        ids: 'R11-023 F05',
        token: agentToken({ key: { ...es256, kid: 'key-1' } }),
        error: 'invalid_jwt',
        mayFetch: true,
      },
      'no-key-set': {
        title: 'A key set must have keys',
        ids: 'I14',
        stage: providerPublishes('no-keys'),
        error: 'invalid_jwt',
        mayFetch: true,
      },
      'issuer-key-of-small-order': {
        title: 'A token under a key of small order is refused',
        ids: 'H01',
        stage: providerPublishes('small-order-key'),
        error: 'invalid_jwt',
        mayFetch: true,
      },
      'issuer-key-private': {
        title: 'A key that is published with its private part is refused',
        ids: 'F06',
        stage: providerPublishes('private-key'),
        error: 'invalid_jwt',
        mayFetch: true,
      },
      'issuer-key-for-encryption': {
        title: 'A key for encryption must not sign tokens',
        ids: 'F06',
        stage: providerPublishes('encryption-key'),
        error: 'invalid_jwt',
        mayFetch: true,
      },
    },
  },
)
