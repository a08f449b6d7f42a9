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
        title: 'A scope that the resource does not describe cannot be asked for',
        ids: 'RT-11 R11-203',
        send: asking({ scope: 'notes.read notes.purge' }),
        error: 'invalid_scope',
        mayFetch: true,
      },
      'account-of-another-person': {
        title: 'Access to the account of another person cannot be asked for',
        ids: 'RT-12 R11-204 P09',
        resource: { accounts },
        send: asking({ scope: 'notes.read', account: 'ws-7' }),
        error: 'invalid_account',
        mayFetch: true,
      },
      'account-of-nobody': {
        title: 'Access to an account that nobody has is refused like that of another person',
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
        title: 'A scope that is not described cannot be asked for with an agent token either',
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
        title: 'An agent token does not name a person, so no account can be asked for with it',
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
        title: 'A person server that is not admitted has nothing to revoke, and is not looked up',
        ids: 'REV-5 R11-251',
        resource: { trust: { agentProviders: 'any', personServers: ['https://other.example'] } },
        error: 'unsupported_iss',
      },
      'revoking-as-agent-provider': {
        title: 'An agent provider has nothing to revoke at a resource',
        ids: 'REV-5 R11-251 K07',
        send: revoking('agentProvider', { jti: 'id-1', exp: 1_790_003_600 }),
        error: 'unsupported_iss',
      },
    },
  },
)
