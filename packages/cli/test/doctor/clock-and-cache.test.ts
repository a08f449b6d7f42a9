import { describe, expect, it } from 'vitest'
import { type ApiOptions, healthyApp, serveApi } from './api.ts'
import { type Passed, type Returned, withLine, without } from './proxy.ts'
import { asAgent, examined, idsOf } from './run-doctor.ts'

const systemTime = (): number => Math.floor(Date.now() / 1000)

/** Changes the answer of `/notes`. */
const notes =
  (change: (returned: Returned) => Returned) =>
  (returned: Returned, { target }: Passed): Returned =>
    target.startsWith('/notes') ? change(returned) : returned

describe('aauth doctor at an API whose clock is wrong', () => {
  const dated = (seconds: number) => ({
    proxy: {
      answer: (returned: Returned) =>
        withLine(returned, 'date', new Date(Date.now() + seconds * 1000).toUTCString()),
    },
  })

  it.each<[what: string, found: string, ApiOptions]>([
    ['whose Date is an hour ahead', 's ahead of that of this machine', dated(3600)],
    ['whose Date is an hour behind', 's behind that of this machine', dated(-3600)],
    [
      'that judges signatures an hour ahead, behind a proxy whose Date is right',
      'more than 60 s ahead of that of this machine',
      { resource: { now: () => systemTime() + 3600 } },
    ],
    [
      'that judges signatures an hour behind, behind a proxy whose Date is right',
      'more than 60 s behind that of this machine',
      { resource: { now: () => systemTime() - 3600 } },
    ],
    [
      'whose Date is 200 s ahead, and that publishes a window of 120 s',
      's ahead of that of this machine',
      { ...dated(200), resource: { signatureWindow: 120 } },
    ],
  ])('reports clock-offset for an API %s', async (_, found, options) => {
    const api = await serveApi(options)
    const { code, findings } = await examined([api.url])
    expect(findings).toMatchObject([{ id: 'clock-offset', found: expect.stringContaining(found) }])
    expect(code).toBe(1)
  })

  it.each([
    ['is 40 s ahead', dated(40)],
    [
      'is 200 s ahead, within the published window of 300 s',
      { ...dated(200), resource: { signatureWindow: 300 } },
    ],
    [
      'is an hour behind in an answer that a cache has kept for an hour',
      {
        proxy: {
          answer: (returned: Returned) =>
            withLine(
              withLine(returned, 'date', new Date(Date.now() - 3_600_000).toUTCString()),
              'age',
              '3600',
            ),
        },
      },
    ],
  ])('reports no clock-offset when Date %s', async (_, options) => {
    const api = await serveApi(options)
    expect(idsOf(await examined([api.url]))).not.toContain('clock-offset')
  })

  it.each([
    ['ahead', 3600],
    ['behind', -3600],
  ])('does not blame a proxy for a refused signature when the clock is %s', async (_, seconds) => {
    const api = await serveApi({ resource: { now: () => systemTime() + seconds } })
    const { findings, leftOut } = await examined([api.url, ...(await asAgent(api.net))])
    expect(idsOf({ findings })).toEqual(['clock-offset'])
    expect(leftOut.map(({ check }) => check)).toContain('signed request')
  })
})

describe('aauth doctor at an API behind a cache', () => {
  let ids = 0

  it.each<[id: string, what: string, ApiOptions]>([
    [
      'challenge-cached',
      'Age of more than nothing',
      { proxy: { answer: notes((one) => withLine(one, 'age', '12')) } },
    ],
    [
      'challenge-cached',
      'a hit in X-Cache',
      { proxy: { answer: notes((one) => withLine(one, 'x-cache', 'Hit from cdn')) } },
    ],
    [
      'challenge-cached',
      'a hit in Cache-Status',
      { proxy: { answer: notes((one) => withLine(one, 'cache-status', 'ExampleCache; hit')) } },
    ],
    [
      'challenge-cached',
      'the same request id twice',
      { proxy: { answer: notes((one) => withLine(one, 'x-request-id', 'f3')) } },
    ],
    [
      'challenge-cacheable',
      'a Cache-Control that lets caches keep it',
      { proxy: { answer: notes((one) => withLine(one, 'cache-control', 'public, max-age=60')) } },
    ],
    [
      'challenge-cacheable',
      'no Cache-Control',
      { proxy: { answer: notes((one) => without(one, 'cache-control')) } },
    ],
  ])('reports %s when the challenge has %s', async (id, _, options) => {
    const api = await serveApi(options)
    const { code, findings } = await examined([api.url])
    expect(idsOf({ findings })).toEqual([id])
    expect(code).toBe(1)
  })

  it.each([
    ['Age of nothing', (one: Returned) => withLine(one, 'age', '0')],
    ['a miss in X-Cache', (one: Returned) => withLine(one, 'x-cache', 'MISS')],
    ['a request id of its own', (one: Returned) => withLine(one, 'x-request-id', String(ids++))],
  ])('reports nothing when the challenge has %s', async (_, change) => {
    const api = await serveApi({ proxy: { answer: notes(change) } })
    expect((await examined([api.url])).findings).toEqual([])
  })

  it('reports that a cache answers signed requests with a stored challenge', async () => {
    let kept: Returned | undefined
    const api = await serveApi({
      proxy: {
        instead: ({ target }) => (target === '/notes' ? kept : undefined),
        answer: notes((returned) => {
          kept ??= returned
          return returned
        }),
      },
    })
    const { findings } = await examined([api.url, ...(await asAgent(api.net))])
    expect(findings).toMatchObject([
      { id: 'signature-lines-removed', remedy: expect.stringContaining('A cache must not answer') },
    ])
  })

  it('reports challenge-cached when two signed requests get the same resource token', async () => {
    let kept: Returned | undefined
    const isSigned = ({ lines }: Passed): boolean =>
      lines.some(([name, value]) => name === 'signature-key' && value.includes('jwt='))
    const api = await serveApi({
      resource: { generations: ['mission-header'] },
      requirement: { accept: 'auth-token' },
      proxy: {
        instead: (asked) => (isSigned(asked) ? kept : undefined),
        answer: (returned, asked) => {
          if (isSigned(asked)) kept = returned
          return returned
        },
      },
    })
    const { findings } = await examined([api.url, ...(await asAgent(api.net))])
    expect(findings).toMatchObject([
      { id: 'challenge-cached', found: expect.stringContaining('the same resource token') },
    ])
  })
})

describe('aauth doctor at several processes behind one address', () => {
  it.each<[id: string, what: string, path: string, change: (returned: Returned) => Returned]>([
    [
      'keys-differ',
      'with different keys',
      '/aauth/jwks.json',
      (returned) => ({ ...returned, body: returned.body.replace('"kid":"r1"', '"kid":"r2"') }),
    ],
    [
      'metadata-differs',
      'with different configurations',
      '/.well-known/aauth-resource.json',
      (returned) => ({ ...returned, body: returned.body.replace('Read your', 'Keep your') }),
    ],
  ])('reports %s for processes %s', async (id, _, path, change) => {
    let turn = 0
    const api = await serveApi({
      proxy: {
        answer: (returned, { target }) => (target === path && turn++ % 2 === 1 ? change(returned) : returned),
      },
    })
    const { code, findings } = await examined([api.url])
    expect(idsOf({ findings })).toEqual([id])
    expect(code).toBe(1)
  })

  it('reports nothing when processes publish the same keys in another order', async () => {
    let turn = 0
    const swapped = (body: string): string => {
      const { keys } = JSON.parse(body) as { keys: unknown[] }
      return JSON.stringify({ keys: keys.reverse() })
    }
    const api = await serveApi({
      resource: {
        publishedKeys: [
          {
            kty: 'OKP',
            crv: 'Ed25519',
            x: 'PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw',
            kid: 'a',
            alg: 'Ed25519',
          },
        ],
      },
      proxy: {
        answer: (returned, { target }) =>
          target === '/aauth/jwks.json' && turn++ % 2 === 1
            ? { ...returned, body: swapped(returned.body) }
            : returned,
      },
    })
    expect((await examined([api.url])).findings).toEqual([])
  })

  it('reports different keys behind a cache of the keys only if a query may be added to the URL', async () => {
    const kept = new Map<string, Returned>()
    let turn = 0
    const options: ApiOptions = {
      proxy: {
        instead: ({ target }) => kept.get(target),
        answer: (returned, { target }) => {
          if (!target.startsWith('/aauth/jwks.json')) return returned
          const kid = `"kid":"r${turn++}"`
          const own = { ...returned, body: returned.body.replace('"kid":"r1"', kid) }
          kept.set(target, own)
          return own
        },
      },
      app: healthyApp,
    }
    const api = await serveApi(options)
    expect((await examined([api.url])).findings).toEqual([])
    expect(idsOf(await examined([api.url, '--probe-query']))).toEqual(['keys-differ'])
  })
})
