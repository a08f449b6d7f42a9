import { mission, s256 } from '@aauth-guard/fixtures/missions'
import { zeroOctets } from '@aauth-guard/fixtures/octets'
import { agentRoute, anyKind } from '@aauth-guard/fixtures/requirements'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import type { SignedMessage } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { callAs, generations, outcome, unrelatedAgent } from './attempt.ts'

const scope = 'access'
const missionLine = `approver="${mission.approver}"; s256="${s256}"`
const base = '"@method" "@authority" "@path" "signature-key"'

const adding =
  (...lines: readonly (readonly [string, string])[]) =>
  (message: SignedMessage): SignedMessage => ({ ...message, headers: [...message.headers, ...lines] })

/** Fields of a second label, sent and signed as if they were the agent's own. */
function decoy(covered: string, key: string): Record<string, string> {
  return {
    'signature-key': `decoy=${key}`,
    'signature-input': `decoy=(${covered});created=1790000000`,
    signature: `decoy=:${'A'.repeat(86)}==:`,
  }
}

describe('AAuth-Mission that the signature does not cover', () => {
  const kinds: readonly (readonly [string, (world: World) => Promise<string>])[] = [
    ['an agent token', ({ agent }) => agent.agentToken()],
    ...generations.map(
      (generation) =>
        [
          `an auth token of ${generation}`,
          ({ agent }: World) => agent.authToken({ scope, generation, mission: s256 }),
        ] as const,
    ),
    ['a person token', ({ agent }) => agent.personToken({ mission: s256 })],
  ]

  it.each(kinds)('is refused when an intermediary adds it beside %s [X8]', async (_, mint) => {
    const world = await makeWorld()
    const added = adding(['aauth-mission', missionLine])
    const call = callAs(world, world.agent, await mint(world), { requirement: anyKind }, added)
    expect(await outcome(call)).toBe('401 invalid_input')
    expect(world.refusals[0]?.headers['signature-error']).toBe(
      `error=invalid_input, required_input=(${base} "aauth-mission")`,
    )
  })

  it('is refused when only another label covers it [X8]', async () => {
    const { agent, call } = await makeWorld()
    const headers = decoy(`${base} "aauth-mission"`, 'hwk;kty="OKP"')
    const token = await agent.authToken({ scope })
    expect(await outcome(call(token, { headers, mistake: 'uncovered-mission' }))).toBe('401 invalid_input')
  })

  it('is refused when an intermediary exchanges it for that of another mission [X8]', async () => {
    const world = await makeWorld()
    const exchanged = (message: SignedMessage): SignedMessage => ({
      ...message,
      headers: message.headers.map(([name, value]) => [
        name,
        name === 'aauth-mission' ? value.replace(s256, zeroOctets) : value,
      ]),
    })
    const token = await world.agent.agentToken()
    const call = callAs(world, world.agent, token, { mission, requirement: agentRoute }, exchanged)
    expect(await outcome(call)).toBe('401 invalid_signature')
  })
})

describe('two labels', () => {
  it.each(['sig', 'a'])(
    'with two tokens, of which the decoy stands before that of %s, are refused [X13]',
    async (label) => {
      const world = await makeWorld()
      const rich = await (await unrelatedAgent(world)).authToken({ scope: 'access admin' })
      const headers = decoy(base, `jwt;jwt="${rich}"`)
      const call = world.call(await world.agent.authToken({ scope }), { headers, label })
      expect(await outcome(call)).toBe('401 invalid_signature')
    },
  )

  it('that both sign for the same token are refused [X13]', async () => {
    const { agent, call } = await makeWorld()
    const token = await agent.authToken({ scope })
    expect(await outcome(call(token, { mistake: 'two-jwt-labels' }))).toBe('401 invalid_signature')
  })

  it('with two tokens but one signature identify the caller by the signed token alone [X13]', async () => {
    const world = await makeWorld()
    const rich = await (await unrelatedAgent(world)).authToken({
      scope: 'access admin',
      sub: 'somebody-else',
    })
    const headers = { 'signature-key': `decoy=jwt;jwt="${rich}"` }
    const auth = await world.call(await world.agent.authToken({ scope }), { headers })
    expect([auth.sub, auth.scopes, auth.thumbprint]).toEqual([
      'person-1',
      ['access'],
      world.agent.key.thumbprint,
    ])
  })
})

describe('a change within the window of a signature', () => {
  const exchange = (change: Partial<SignedMessage>) => (message: SignedMessage) => ({ ...message, ...change })

  it.each([
    ['another query', '/notes?of=bob'],
    ['no query', '/notes'],
    ['a query in front of it', '/notes?of=bob&of=ada'],
  ])('is refused when it is %s and the route requires coverage of the query [X20]', async (_, target) => {
    const world = await makeWorld()
    const call = {
      url: 'https://notes.example/notes?of=ada',
      cover: ['@query'],
      requirement: { components: ['@query'] },
    }
    const swap = exchange({ target, url: `https://notes.example${target}` })
    const token = await world.agent.authToken({ scope })
    expect(await outcome(callAs(world, world.agent, token, call, swap))).toBe('401 invalid_signature')
  })

  it('is prevented by refusing a signature without the query when the route requires it [X20]', async () => {
    const { agent, refusal } = await makeWorld()
    const url = 'https://notes.example/notes?of=ada'
    const requirement = { components: ['@query'] }
    const { status, headers } = await refusal(await agent.authToken({ scope }), { url, requirement })
    expect([status, headers['signature-error']]).toEqual([
      401,
      `error=invalid_input, required_input=(${base} "@query")`,
    ])
  })

  it('is refused when it is the body and the signature covers its digest [X20]', async () => {
    const world = await makeWorld()
    const call = { method: 'POST', body: 'pay=ada', digest: true }
    const swap = exchange({ body: new TextEncoder().encode('pay=bob') })
    const token = await world.agent.authToken({ scope })
    expect(await outcome(callAs(world, world.agent, token, call, swap))).toBe('401 invalid_signature')
  })

  it('is prevented by refusing a signature without the digest of the body when the route requires it [X20]', async () => {
    const { agent, call } = await makeWorld()
    const requirement = { components: ['content-digest'] }
    const token = await agent.authToken({ scope })
    expect(await outcome(call(token, { method: 'POST', body: 'pay=bob', requirement }))).toBe(
      '401 invalid_input',
    )
  })

  it('is not needed for a replay: the unchanged request is refused the second time when the signature has a nonce [X20]', async () => {
    const { agent, call } = await makeWorld()
    const token = await agent.authToken({ scope })
    const post = { method: 'POST', params: { nonce: 'n' } }
    expect(await outcome(call(token, post))).toBe('200')
    expect(await outcome(call(token, post))).toBe('401 invalid_signature')
  })
})

describe('the replay memory', () => {
  it.each(['a token seen for the first time', 'a token seen before'])(
    'is not filled by copies of a request with invalid signatures, with %s [X21]',
    async (which) => {
      const world = await makeWorld()
      const token = await world.agent.authToken({ scope })
      if (which === 'a token seen before') await world.call(token)
      const post = { method: 'POST', params: { nonce: 'n' } }
      expect(await outcome(world.call(token, { ...post, mistake: 'flip-signature' }))).toBe(
        '401 invalid_signature',
      )
      expect(await outcome(world.call(token, post))).toBe('200')
    },
  )

  it('is not filled by copies of a request with another body [X21]', async () => {
    const world = await makeWorld()
    const token = await world.agent.authToken({ scope })
    const post = { method: 'POST', body: 'pay=ada', digest: true }
    const swap = (message: SignedMessage) => ({ ...message, body: new TextEncoder().encode('pay=bob') })
    expect(await outcome(callAs(world, world.agent, token, post, swap))).toBe('401 invalid_signature')
    expect(await outcome(world.call(token, post))).toBe('200')
  })

  it('is counted for each key: one agent does not use up the share of another [X21]', async () => {
    const world = await makeWorld({ limits: { replays: 10, replaysPerKey: 2 } })
    const other = await unrelatedAgent(world)
    const token = await other.agentToken()
    const post = { method: 'POST', params: { nonce: 'n' }, requirement: agentRoute }
    for (const url of ['https://notes.example/1', 'https://notes.example/2', 'https://notes.example/3'])
      await outcome(callAs(world, other, token, { ...post, url }))
    const third = { ...post, url: 'https://notes.example/3' }
    expect(await outcome(callAs(world, other, token, third))).toBe('429 rate_limited')
    expect(await outcome(world.call(await world.agent.agentToken(), third))).toBe('200')
  })
})

describe('a scheme without a token', () => {
  it.each(['cached-scheme', 'hwk-scheme', 'unknown-scheme'] as const)(
    'is refused even if the token is known: %s [X25]',
    async (mistake) => {
      const { agent, call, refusal } = await makeWorld()
      const token = await agent.authToken({ scope })
      await call(token)
      const { status, code, headers } = await refusal(token, { mistake })
      expect([status, code, headers['accept-signature-scheme']]).toEqual([401, 'unsupported_scheme', 'jwt'])
    },
  )
})
