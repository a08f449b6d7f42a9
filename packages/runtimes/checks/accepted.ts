import { type AnyRequirement, type Auth, authorize } from '@aauth-guard/core'
import { s256 as mission } from '@aauth-guard/fixtures/missions'
import { listed, makeWorld, type World } from '@aauth-guard/fixtures/world'
import { type Agent, type Algorithm, type Grant, toSignedRequest } from '@aauth-guard/testing'
import { type Check, check, equal } from './check.ts'

const algorithms = ['Ed25519', 'ES256'] as const

const kinds: readonly (readonly [name: string, token: (world: World) => Promise<string>, AnyRequirement])[] =
  [
    ['an agent token', ({ agent }) => agent.agentToken(), { accept: 'agent-token' }],
    ['a person token', ({ agent }) => agent.personToken(), { accept: 'person-token' }],
    ['an auth token of draft 11', ({ agent }) => agent.authToken(), {}],
    ['an auth token of drafts 01 to 10', ({ agent }) => agent.authToken(old()), {}],
    ['an auth token of the access server', ({ agent, net }) => agent.authToken({}, net.accessServer), {}],
  ]

/** What the guard lets through, and what it then knows. */
export const accepted: readonly Check[] = [
  ...kinds.map(([name, token, requirement]) =>
    check(`accepts ${name}`, async () => {
      const world = await makeWorld({
        trust: listed,
        accessServer: 'https://as.example',
        acceptPersonServerTokens: true,
      })
      equal((await world.call(await token(world), { requirement })).thumbprint, world.agent.key.thumbprint)
    }),
  ),
  ...algorithms.flatMap((agentAlg) =>
    algorithms.map((issuerAlg) =>
      check(`accepts the ${agentAlg} key of an agent in a token signed with ${issuerAlg}`, async () => {
        const [agent, auth] = await meet(agentAlg, issuerAlg)
        equal([auth.sub, auth.thumbprint], [agent.id, agent.key.thumbprint])
      }),
    ),
  ),
  check('reads the mission of an auth token of draft 11', async () => {
    const { agent, call } = await makeWorld({ trust: listed })
    const auth = await call(await agent.authToken({ mission }), { requirement: { mission: 'required' } })
    equal(auth.mission, { approver: 'https://ps.example', s256: mission })
  }),
  check('reads the mission and the class of an auth token of drafts 01 to 10', async () => {
    const { agent, call } = await makeWorld({ trust: listed })
    const requirement = { class: { provider: 'https://agent.example' } }
    const auth = await call(await agent.authToken(old({ mission })), { requirement })
    equal([auth.mission?.s256, auth.class?.provider], [mission, 'https://agent.example'])
  }),
  check('accepts a target byte for byte', async () => {
    const { agent, call } = await makeWorld({ trust: listed })
    const url = 'https://notes.example/a%2Fb/%E2%82%AC?x=%20&y=1+2'
    const { covered } = await call(await agent.authToken(), { url, cover: ['@query'] })
    equal(covered, ['@method', '@authority', '@path', 'signature-key', '@query'])
  }),
  check('accepts content with a covered digest', async () => {
    const { agent, call } = await makeWorld({ trust: listed })
    const auth = await call(await agent.authToken(), {
      method: 'POST',
      body: '{"text":"Grüße"}',
      digest: true,
    })
    equal(auth.covered.includes('content-digest'), true)
  }),
  check('yields identities that cannot be changed', async () => {
    const { agent, call } = await makeWorld({ trust: listed })
    const auth = await call(await agent.authToken(old({ mission })))
    equal(
      [auth, auth.scopes, auth.covered, auth.mission, auth.class].map(Object.isFrozen),
      Array(5).fill(true),
    )
  }),
]

function old(grant: Grant = {}): Grant {
  return { generation: 'mission-header', ...grant }
}

async function meet(agentAlg: Algorithm, issuerAlg: Algorithm): Promise<[Agent, Auth]> {
  const { net, resource } = await makeWorld({ trust: listed })
  const provider = await net.issuer('agent-provider', 'https://other-agent.example', issuerAlg)
  const agent = await net.agent({ name: 'other', provider, alg: agentAlg })
  const message = await agent.sign(`${net.resource}/notes`, {}, { token: await agent.agentToken() })
  return [agent, await authorize(resource, toSignedRequest(message), { accept: 'agent-token' })]
}
