import { describe, expect, it } from 'vitest'
import { hopsOf, lineOf, runFetch } from './run-fetch.ts'
import { makeScene, serve } from './scene.ts'
import { asksForPersonToken, makeStandIn, named } from './stand-in.ts'
import { TestClock } from './test-clock.ts'

describe('a 202 with Location', () => {
  it('is polled with signed GETs as often as Retry-After says, until there is a result', async () => {
    let polls = 0
    const { fetch, clock, requests } = await makeScene(() => (req, res) => {
      if (req.headers['signature-input'] === undefined) res.writeHead(500).end()
      else if (req.url !== '/pending/1')
        res.writeHead(202, { location: 'pending/1', 'retry-after': '7' }).end()
      else if (++polls < 3) res.writeHead(202, { location: '/pending/1', 'retry-after': '9' }).end()
      else res.end(`${req.headers['content-type']} ${req.headers['content-length']}`)
    })
    const ran = await fetch('/', ['-d', '{}'])
    expect([ran.code, ran.out, clock.waits]).toEqual([0, 'undefined undefined', [7, 9, 9]])
    expect(requests).toEqual(['POST /', ...Array(3).fill('GET /pending/1')])
  })

  it('is polled after five seconds without Retry-After, and at most once a second', async () => {
    let polls = 0
    const { fetch, clock } = await makeScene(() => (_, res) => {
      const wait = [{}, { 'retry-after': '0' }, { 'retry-after': 'soon' }][polls++]
      if (wait === undefined) res.end()
      else res.writeHead(202, { location: '/', ...wait }).end()
    })
    expect([(await fetch('/')).code, clock.waits]).toEqual([0, [5, 1, 5]])
  })

  it('is polled after a minute at most, for ten minutes', async () => {
    const { fetch, clock, requests } = await makeScene(() => (_, res) => {
      res.writeHead(202, { location: '/', 'retry-after': '3600' }).end()
    })
    const ran = await fetch('/')
    expect([ran.code, clock.waits, requests.length]).toEqual([1, Array(10).fill(60), 11])
    expect(ran.err).toContain('gave up after waiting for 10 minutes')
  })

  it('is polled for no longer than --max-time', async () => {
    const { fetch, clock } = await makeScene(() => (_, res) => {
      res.writeHead(202, { location: '/', 'retry-after': '0' }).end()
    })
    const ran = await fetch('/', ['--max-time', '3'])
    expect([ran.code, clock.waits]).toEqual([1, [1, 1, 1]])
    expect(ran.err).toContain('gave up after the 3 s of --max-time')
  })

  it('is polled while the server is busy, five seconds later after 429', async () => {
    const answers = [
      [202, '2'],
      [429, '2'],
      [503, '3'],
      [503, ''],
      [200, ''],
    ] as const
    let asked = 0
    const { fetch, clock } = await makeScene(() => (_, res) => {
      const [status, wait] = answers[asked++] as (typeof answers)[number]
      res.writeHead(status, { location: '/', ...(wait && { 'retry-after': wait }) }).end()
    })
    expect([(await fetch('/')).code, clock.waits]).toEqual([0, [2, 7, 3, 5]])
  })

  it('of a person server is polled for ten minutes', async () => {
    const { env } = await makeStandIn((_, res) => {
      res.writeHead(202, { location: '/pending/1', 'retry-after': '50' }).end()
    })
    const clock = new TestClock()
    const ran = await runFetch([named(await serve(asksForPersonToken))], { clock, env })
    expect([ran.code, clock.waits]).toEqual([1, Array(12).fill(50)])
  })

  it('without Location is an ordinary answer', async () => {
    const { fetch } = await makeScene(() => (_, res) => void res.writeHead(202).end('"accepted"'))
    expect(await fetch('/')).toMatchObject({ code: 0, out: '"accepted"' })
  })
})

describe('a server that is busy', () => {
  it('is called again after the time of Retry-After, with a new signature', async () => {
    const signatures = new Set<unknown>()
    const { fetch, clock } = await makeScene(({ clock }) => (req, res) => {
      signatures.add(req.headers.signature)
      const date = new Date(clock.now() + 20_000).toUTCString()
      if (signatures.size === 1) res.writeHead(429, { 'retry-after': '4' }).end()
      else if (signatures.size === 2) res.writeHead(503, { 'retry-after': date }).end()
      else res.end('"free"')
    })
    const ran = await fetch('/')
    expect([ran.code, ran.out, clock.waits]).toEqual([0, '"free"', [4, 20]])
    expect(ran.err).toContain('answered 429: trying again in 4 s')
  })

  it('is called five times', async () => {
    const { fetch, clock } = await makeScene(() => (_, res) => {
      res.writeHead(503, { 'retry-after': '5' }).end('{"error":"server_error"}')
    })
    const ran = await fetch('/', ['--json'])
    expect([ran.code, clock.waits, lineOf(ran).hops.length]).toEqual([1, [5, 5, 5, 5], 5])
    expect(ran.err).toContain('answered 503: server_error')
  })

  it.each([['3600'], [''], ['-1']])('is not called again when Retry-After is "%s"', async (wait) => {
    const { fetch, clock } = await makeScene(() => (_, res) => {
      res.writeHead(429, { 'retry-after': wait }).end()
    })
    const ran = await fetch('/', ['--json'])
    expect([ran.code, clock.waits, hopsOf(ran)]).toEqual([1, [], ['429 agent-token GET /']])
  })
})

describe('a server that is slow', () => {
  it('is given up when it does not answer within a minute', async () => {
    const { fetch } = await makeScene(
      ({ clock }) =>
        () =>
          clock.advance(60_000),
    )
    const ran = await fetch('/')
    expect([ran.code, ran.err]).toEqual([1, expect.stringContaining('did not answer within 60 s')])
  })

  it('is given up when its content does not arrive within a minute', async () => {
    const { fetch } = await makeScene(({ clock }) => (_, res) => {
      res.write('begun', () => clock.advance(60_000))
    })
    const ran = await fetch('/')
    expect([ran.code, ran.out, ran.err]).toEqual([1, '', expect.stringContaining('within 60 s')])
  })

  it('is given up once --max-time is over', async () => {
    const { fetch } = await makeScene(
      ({ clock }) =>
        () =>
          clock.advance(2500),
    )
    const ran = await fetch('/', ['--max-time', '2.5'])
    expect([ran.code, ran.err]).toEqual([1, expect.stringContaining('the 2.5 s of --max-time')])
  })
})
