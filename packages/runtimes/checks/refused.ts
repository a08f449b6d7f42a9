import { s256 as mission } from '@aauth-guard/fixtures/missions'
import { type Call, listed, makeWorld, type World } from '@aauth-guard/fixtures/world'
import { type Corruption, corruptions, corruptToken } from '@aauth-guard/testing'
import { type Check, check, equal } from './check.ts'

const approver = 'https://other-ps.example'

type Fault = (world: World) => Promise<readonly [token: string, call?: Call]>

const faults: Readonly<Record<string, Fault>> = {
  invalid_signature: async ({ agent }) => [await agent.authToken(), { mistake: 'flip-signature' }],
  invalid_input: async ({ agent }) => [await agent.authToken(), { mistake: 'omit-path' }],
  unsupported_scheme: async ({ agent }) => [await agent.authToken(), { mistake: 'hwk-scheme' }],
  unsupported_algorithm: async ({ agent }) => [
    await agent.authToken({ claims: { cnf: { jwk: { ...agent.key.jwk, alg: 'ES384' } } } }),
  ],
  invalid_key: async ({ agent }) => [
    await agent.authToken({ claims: { cnf: { jwk: { ...agent.key.jwk, x: mission } } } }),
  ],
  unknown_key: async ({ agent }) => [await agent.authToken({ header: { kid: 'nobody' } })],
  invalid_jwt: async ({ agent }) => [await agent.authToken({ key: agent.key, header: { kid: 'key-1' } })],
  expired_jwt: async ({ agent }) => [await agent.authToken({ lifetime: 0 })],
  revoked_jwt: async ({ net, agent, resource }) => {
    resource.revoke({ iss: net.personServer.id, jti: 'withdrawn', exp: net.clock.now() + 60 })
    return [await agent.authToken({ claims: { jti: 'withdrawn' } })]
  },
  issuer_missing: async ({ net, agent }) => {
    net.personServer.misbehave('no-issuer')
    return [await agent.authToken()]
  },
  issuer_mismatch: async ({ net, agent }) => {
    net.personServer.misbehave('other-issuer')
    return [await agent.authToken()]
  },
  clock_skew: async ({ agent }) => [await agent.authToken(), { mistake: 'future' }],
  agent_token_required: async ({ agent }) => [
    await agent.authToken(),
    { requirement: { accept: 'agent-token' } },
  ],
  person_token_required: async ({ agent }) => [
    await agent.agentToken(),
    { requirement: { accept: 'person-token' } },
  ],
  invalid_request: async ({ agent }) => [await agent.authToken(), { headers: { host: 'notes.example' } }],
  rate_limited: async ({ agent, call }) => {
    const token = await agent.authToken()
    const params = { nonce: 'n' }
    await call(token, { method: 'POST', url: 'https://notes.example/1', params })
    return [token, { method: 'POST', url: 'https://notes.example/2', params }]
  },
  access_denied: async ({ agent }) => [await agent.authToken(), { requirement: { check: () => false } }],
  mission_required: async ({ agent }) => [await agent.authToken(), { requirement: { mission: 'required' } }],
  mission_mismatch: async ({ agent }) => [
    await agent.authToken({ mission }),
    { requirement: { mission: { approver } } },
  ],
  class_mismatch: async ({ agent }) => [
    await agent.authToken({ mission, generation: 'mission-header' }),
    { requirement: { class: { provider: 'https://other-agent.example' } } },
  ],
  class_unverifiable: async ({ agent }) => [
    await agent.authToken({ mission }),
    { requirement: { class: { provider: 'https://agent.example' } } },
  ],
  server_error: async ({ net, agent }) => {
    net.personServer.misbehave('unreachable')
    return [await agent.authToken()]
  },
}

/** Spellings of a token that runtimes decode in their own ways. No header carries the one, or the other. */
const spellings = (Object.keys(corruptions) as Corruption[]).filter(
  (how) => how !== 'trailing-newline' && how !== 'too-long',
)

/** Every refusal, by its code. Those that need a content or an issued token are told beside what they are about. */
export const refused: readonly Check[] = [
  ...Object.entries(faults).map(([code, fault]) =>
    check(`refuses with ${code}`, async () => {
      const world = await makeWorld({ trust: listed, limits: { replaysPerKey: 1 } })
      equal((await world.refusal(...(await fault(world)))).code, code)
    }),
  ),
  ...spellings.map((how) =>
    check(`refuses a token in the spelling ${how}`, async () => {
      const { agent, refusal } = await makeWorld({ trust: listed })
      const token = corruptToken(await agent.authToken(), how)
      equal((await refusal(token)).code, 'invalid_jwt')
    }),
  ),
]
