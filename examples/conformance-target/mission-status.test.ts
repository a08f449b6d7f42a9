import { type Listening, listen } from '@aauth-guard/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adapters } from './apps/adapters.ts'
import { proxies } from './installed-proxies.ts'
import { startWorld, type TargetWorld } from './target-world.ts'

const s256 = (first: string): string => `${first}uQ3mRZ9kTjLsdcZAyqZJKXcdhsqLRKXVbhHVgBTAKI`
const [alive, finished, controlled, forgotten] = ['T', 'U', 'V', 'W'].map(s256) as [
  string,
  string,
  string,
  string,
]

const asked: string[] = []
let source: Listening
beforeAll(async () => {
  source = await listen((req, res) => {
    const { searchParams } = new URL(req.url ?? '', 'http://source.example')
    const mission = searchParams.get('s256') ?? ''
    asked.push(`${searchParams.get('approver')} ${mission} ${searchParams.get('key')}`)
    const answers: Record<string, object> = {
      [alive]: { mission_status: 'active' },
      [finished]: { mission_status: 'terminated', termination_reason: 'completed' },
      [controlled]: { mission_status: 'active' },
    }
    res.setHeader('content-type', 'application/json')
    res.writeHead(answers[mission] ? 200 : 404)
    res.end(JSON.stringify(answers[mission] ?? {}))
  })
})
afterAll(() => source.close())

describe.each([...Object.keys(adapters), 'gateway', ...proxies])(
  'missions of the target on %s',
  (adapter) => {
    let world: TargetWorld
    beforeAll(async () => {
      world = await startWorld(adapter, {
        source: `${source.url}/?key=k`,
        activeTtlSeconds: 30,
        onUnknown: 'deny',
      })
    }, 60_000)
    afterAll(() => world.end())

    const call = async (mission: string, method = 'GET'): Promise<Response> =>
      world.call(await world.agent.personToken({ mission }), '/mission', { method })
    const terminate = (content: object): Promise<Response> =>
      fetch(`${world.target.control}/control/terminate`, { method: 'POST', body: JSON.stringify(content) })

    it('that are active are served, and the source is asked for them by approver and digest', async () => {
      expect((await call(alive)).status).toBe(200)
      expect(asked.at(-1)).toBe(`https://ps.example ${alive} k`)
    })

    it('that are terminated are refused with the reason [MISS-9]', async () => {
      const response = await call(finished)
      expect([response.status, await response.json()]).toMatchObject([
        403,
        { error: 'mission_terminated', mission_status: 'terminated', termination_reason: 'completed' },
      ])
    })

    it.each(['GET', 'POST'])(
      'whose status is unavailable are answered 503, whatever the method: %s',
      async (method) => {
        const response = await call(forgotten, method)
        expect([response.status, Number(response.headers.get('retry-after')) > 0]).toEqual([503, true])
      },
    )

    it('are terminated through the control port', async () => {
      const before = await call(controlled)
      const done = await terminate({ approver: 'https://ps.example', s256: controlled, reason: 'revoked' })
      const after = await call(controlled)
      expect([before.status, done.status, await done.json(), after.status]).toEqual([200, 200, {}, 403])
    })

    it.each<[string, object]>([
      ['an invalid digest', { approver: 'https://ps.example', s256: 'short' }],
      ['a member that does not exist', { approver: 'https://ps.example', s256: controlled, when: 1 }],
      ['an empty reason', { approver: 'https://ps.example', s256: controlled, reason: '' }],
    ])('are not terminated by a control request with %s', async (_title, content) => {
      expect((await terminate(content)).status).toBe(400)
    })

    it('are terminated by POST alone', async () => {
      expect((await fetch(`${world.target.control}/control/terminate`)).status).toBe(404)
    })

    it('define classes, and classPolicy accepts a token of draft 11 that does not name a provider', async () => {
      const older = await world.agent.authToken(
        { generation: 'mission-header', mission: alive },
        world.net.accessServer,
      )
      const current = await world.agent.authToken({ mission: alive }, world.net.accessServer)
      const statuses = [await world.call(older, '/class'), await world.call(current, '/class')]
      expect(statuses.map(({ status }) => status)).toEqual([200, 200])
    })
  },
)
