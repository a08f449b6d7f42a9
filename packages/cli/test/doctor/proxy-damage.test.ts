import { describe, expect, it } from 'vitest'
import { type ApiOptions, serveApi } from './api.ts'
import { type Passed, withBody, without } from './proxy.ts'
import { asAgent, examined, idsOf } from './run-doctor.ts'

/** Changes by a proxy to requests for the guarded route. */
const passing = (change: (passed: Passed) => Passed): ApiOptions => ({
  proxy: {
    request: (passed) =>
      passed.target.includes('/notes') || passed.target.includes('/NOTES') ? change(passed) : passed,
  },
})
const toTarget = (change: (target: string) => string) =>
  passing((passed) => ({ ...passed, target: change(passed.target) }))

const changed =
  (change: (value: string) => string, wanted: string) =>
  (passed: Passed): Passed => ({
    ...passed,
    lines: passed.lines.map(([name, value]) => [name, name === wanted ? change(value) : value]),
  })

describe('aauth doctor behind a proxy that breaks every signature', () => {
  it.each<[id: string, what: string, ApiOptions]>([
    [
      'signature-lines-removed',
      'takes the lines of signatures away',
      passing((passed) => without(passed, 'signature', 'signature-input', 'signature-key')),
    ],
    [
      'signature-lines-changed',
      'takes one line of signatures away',
      passing((passed) => without(passed, 'signature-input')),
    ],
    [
      'signature-lines-changed',
      'cuts a line of signatures short',
      passing(changed((value) => value.slice(0, 20), 'signature')),
    ],
  ])('reports %s without a caller when it %s', async (id, _, options) => {
    const api = await serveApi(options)
    expect(idsOf(await examined([api.url]))).toEqual([id])
  })

  it.each<[id: string, what: string, found: string, ApiOptions]>([
    [
      'prefix-removed',
      'takes a prefix away that the API does not know',
      'the path "/api/notes", and the API verifies signatures for "/notes"',
      { ...toTarget((target) => target.replace('/api/', '/')), path: '/api/notes' },
    ],
    [
      'prefix-removed',
      'takes a prefix of two segments away',
      'the path "/api/v1/notes/a", and the API verifies signatures for "/notes/a"',
      { ...toTarget((target) => target.replace('/api/v1/', '/')), path: '/api/v1/notes/a?b=c' },
    ],
    [
      'path-changed',
      'decodes the path',
      'the path "/notes/a%2Fb", and the API verifies signatures for "/notes/a/b"',
      { ...toTarget(decodeURIComponent), path: '/notes/a%2Fb' },
    ],
    [
      'path-changed',
      'takes double slashes for one',
      'the path "/notes//a", and the API verifies signatures for "/notes/a"',
      { ...toTarget((target) => target.replace('//', '/')), path: '/notes//a' },
    ],
    [
      'path-changed',
      'puts a slash behind the path',
      'the path "/notes", and the API verifies signatures for "/notes/"',
      toTarget((target) => `${target}/`),
    ],
    [
      'path-changed',
      'takes the slash behind the path away',
      'the path "/notes/", and the API verifies signatures for "/notes"',
      { ...toTarget((target) => target.slice(0, -1)), path: '/notes/' },
    ],
    [
      'path-changed',
      'writes the path in lower case',
      'the path "/NOTES", and the API verifies signatures for "/notes"',
      { ...toTarget((target) => target.toLowerCase()), path: '/NOTES' },
    ],
    [
      'signature-refused',
      'writes another path',
      'none of 2 guesses',
      toTarget(() => '/notes/of/somebody/else'),
    ],
    [
      'signature-refused',
      'changes the token in a line of the signature',
      'none of 2 guesses',
      passing(changed((value) => `${value};more`, 'signature-key')),
    ],
  ])('reports %s with a caller when it %s', async (id, _, found, options) => {
    const api = await serveApi(options)
    const { code, findings } = await examined([api.url, ...(await asAgent(api.net))])
    expect(findings).toMatchObject([{ id, found: expect.stringContaining(found) }])
    expect(code).toBe(1)
  })

  it('reports prefix-not-removed when the API expects a proxy to strip the prefix', async () => {
    const api = await serveApi({
      resource: { strippedPrefix: '/api' },
      // The documents of the API are where its metadata says.
      proxy: {
        request: (passed) => ({ ...passed, target: passed.target.replace('/api/aauth/', '/aauth/') }),
      },
    })
    const { findings } = await examined([api.url, ...(await asAgent(api.net))])
    expect(findings).toMatchObject([
      { id: 'prefix-not-removed', remedy: expect.stringContaining('Remove "strippedPrefix" "/api"') },
    ])
  })

  it('reports host-changed when the API verifies for another host than the called one', async () => {
    const api = await serveApi()
    const called = api.url.replace('localhost', '127.0.0.1')
    const { findings } = await examined([called, ...(await asAgent(api.net))])
    expect(findings).toMatchObject([
      { id: 'issuer-mismatch' },
      { id: 'jwks-uri-elsewhere' },
      { id: 'revocation-endpoint-elsewhere' },
      {
        id: 'host-changed',
        found: expect.stringContaining(`verifies signatures for "${new URL(api.origin).host}"`),
        remedy: expect.stringContaining(`List "${new URL(called).host}" in "authorities"`),
      },
    ])
  })

  it.each<[what: string, remedy: string, ApiOptions]>([
    [
      'refuses long header lines',
      'accept long header lines',
      {
        proxy: {
          instead: ({ lines }) =>
            lines.flat().join('').length > 700 ? { status: 431, lines: [], body: '' } : undefined,
        },
      },
    ],
    [
      'passes to an API that fails',
      'Look into the log of the API',
      {
        requirement: {
          accept: ['agent-token'],
          check: () => {
            throw new Error('the database is away')
          },
        },
      },
    ],
  ])('reports signed-request-blocked when it %s', async (_, remedy, options) => {
    const api = await serveApi(options)
    const { findings } = await examined([api.url, ...(await asAgent(api.net))])
    expect(findings).toMatchObject([
      { id: 'signed-request-blocked', remedy: expect.stringContaining(remedy) },
    ])
  })

  it('reports coverage-unclear when it removes the list of required components', async () => {
    const api = await serveApi({
      resource: { additionalSignatureComponents: ['content-digest'] },
      requirement: { accept: ['agent-token'], components: ['@query'] },
      proxy: { answer: (returned) => without(returned, 'signature-error') },
    })
    const { findings } = await examined([api.url, ...(await asAgent(api.net))])
    expect(idsOf({ findings })).toEqual(['challenge-incomplete', 'coverage-unclear'])
  })

  it('reports caller-refused when the API does not trust the issuer of the token', async () => {
    const api = await serveApi({ resource: { trust: { agentProviders: ['https://other.example'] } } })
    const { findings } = await examined([api.url, ...(await asAgent(api.net))])
    expect(findings).toMatchObject([
      { id: 'caller-refused', found: 'The API refuses the token of the caller with "invalid_jwt".' },
    ])
  })
})

describe('aauth doctor behind a proxy that breaks some signatures', () => {
  it.each<[id: string, what: string, ApiOptions]>([
    ['method-changed', 'turns HEAD into GET', passing((passed) => ({ ...passed, method: 'GET' }))],
    [
      'header-lines-merged',
      'keeps the first line of a field',
      passing(({ lines, ...passed }) => ({
        ...passed,
        lines: lines.filter(([name], index) => lines.findIndex(([other]) => other === name) === index),
      })),
    ],
    [
      'header-lines-merged',
      'joins lines of a field with a comma alone',
      passing(({ lines, ...passed }) => ({
        ...passed,
        lines: [...new Set(lines.map(([name]) => name))].map((name) => [
          name,
          lines.flatMap(([other, value]) => (other === name ? [value] : [])).join(','),
        ]),
      })),
    ],
    [
      'header-line-removed',
      'passes known fields only',
      passing((passed) => without(passed, 'aauth-capabilities')),
    ],
    [
      'content-digest-changed',
      'takes Content-Digest away',
      passing((passed) => without(passed, 'content-digest')),
    ],
  ])('reports %s when it %s', async (id, _, options) => {
    const api = await serveApi(options)
    const { code, findings } = await examined([api.url, ...(await asAgent(api.net))])
    expect(idsOf({ findings })).toEqual([id])
    expect(code).toBe(1)
  })

  it('may join lines of a field with a comma and a space, which changes nothing', async () => {
    const api = await serveApi(
      passing(({ lines, ...passed }) => ({
        ...passed,
        lines: [...new Set(lines.map(([name]) => name))].map((name) => [
          name,
          lines.flatMap(([other, value]) => (other === name ? [value] : [])).join(', '),
        ]),
      })),
    )
    expect((await examined([api.url, ...(await asAgent(api.net))])).findings).toEqual([])
  })

  it.each<[what: string, change: (target: string) => string]>([
    ['takes the query away', (target) => target.split('?')[0] as string],
    [
      'sorts the query',
      (target) => target.replace(/\?(.*)/, (_, query) => `?${query.split('&').sort().join('&')}`),
    ],
    ['encodes the query anew', (target) => target.replace("'", '%27')],
    ['takes empty values away', (target) => target.replace('&empty=', '')],
  ])('reports query-changed when it %s, if a query may be sent', async (_, change) => {
    const api = await serveApi(toTarget(change))
    const agent = await asAgent(api.net)
    expect((await examined([api.url, ...agent])).findings).toEqual([])
    expect(api.requests.some((request) => request.includes('?'))).toBe(false)
    expect(idsOf(await examined([api.url, ...agent, '--probe-query']))).toEqual(['query-changed'])
  })

  it('reports query-changed for the query of the URL alone', async () => {
    const api = await serveApi({
      ...toTarget((target) => target.split('?')[0] as string),
      path: '/notes?page=2',
    })
    expect(idsOf(await examined([api.url, ...(await asAgent(api.net))]))).toEqual(['query-changed'])
  })

  it('reports that some requests get no answer', async () => {
    const api = await serveApi({
      front: (app) => (req, res) => (req.method === 'HEAD' ? res.destroy() : app(req, res)),
    })
    const { findings } = await examined([api.url, ...(await asAgent(api.net))])
    expect(findings).toMatchObject([
      { id: 'unanswered', found: expect.stringContaining('The check "method" got no answer') },
    ])
  })
})

describe('aauth doctor at an API whose resource tokens cannot be redeemed', () => {
  const issuing = {
    resource: { generations: ['mission-header'] as const },
    requirement: { accept: 'auth-token' as const },
  }
  const publishing = (keys: object[]): ApiOptions => ({
    ...issuing,
    proxy: {
      answer: (returned, { target }) => {
        if (target.startsWith('/.well-known/')) {
          const { authorization_endpoint: _, ...metadata } = JSON.parse(returned.body)
          return withBody(returned, JSON.stringify(metadata))
        }
        return target === '/aauth/jwks.json' ? withBody(returned, JSON.stringify({ keys })) : returned
      },
    },
  })

  it('reports keys-empty when no key is published, even without an authorization endpoint', async () => {
    const api = await serveApi(publishing([]))
    expect(idsOf(await examined([api.url, ...(await asAgent(api.net))]))).toEqual(['keys-empty'])
  })

  it('reports resource-token-key-unpublished when another key is published', async () => {
    const other = {
      kty: 'OKP',
      crv: 'Ed25519',
      x: 'PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw',
      kid: 'r1',
      alg: 'Ed25519',
    }
    const api = await serveApi(publishing([other]))
    expect(idsOf(await examined([api.url, ...(await asAgent(api.net))]))).toEqual([
      'resource-token-key-unpublished',
    ])
  })
})
