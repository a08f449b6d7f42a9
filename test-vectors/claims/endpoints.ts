import type { SignedMessage, TestIssuer } from '@aauth-guard/testing'
import { claims, type Sending } from '../claim.ts'
import { resourceId, type Scene } from '../scene.ts'
import { agentToken, personToken } from '../tokens.ts'

/** What an agent asks for before any call was refused. */
const asking = (content: object): Sending => ({
  url: `${resourceId}/aauth/authorize`,
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(content),
})

/** What an issuer withdraws, signed with a key it publishes. */
const revoking = (by: keyof Scene, content: object): Sending => ({
  byHand: (scene): Promise<SignedMessage> =>
    (scene[by] as TestIssuer).signServer(`${resourceId}/aauth/revoke`, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(content),
    }),
})

const person2 = { ps: 'https://ps.example', sub: 'person-2' }
const accounts = { 'ws-7': [person2] }

/** Refusals that the resource's own endpoints alone give, to callers of draft 11. */
export const personEndpoints = claims(
  'person-token',
  { route: { endpoint: 'authorization' }, token: personToken() },
  {
    refuse: {
      'scope-not-described': {
        title: 'A scope that the resource does not describe cannot be requested',
        ids: 'RT-11 R11-203',
        send: asking({ scope: 'notes.read notes.purge' }),
        error: 'invalid_scope',
        mayFetch: true,
      },
      'account-of-another-person': {
        title: 'A request for the account of another person is refused',
        ids: 'RT-12 R11-204 P09',
        resource: { accounts },
        send: asking({ scope: 'notes.read', account: 'ws-7' }),
        error: 'invalid_account',
        mayFetch: true,
      },
      'account-of-nobody': {
        title: 'A request for an unknown account is refused like one for the account of another person',
        ids: 'RT-12 R11-204 P09',
        resource: { accounts },
        send: asking({ scope: 'notes.read', account: 'ws-8' }),
        error: 'invalid_account',
        mayFetch: true,
      },
    },
  },
)

/** To callers of drafts 01 to 10. */
export const olderEndpoints = claims(
  'mission-header',
  { route: { endpoint: 'authorization' } },
  {
    refuse: {
      'older-scope-not-described': {
        title: 'A scope that is not described cannot be requested with an agent token either',
        ids: 'RT-11 RT-17',
        stage: ({ personServer }) => {
          personServer.generations = ['mission-header']
        },
        token: agentToken(),
        send: asking({ scope: 'notes.purge' }),
        error: 'invalid_scope',
        mayFetch: true,
      },
      'account-with-an-agent-token': {
        title: 'An account cannot be requested with an agent token, which does not name a person',
        ids: 'RT-12',
        resource: { accounts },
        stage: ({ personServer }) => {
          personServer.generations = ['mission-header']
        },
        token: agentToken(),
        send: asking({ scope: 'notes.read', account: 'ws-7' }),
        error: 'invalid_account',
        mayFetch: true,
      },
      'revoking-for-another-issuer': {
        title: 'A person server cannot revoke what an access server issued',
        ids: 'REV-4',
        route: { endpoint: 'revocation' },
        resource: { accessServer: 'https://as.example' },
        send: revoking('personServer', { iss: 'https://as.example', jti: 'id-1' }),
        error: 'unsupported_iss',
        mayFetch: true,
      },
    },
  },
)

/** To servers, whose requests are the same in either generation. */
export const revocationEndpoint = claims(
  'both',
  { route: { endpoint: 'revocation' }, send: revoking('personServer', { jti: 'id-1', exp: 1_790_003_600 }) },
  {
    refuse: {
      'revoking-without-trust': {
        title: 'An excluded person server cannot revoke, and nothing is fetched from it',
        ids: 'REV-5 R11-251',
        resource: { trust: { agentProviders: 'any', personServers: ['https://other.example'] } },
        error: 'unsupported_iss',
      },
      'revoking-as-agent-provider': {
        title: 'An agent provider cannot revoke at a resource',
        ids: 'REV-5 R11-251 K07',
        send: revoking('agentProvider', { jti: 'id-1', exp: 1_790_003_600 }),
        error: 'unsupported_iss',
      },
    },
  },
)
