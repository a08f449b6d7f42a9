import type { IncomingMessage, ServerResponse } from 'node:http'
import { interactionPage } from '@aauth-guard/core/managed'
import { s256 } from '@aauth-guard/fixtures/missions'
import { now } from '@aauth-guard/fixtures/world'
import { type AgentRequest, type CallOptions, createTestNetwork, PendingUrlError } from '@aauth-guard/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { makeDeferralWorld, notes, person } from './deferral-world.ts'

const origin = 'https://slow.example'
const pending = '{"status":"pending"}'
type Line = readonly [status: number, headers?: Readonly<Record<string, string>>, body?: string]
const deferred: Line = [202, { location: '/pending/1', 'retry-after': '7' }, pending]

/** A resource that gives these answers one after the other, and the last one for ever. */
async function answering(...lines: readonly Line[]) {
  const net = await createTestNetwork({ now, seed: 'slow' })
  onTestFinished(() => net.close())
  const requests: IncomingMessage[] = []
  await net.listen((req: IncomingMessage, res: ServerResponse) => {
    const [status, headers = {}, body = ''] = lines[Math.min(requests.length, lines.length - 1)] as Line
    requests.push(req)
    res.writeHead(status, headers).end(body)
  }, origin)
  const pauses: number[] = []
  const agent = await net.agent()
  return {
    net,
    requests,
    pauses,
    agent,
    call: (options: CallOptions = {}, request: AgentRequest = {}) =>
      agent.call(`${origin}/a`, request, { pause: (seconds) => pauses.push(seconds), ...options }),
  }
}

describe('a pending URL', () => {
  it.each([
    'https://elsewhere.example/pending/1',
    '//elsewhere.example/pending/1',
    'http://slow.example/pending/1',
    'https://slow.example:444/pending/1',
    'https://slow.example@elsewhere.example/pending/1',
    'https://somebody@slow.example/pending/1',
    'https://:secret@slow.example/pending/1',
    'data:,pending',
    'https://[',
  ])('of another origin is not asked: %s [DEFER-1, R11-210]', async (location) => {
    const { call, requests, net } = await answering([202, { location }, pending])
    await expect(call()).rejects.toThrow(PendingUrlError)
    await expect(call()).rejects.toMatchObject({ name: 'PendingUrlError', location })
    expect(requests).toHaveLength(2)
    expect(net.fetches.filter(({ url }) => url.includes('/pending/'))).toEqual([])
  })

  it.each(['/pending/1', 'pending/1', '?pending', 'https://slow.example/pending/1#part', '//slow.example/x'])(
    'of the same origin is asked: %s',
    async (location) => {
      const { call, requests } = await answering([202, { location }, pending], [200])
      const { response, polls } = await call()
      expect([response.status, polls]).toEqual([200, 1])
      expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
        'GET /a',
        `GET ${location.replace(/^(https:)?\/\/slow.example|#part$/g, '').replace(/^(?=[p?])/, location.startsWith('?') ? '/a' : '/')}`,
      ])
    },
  )

  it('is asked with a signature of its own each time [R11-212]', async () => {
    const { call, requests } = await answering(deferred, deferred, deferred, [200])
    await call({ params: { nonce: 'mine' }, cover: ['@query', 'x-tenant'] }, { headers: { 'x-tenant': 'a' } })
    const inputs = requests.map(({ headers }) => String(headers['signature-input']))
    expect(inputs.map((input) => /nonce="([^"]*)"/.exec(input)?.[1])).toEqual([
      'mine',
      expect.stringMatching(/^id-/),
      expect.stringMatching(/^id-/),
      expect.stringMatching(/^id-/),
    ])
    expect(new Set(inputs).size).toBe(4)
    expect(inputs.every((input) => input.includes('"@query"'))).toBe(true)
    // The fields of the call are neither sent to the pending URL nor covered there.
    expect(inputs.map((input) => input.includes('"x-tenant"'))).toEqual([true, false, false, false])
    expect(requests.map(({ headers }) => headers['x-tenant'])).toEqual(['a', undefined, undefined, undefined])
  })

  it('is dialled where the call was, with its label', async () => {
    const { net, agent, requests } = await answering(deferred, [200])
    const via = net.servedAt('slow.example') as string
    const { polls } = await agent.call('https://not-served.example/a', {}, { via, label: 'mine' })
    expect([polls, requests.map(({ headers }) => headers.host)]).toEqual([
      1,
      Array(2).fill('not-served.example'),
    ])
    for (const { headers } of requests) expect(headers['signature-input']).toMatch(/^mine=/)
  })

  it('is asked under the mission of the call, which later requests of draft 11 do not assert', async () => {
    const { call, requests } = await answering(deferred, [200])
    const mission = { approver: 'https://ps.example', s256 }
    await call({ mission })
    expect(requests.map(({ headers }) => headers['aauth-mission'])).toEqual(
      Array(2).fill(`approver="https://ps.example"; s256="${s256}"`),
    )
    const other = await answering([401, { 'aauth-requirement': 'requirement=person-token' }], deferred, [200])
    await other.call({ mission })
    expect(other.requests.map(({ headers }) => headers['aauth-mission'])).toEqual([
      `approver="https://ps.example"; s256="${s256}"`,
      undefined,
      undefined,
    ])
  })
})

describe('an answer that is not deferred is the outcome', () => {
  const interaction = 'requirement=interaction; url="https://slow.example/p"; code="A"'

  it.each<readonly [string, Line]>([
    ['202 without a Location', [202, { 'aauth-requirement': interaction }, pending]],
    ['201', [201, { location: '/pending/1' }, pending]],
    ['200', [200, { location: '/pending/1', 'aauth-requirement': interaction }, pending]],
    ['403', [403, { location: '/pending/1', 'aauth-requirement': interaction }, pending]],
    ['202 with something else to tell', [202, { location: '/jobs/1' }, '{"status":"queued"}']],
    ['202 with a list', [202, { location: '/jobs/1' }, '[]']],
    ['202 with null', [202, { location: '/jobs/1' }, 'null']],
    ['202 with content that is not JSON', [202, { location: 'https://elsewhere.example/' }, 'pending']],
  ])('%s', async (_, answer) => {
    const { call, requests } = await answering(answer)
    const { response, polls, challenges } = await call({ onInteraction: () => expect.unreachable() })
    expect([response.status, polls, requests.length]).toEqual([answer[0], 0, 1])
    // The requirement counts in a 202 and a 401 alone (draft 11 §11.6).
    const isStated = response.status === 202 && response.headers.has('aauth-requirement')
    expect(challenges).toEqual(isStated ? ['interaction'] : [])
    expect(await response.text()).toBe(answer[2])
  })

  it('but 202 with "interacting" alone is deferred', async () => {
    const { call } = await answering([202, { location: '/pending/1' }, '{"status":"interacting"}'], [200])
    expect((await call()).polls).toBe(1)
  })
})

describe('between polls the agent waits', () => {
  it('as long as the resource says, and goes on after 429 and 503 [R11-214, DEFER-4]', async () => {
    const { call, pauses, requests } = await answering(
      deferred,
      [202, {}, pending],
      [429, { 'retry-after': '9' }],
      [429],
      [503, { 'retry-after': '0' }],
      [503, { 'retry-after': 'Sun, 29 Nov 2026 08:49:37 GMT' }],
      [202, { 'retry-after': '999999' }, pending],
      [200, {}, 'done'],
    )
    const { response, polls } = await call()
    expect([await response.text(), polls]).toEqual(['done', 7])
    expect(pauses).toEqual([7, 7, 9, 14, 1, 6, 3600])
    expect(requests).toHaveLength(8)
  })

  it('by setting a clock that stands forward', async () => {
    const { call, net } = await answering(deferred, deferred, [200])
    await call({ pause: undefined } as never)
    expect(net.clock.now()).toBe(now + 14)
  })

  it('in real time with the clock of the system', async () => {
    let requests = 0
    const elsewhere: typeof fetch = async () => {
      requests += 1
      return requests === 1
        ? new Response(pending, { status: 202, headers: { location: '/pending/1', 'retry-after': '7' } })
        : new Response('done')
    }
    const net = await createTestNetwork({ seed: 'slow', elsewhere })
    const agent = await net.agent()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const calling = agent.call(`${origin}/a`)
    while (vi.getTimerCount() === 0) await new Promise((resolve) => setImmediate(resolve))
    await vi.advanceTimersByTimeAsync(6999)
    expect(requests).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    expect([await (await calling).response.text(), net.clock.isStopped]).toEqual(['done', false])
  })

  it('and leaves a resource alone that never decides', async () => {
    let requests = 0
    const elsewhere: typeof fetch = async () => {
      requests += 1
      return new Response(pending, { status: 202, headers: { location: '/pending/1', 'retry-after': '0' } })
    }
    const net = await createTestNetwork({ now, seed: 'slow', elsewhere })
    const { response, polls } = await (await net.agent()).call(`${origin}/a`)
    expect([response.status, polls, requests, net.clock.now()]).toEqual([202, 1000, 1001, now + 1000])
  })

  it.each([400, 403, 404, 408, 410, 500, 502])('until an answer is final, as %i is', async (status) => {
    const { call } = await answering(deferred, [status, {}, '{"status":"authorized"}'])
    const { response, polls, challenges } = await call()
    expect([response.status, polls, challenges]).toEqual([status, 1, []])
    expect(await response.json()).toEqual({ status: 'authorized' })
  })
})

describe('a final answer', () => {
  it('other than "authorized" is the result of the call', async () => {
    const { call, requests } = await answering(deferred, [200, {}, '["a note"]'])
    expect(await (await call()).response.json()).toEqual(['a note'])
    expect(requests).toHaveLength(2)
  })

  it('that says "authorized" is followed by the call, with a signature of its own', async () => {
    const { call, requests } = await answering(
      deferred,
      [200, {}, '{"status":"authorized"}'],
      [200, {}, 'done'],
    )
    const { response, polls } = await call({ params: { nonce: 'mine', tag: 'a' } })
    expect([await response.text(), polls, requests.map(({ url }) => url)]).toEqual([
      'done',
      1,
      ['/a', '/pending/1', '/a'],
    ])
    const [first = '', , last = ''] = requests.map(({ headers }) => `${headers['signature-input']}`)
    expect([first, last].map((input) => /nonce="([^"]*)"/.exec(input)?.[1])).toEqual([
      'mine',
      expect.stringMatching(/^id-/),
    ])
    expect(last).toContain('tag="a"')
  })

  it('that asks for a token is followed by a poll with it', async () => {
    const { call, requests } = await answering(
      deferred,
      [401, { 'aauth-requirement': 'requirement=person-token' }],
      [200, {}, 'done'],
    )
    const { response, challenges, polls, token } = await call()
    expect([await response.text(), challenges, polls]).toEqual(['done', ['person-token'], 2])
    expect(requests.map(({ url }) => url)).toEqual(['/a', '/pending/1', '/pending/1'])
    expect(requests[2]?.headers['signature-key']).toContain(token)
  })
})

describe('what an agent is asked while it waits', () => {
  const asking = (requirement: string, body: object = {}): Line => [
    202,
    { 'aauth-requirement': `requirement=${requirement}`, location: '/pending/1' },
    JSON.stringify({ status: 'pending', ...body }),
  ]

  it('it does once for each code', async () => {
    const one = asking('interaction; url="https://slow.example/p"; code="1111-1111"')
    const other = asking('interaction; url="https://slow.example/p"; code="2222-2222"')
    const { call, pauses } = await answering(one, one, other, one, other, [200])
    const codes: string[] = []
    const { challenges } = await call({ onInteraction: ({ code }) => codes.push(code) })
    expect(codes).toEqual(['1111-1111', '2222-2222'])
    expect(challenges).toEqual(['interaction', 'interaction'])
    expect(pauses).toEqual([5, 5, 5])
  })

  it.each(['interaction', 'interaction; url="https://slow.example/p"', 'interaction; code="A"', 'payment'])(
    'it leaves to the caller if it cannot: %s',
    async (requirement) => {
      const { call, requests } = await answering(asking(requirement))
      const { response, challenges } = await call({ onInteraction: () => expect.unreachable() })
      expect([response.status, challenges]).toEqual([202, [requirement.replace(/;.*/, '')]])
      expect(requests).toHaveLength(1)
    },
  )

  it('it waits for an approval, which needs nothing of it', async () => {
    const { call, pauses, requests } = await answering(asking('approval'), asking('approval'), [200])
    const { challenges, polls } = await call()
    expect([challenges, polls, pauses]).toEqual([['approval'], 2, [5, 5]])
    expect(requests.map(({ headers }) => headers['aauth-capabilities'])).toEqual(Array(3).fill(undefined))
  })

  it('it answers ten times at most', async () => {
    const { call } = await answering(asking('clarification', { clarification: 'Why?' }))
    const asked: unknown[] = []
    const { response, challenges } = await call({ onClarification: (...given) => `${asked.push(given)}` })
    expect([response.status, challenges.length, asked.length]).toEqual([202, 11, 10])
  })

  it('it hears with what comes with it, as far as that is valid', async () => {
    const { call } = await answering(
      asking('clarification', { clarification: 'Why?', options: ['a', 1, 'b'], timeout: 30 }),
      asking('clarification', { clarification: 'How?', options: 'a', timeout: '30' }),
      asking('clarification', { clarification: 1 }),
    )
    const asked: unknown[] = []
    const { response } = await call({
      onClarification: (...given) => {
        asked.push(given)
        return 'so'
      },
    })
    expect(asked).toEqual([
      ['Why?', { options: ['a', 'b'], timeout: 30 }],
      ['How?', { options: [] }],
    ])
    expect(response.status).toBe(202)
  })

  it('it cannot say without a callback', async () => {
    const { call, requests } = await answering(asking('clarification', { clarification: 'Why?' }))
    const { response, challenges } = await call()
    expect([response.status, challenges, requests.length]).toEqual([202, ['clarification'], 1])
  })
})

describe('a question of the person', () => {
  const url = `${notes}/notes`

  it('reaches the agent, and its answer the person [DEFER-7, R11-217]', async () => {
    const { net, agent, resource, requests, arrive, agree } = await makeDeferralWorld()
    const page = interactionPage(resource)
    let handle = ''
    const asked: unknown[] = []
    const { response, challenges } = await agent.call(
      url,
      {},
      {
        async onInteraction({ code }) {
          handle = await arrive(code)
          await page.ask(handle, { person, question: 'Which notes?', options: ['all', 'some'] })
        },
        onClarification(...given) {
          asked.push(given)
          return 'some'
        },
        async pause(seconds) {
          expect((await page.read(handle, { person })).questions[0]?.answer).toBe('some')
          await agree(handle)
          net.clock.advance(seconds)
        },
      },
    )
    expect(asked).toEqual([['Which notes?', { options: ['all', 'some'] }]])
    expect([response.status, challenges]).toEqual([200, ['interaction', 'clarification']])
    expect(requests).toContain('POST /aauth/pending/…')
  })

  it('to which the agent has nothing to say ends the request [DEFER-7, R11-217]', async () => {
    const { agent, resource, requests, arrive } = await makeDeferralWorld()
    const page = interactionPage(resource)
    const { response, polls } = await agent.call(
      url,
      {},
      {
        async onInteraction({ code }) {
          await page.ask(await arrive(code), { person, question: 'Which notes?' })
        },
        onClarification: () => undefined,
      },
    )
    expect([response.status, polls]).toEqual([410, 3])
    expect(requests.filter((line) => line.startsWith('DELETE'))).toHaveLength(1)
  })

  it('that the resource goes on with after it was cancelled is the outcome', async () => {
    const question: Line = [
      202,
      { 'aauth-requirement': 'requirement=clarification', location: '/pending/1' },
      '{"status":"pending","clarification":"Why?"}',
    ]
    const { call, requests } = await answering(question)
    const { response } = await call({ onClarification: () => undefined })
    expect([response.status, requests.map(({ method }) => method)]).toEqual([202, ['GET', 'DELETE', 'GET']])
  })
})
