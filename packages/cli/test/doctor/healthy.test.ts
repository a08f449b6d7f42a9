import { describe, expect, it } from 'vitest'
import { serveApi } from './api.ts'
import { asAgent, examined, runAauth } from './run-doctor.ts'

describe('aauth doctor at a healthy API', () => {
  it('reports nothing without a caller, and lists the checks it left out', async () => {
    const api = await serveApi()
    const { code, findings, leftOut, requests } = await examined([api.url])
    expect(findings).toEqual([])
    expect(code).toBe(0)
    expect(leftOut.map(({ check }) => check)).toEqual([
      'signed request',
      'method',
      'header lines',
      'content digest',
      'query',
      'resource token',
      'HTTP/2',
    ])
    expect(requests).toBe(api.requests.length)
  })

  it('reports nothing with a verified caller, and leaves out checks that the API does not support', async () => {
    const api = await serveApi()
    const { code, findings, leftOut, requests } = await examined([
      api.url,
      ...(await asAgent(api.net)),
      '--probe-query',
    ])
    expect(findings).toEqual([])
    expect(code).toBe(0)
    expect(leftOut.map(({ check }) => check)).toEqual(['resource token', 'HTTP/2'])
    expect(requests).toBe(api.requests.length)
  })

  it.each([
    ['an agent token', {}],
    ['an auth token that an agent token is redeemed for', { generations: ['mission-header'] as const }],
  ])('reports nothing behind a proxy without changes, on a route that accepts %s', async (_, resource) => {
    const api = await serveApi({
      proxy: {},
      resource,
      ...('generations' in resource && { requirement: { accept: 'auth-token' as const } }),
    })
    const { findings } = await examined([api.url, ...(await asAgent(api.net)), '--probe-query'])
    expect(findings).toEqual([])
  })

  it('reports nothing under a prefix that the proxy strips and the API knows', async () => {
    const api = await serveApi({
      path: '/api/notes',
      resource: { strippedPrefix: '/api' },
      proxy: {
        request: (passed) => ({ ...passed, target: passed.target.replace('/api/', '/') }),
      },
    })
    const { findings } = await examined([api.url, ...(await asAgent(api.net))])
    expect(findings).toEqual([])
  })

  it('reports nothing for a route with singleUse and additional components', async () => {
    const api = await serveApi({
      resource: { additionalSignatureComponents: ['@query', 'content-digest'] },
      requirement: { accept: ['agent-token'], singleUse: true },
    })
    const { findings } = await examined([api.url, ...(await asAgent(api.net))])
    expect(findings).toEqual([])
  })

  it('sends no signature twice, because each has its own nonce', async () => {
    const nonces: (string | undefined)[] = []
    const api = await serveApi({
      proxy: {
        request: (passed) => {
          const [, input] = passed.lines.find(([name]) => name === 'signature-input') ?? []
          if (input !== undefined) nonces.push(input.split(';nonce=')[1])
          return passed
        },
      },
      requirement: { accept: ['agent-token'], singleUse: true },
    })
    expect((await examined([api.url, ...(await asAgent(api.net))])).findings).toEqual([])
    expect(nonces.length).toBeGreaterThan(1)
    expect(nonces).not.toContain(undefined)
    expect(new Set(nonces).size).toBe(nonces.length)
  })

  it('prints one sentence, and the checks it left out to stderr', async () => {
    const api = await serveApi()
    const { code, printed, said } = await runAauth(['doctor', api.url])
    expect(code).toBe(0)
    expect(printed).toBe(`Nothing found at ${api.url} with ${api.requests.length} requests.`)
    expect(said).toBe(
      [
        'left out: signed request, method, header lines, content digest, query, resource token (they need a verified caller: pass --as AGENT, or --key and --agent-token)',
        'left out: HTTP/2 (HTTP/2 needs TLS, and the URL is plain http)',
      ].join('\n'),
    )
  })
})
