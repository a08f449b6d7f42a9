import { type Agent, createTestNetwork, listen, type TestNetwork } from '@aauth-guard/testing'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type RunningTarget, runTarget, serveIssuers, startTarget } from './running-target.ts'
import { api } from './target-world.ts'

const byAgents = { path: '/agent', require: { accept: 'agent-token' } }
const everybody = { trust: 'any' }
/** The provider of the agents is listed. */
const listed = { trust: { agentProviders: ['https://agent.example'], personServers: ['https://ps.example'] } }

interface Played {
  readonly net: TestNetwork
  readonly agent: Agent
  readonly target: RunningTarget
  call(token: string, path: string, method?: string, how?: object): Promise<Response>
  end(): Promise<void>
}

/** Runs a target with these options and routes. */
async function start(options: object, ...routes: readonly object[]): Promise<Played> {
  const net = await createTestNetwork({ resource: api })
  const agent = await net.agent()
  const { origins, close } = await serveIssuers(net.agentProvider, net.personServer)
  const scopes = { 'data.read': 'Read your data' }
  const target = await startTarget({ issuer: api, scopes, origins, routes, ...options })
  return {
    net,
    agent,
    target,
    call: (token, path, method = 'GET', how = {}) =>
      agent.fetch(`${api}${path}`, { method }, { token, via: target.url, ...how }),
    async end() {
      target.process.kill('SIGTERM')
      await Promise.all([target.ended, close()])
    },
  }
}

/** Runs it until the test is over. */
async function play(options: object): Promise<Played> {
  const played = await start(options, byAgents)
  onTestFinished(() => played.end())
  return played
}

/** Statuses of as many POSTs that a nonce tells apart. */
async function posts({ call }: Played, tokens: readonly string[]): Promise<number[]> {
  const statuses: number[] = []
  for (const [index, token] of tokens.entries())
    statuses.push((await call(token, '/agent', 'POST', { params: { nonce: `${index}` } })).status)
  return statuses
}

const auth = async (response: Response): Promise<Record<string, unknown>> =>
  ((await response.json()) as { auth: Record<string, unknown> }).auth

describe('an option of the file reaches the guard', () => {
  const r3_vocabularies = { 'urn:aauth:vocabulary:openapi': `${api}/openapi.json` }
  let played: Played
  beforeAll(async () => {
    played = await start(
      { ...everybody, claims: ['groups'], otherSignatureSchemes: ['hwk'], metadata: { r3_vocabularies } },
      { path: '/read' },
      { path: '/person', require: { scope: 'data.read', person: 'required' } },
      { path: '/once', require: { accept: 'agent-token', singleUse: true } },
    )
  }, 60_000)
  afterAll(() => played.end())

  it('claims: the answer contains the claims that it lists and no others [AUTH-9]', async () => {
    const { agent, call } = played
    const claims = { groups: ['staff'], roles: ['admin'] }
    const { claims: told } = await auth(
      await call(await agent.authToken({ scope: 'data.read', claims }), '/read'),
    )
    expect(told).toEqual({ groups: ['staff'] })
  })

  it('otherSignatureSchemes and metadata: challenges and metadata contain them [R11-100, META-4]', async () => {
    const { target } = played
    const { headers } = await fetch(`${target.url}/once`)
    const metadata = await fetch(`${target.url}/.well-known/aauth-resource.json`)
    expect([headers.get('accept-signature-scheme'), await metadata.json()]).toMatchObject([
      'jwt, hwk',
      { r3_vocabularies },
    ])
  })

  it('person: a route that requires a person refuses a token that does not name one [AUTH-6]', async () => {
    const { agent, call } = played
    const token = (claims: object): Promise<string> =>
      agent.authToken({ generation: 'mission-header', scope: 'data.read', claims: { ...claims } })
    const nobody = await token({ sub: undefined })
    const refused = await call(nobody, '/person')
    const others = [await call(nobody, '/read'), await call(await token({}), '/person')]
    expect([refused.status, await refused.json(), others.map(({ status }) => status)]).toMatchObject([
      403,
      { error: 'person_required' },
      [200, 200],
    ])
  })

  it('singleUse: a route accepts each signature once, if a nonce or a digest tells it from others [REPLAY-3]', async () => {
    const { agent, call } = played
    const token = await agent.agentToken()
    const plain = await call(token, '/once')
    // The clock of the target runs: in the next second it would be another signature.
    const once = { created: Math.floor(Date.now() / 1000), params: { nonce: 'n-1' } }
    const statuses = [await call(token, '/once', 'GET', once), await call(token, '/once', 'GET', once)]
    expect([plain.headers.get('signature-error'), statuses.map(({ status }) => status)]).toEqual([
      'error=invalid_input, required_input=("@method" "@authority" "@path" "signature-key" "content-digest")',
      [200, 401],
    ])
  })
})

describe('a limit of the file reaches the guard', () => {
  it('replaysPerKey: a key with this many remembered signatures is answered 429', async () => {
    const played = await play({ ...listed, limits: { replaysPerKey: 2 } })
    const token = await played.agent.agentToken()
    expect(await posts(played, [token, token, token])).toEqual([200, 200, 429])
  })

  it('replaysPerIssuer: the agents of a listed issuer that have this many together are answered 429', async () => {
    const played = await play({ ...listed, limits: { replaysPerIssuer: 2 } })
    const token = await played.agent.agentToken()
    expect(await posts(played, [token, token, token])).toEqual([200, 200, 429])
  })

  it('replays: an unlisted issuer that has half as many is answered 429', async () => {
    const played = await play({ ...everybody, limits: { replays: 4 } })
    const token = await played.agent.agentToken()
    expect(await posts(played, [token, token, token])).toEqual([200, 200, 429])
  })

  it('tombstones: the control port answers 400 for one termination more', async () => {
    const { target } = await play({ ...listed, limits: { tombstones: 1 } })
    const terminate = async (letter: string): Promise<number> => {
      const body = JSON.stringify({ approver: 'https://ps.example', s256: letter.repeat(43) })
      return (await fetch(`${target.control}/control/terminate`, { method: 'POST', body })).status
    }
    expect([await terminate('A'), await terminate('Q')]).toEqual([200, 400])
  })

  it('fetchDeadline: an issuer that has not answered by then counts as unreachable', async () => {
    const silent = await listen(() => undefined)
    onTestFinished(() => silent.close())
    const origins = { 'https://agent.example': silent.url }
    const { agent, call } = await play({ ...everybody, origins, limits: { fetchDeadline: 1 } })
    const { status, headers } = await call(await agent.agentToken(), '/agent')
    expect([status, headers.has('retry-after')]).toEqual([503, true])
  })

  it.each(['requestDeadline', 'verifiedTokens', 'unlistedIssuers'])(
    '%s: the target does not start when it is out of bounds',
    async (name) => {
      const { code, stderr } = await runTarget({ issuer: api, ...everybody, limits: { [name]: 0 } }).ended
      expect([code, stderr]).toEqual([1, expect.stringContaining(`"limits.${name}" is `)])
    },
  )
})
