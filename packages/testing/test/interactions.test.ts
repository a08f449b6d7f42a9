import type { AskedInteraction } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { makeDeferralWorld, notes, person } from './deferral-world.ts'

const url = `${notes}/notes`
const poll = 'GET /aauth/pending/…'

describe.each([
  ['person-token', 'express'],
  ['mission-header', 'express'],
  ['person-token', 'hono'],
  ['mission-header', 'hono'],
] as const)('agent.call on a route that asks a person: %s, %s', (generation, host) => {
  it('shows the code, polls, and calls again once the person has agreed [R11-190, R11-212, DEFER-1, DEFER-2]', async () => {
    const { agent, requests, arrive, agree } = await makeDeferralWorld({ generation, host })
    const shown: AskedInteraction[] = []
    const called = await agent.call(
      url,
      { method: 'POST', body: 'a note' },
      {
        async onInteraction(asked) {
          shown.push(asked)
          await agree(await arrive(asked.code))
        },
      },
    )
    expect([called.response.status, await called.response.text()]).toEqual([200, 'the notes'])
    expect([called.challenges, called.polls]).toEqual([['interaction'], 1])
    expect(requests.filter((line) => !line.includes('well-known'))).toEqual([
      'POST /notes',
      poll,
      'POST /notes',
    ])
    const { code } = shown[0] as AskedInteraction
    expect(shown).toEqual([{ url: `${notes}/agents`, code, page: `${notes}/agents?code=${code}` }])
  })

  it('is told that the person refused, or left [R11-214, DEFER-4]', async () => {
    for (const [end, outcome] of [
      ['deny', 'denied'],
      ['abandon', 'abandoned'],
    ] as const) {
      const { agent, page, arrive } = await makeDeferralWorld({ generation, host })
      const { response, polls } = await agent.call(
        url,
        {},
        { onInteraction: async ({ code }) => page[end](await arrive(code), { person }) },
      )
      expect([response.status, await response.json(), polls]).toMatchObject([403, { error: outcome }, 1])
    }
  })
})

describe('an agent that waits', () => {
  it('lists no capability without a callback, and is refused [R11-231, CAP-2]', async () => {
    const { agent, requests } = await makeDeferralWorld()
    const called = await agent.call(url)
    expect([called.response.status, called.challenges, called.polls]).toEqual([403, [], 0])
    const questioned = await agent.call(url, {}, { onClarification: () => 'those' })
    expect(questioned.response.status).toBe(403)
    expect(requests).toEqual(['GET /notes', 'GET /notes'])
  })

  it('returns a code that it cannot show to anybody', async () => {
    const { agent } = await makeDeferralWorld()
    const headers = { 'AAuth-Capabilities': 'interaction' }
    const called = await agent.call(url, { headers })
    expect([called.response.status, called.challenges, called.polls]).toEqual([202, ['interaction'], 0])
    expect(called.response.headers.get('aauth-requirement')).toContain('code=')
  })

  it('lists what the request says, whichever callbacks there are', async () => {
    const { agent } = await makeDeferralWorld()
    const headers = { 'AAuth-Capabilities': 'payment' }
    const onInteraction = (): never => expect.unreachable()
    const { response } = await agent.call(url, { headers }, { onInteraction, onClarification: onInteraction })
    expect([response.status, await response.json()]).toMatchObject([403, { error: 'access_denied' }])
  })

  it('adds the callback to the address of the page [R11-226]', async () => {
    const { agent, page, arrive } = await makeDeferralWorld()
    const callback = 'https://agent.example/done?of=1&for=2'
    const shown: AskedInteraction[] = []
    await agent.call(
      url,
      {},
      {
        callback,
        async onInteraction(asked) {
          shown.push(asked)
          await page.deny(await arrive(asked.code), { person })
        },
      },
    )
    const [{ page: address, code, callback: told } = {} as AskedInteraction] = shown
    expect(told).toBe(callback)
    expect(Object.fromEntries(new URL(address).searchParams)).toEqual({ code, callback })
  })

  it('polls at the resource until somebody decides, while the clock stands [R11-215, R11-216]', async () => {
    const { net, agent, arrive, agree, preferred } = await makeDeferralWorld()
    const started = net.clock.now()
    const codes: string[] = []
    let isShown = (): void => {}
    const shown = new Promise<void>((resolve) => {
      isShown = resolve
    })
    const calling = agent.call(
      url,
      {},
      {
        onInteraction({ code }) {
          codes.push(code)
          isShown()
        },
      },
    )
    await shown
    await agree(await arrive(codes[0] as string))
    const { response, polls } = await calling
    expect(response.status).toBe(200)
    expect(preferred).toEqual(Array(polls).fill('wait=5'))
    expect(net.clock.now() - started).toBe((polls - 1) * 5)
  })

  it('pauses as it is told, and as long as the resource says', async () => {
    const { net, agent, arrive, agree, preferred } = await makeDeferralWorld()
    const pauses: number[] = []
    let handle = ''
    const { response, polls } = await agent.call(
      url,
      {},
      {
        async onInteraction({ code }) {
          handle = await arrive(code)
        },
        async pause(seconds) {
          pauses.push(seconds)
          if (pauses.length === 3) await agree(handle)
          else net.clock.advance(seconds)
        },
      },
    )
    // Nobody set the clock forward before the last poll, which came too soon.
    expect([response.status, polls, pauses]).toEqual([200, 5, [5, 5, 5, 5]])
    expect(preferred).toEqual(Array(5).fill(undefined))
  })

  it('is told that nobody decided in time [R11-214]', async () => {
    const { net, agent } = await makeDeferralWorld()
    const { response } = await agent.call(url, {}, { onInteraction: () => net.clock.advance(600) })
    expect([response.status, await response.json()]).toMatchObject([408, { error: 'expired' }])
  })

  it('is told of a revocation while it waits [R11-214]', async () => {
    const { agent, resource, arrive } = await makeDeferralWorld()
    const { response } = await agent.call(
      url,
      {},
      {
        async onInteraction({ code }) {
          await arrive(code)
          await resource.managed.end({ person })
        },
      },
    )
    expect([response.status, await response.json()]).toMatchObject([403, { error: 'revoked' }])
  })

  it('gives up on a resource that asks again whenever somebody has agreed', async () => {
    const { agent, page, arrive, requests } = await makeDeferralWorld()
    const { response, challenges, polls } = await agent.call(
      url,
      {},
      // The application does not store the consent.
      { onInteraction: async ({ code }) => page.complete(await arrive(code), { person }) },
    )
    expect([response.status, polls]).toEqual([202, 5])
    expect(challenges).toEqual(Array(6).fill('interaction'))
    expect(requests.filter((line) => line === 'GET /notes')).toHaveLength(6)
  })

  it('waits for an approval without a callback, by agent.fetch alone', async () => {
    const { agent, page, waiting, agree } = await makeDeferralWorld({ asked: { by: 'approval' } })
    const calling = agent.fetch(url)
    while (waiting.length === 0) await new Promise((resolve) => setImmediate(resolve))
    const { handle } = await page.openReference(waiting[0]?.reference ?? '', { person })
    await agree(handle)
    expect(await (await calling).text()).toBe('the notes')
  })

  it('leaves a 202 of the application alone', async () => {
    const { agent, requests } = await makeDeferralWorld()
    const { response, polls } = await agent.call(`${notes}/job`)
    expect([response.status, await response.json(), polls]).toEqual([202, { job: 1 }, 0])
    expect(requests).toEqual(['GET /job'])
  })
})
