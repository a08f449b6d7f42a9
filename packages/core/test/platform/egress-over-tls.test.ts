import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, request as plainRequest, type Server } from 'node:https'
import tls from 'node:tls'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { guardedFetch } from '../../src/platform/egress.ts'
import { selfSigned } from './certificate.ts'

// Loopback stands for the internet, which a test machine need not have; all else here is real.
vi.mock('ipaddr.js', async (original) => {
  const { default: actual } = await original<{ default: typeof import('ipaddr.js') }>()
  const loopback = { kind: () => 'ipv4', range: () => 'unicast' }
  const parse = (address: string) =>
    ['127.0.0.1', '::1'].includes(address) ? loopback : actual.parse(address)
  return { default: { isValid: actual.isValid, parseCIDR: actual.parseCIDR, parse } }
})

const trusted = selfSigned('localhost')
const foreign = selfSigned('elsewhere.example')
const unknown = selfSigned('localhost')
// Younger than the oldest Node that is supported, and than its types.
const { getCACertificates, setDefaultCACertificates } = tls as unknown as {
  getCACertificates?: (of: 'default') => string[]
  setDefaultCACertificates?: (certificates: string[]) => void
}
setDefaultCACertificates?.([...(getCACertificates?.('default') ?? []), trusted.cert, foreign.cert])

let respond: (request: IncomingMessage, response: ServerResponse) => void
const requests: IncomingMessage[] = []
const server = createServer(trusted, (request, response) => {
  requests.push(request)
  respond(request, response)
})
// Port 443 is the only one that is dialled.
const bound = await new Promise<boolean>((resolve) => {
  server.once('error', () => resolve(false)).listen(443, '127.0.0.1', () => resolve(true))
})
const isReady = bound && setDefaultCACertificates !== undefined
const absent = isReady ? '' : 'skipped: needs port 443 of loopback and Node 22.19'

afterEach(() => {
  requests.length = 0
  server.setSecureContext(trusted)
  vi.unstubAllEnvs()
})
afterAll(() => close(server))

function close(listening: Server): Promise<void> {
  listening.closeAllConnections()
  return new Promise((resolve) => listening.close(() => resolve()))
}

describe.skipIf(!isReady)(`a document over TLS ${absent}`, () => {
  it('comes with its status, every header line and its body', async () => {
    respond = (_request, response) => {
      response.writeHead(200, [
        ['content-type', 'application/json'],
        ['cache-control', 'max-age=60'],
        ['cache-control', 'public'],
      ])
      response.end('{"a":1}')
    }
    const response = await guardedFetch('https://localhost/.well-known/aauth-agent.json')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.get('cache-control')).toBe('max-age=60, public')
    expect(await response.json()).toEqual({ a: 1 })
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /.well-known/aauth-agent.json',
    ])
  })

  it('is asked for with the headers given and no others [I33]', async () => {
    respond = (_request, response) => response.end()
    await guardedFetch('https://localhost/', { headers: { accept: 'application/json', 'user-agent': 'x' } })
    const { connection: _, ...headers } = requests[0]?.headers ?? {}
    expect(headers).toEqual({ accept: 'application/json', 'user-agent': 'x', host: 'localhost' })
  })

  it.each([
    ['text', '{"operation":"status"}'],
    ['octets', new TextEncoder().encode('{"operation":"status"}')],
  ])('may be asked for by POST, with %s that arrive as they are and with their length', async (_, body) => {
    const received: string[] = []
    respond = async (request, response) => {
      for await (const chunk of request) received.push(String(chunk))
      response.end('{"mission_status":"active"}')
    }
    const headers = { 'content-type': 'application/json' }
    const response = await guardedFetch('https://localhost/mission', { method: 'POST', headers, body })
    expect(await response.json()).toEqual({ mission_status: 'active' })
    expect([requests[0]?.method, requests[0]?.url, received.join('')]).toEqual([
      'POST',
      '/mission',
      '{"operation":"status"}',
    ])
    const { connection: _connection, ...sent } = requests[0]?.headers ?? {}
    expect(sent).toEqual({ 'content-type': 'application/json', 'content-length': '22', host: 'localhost' })
  })

  it('is not asked for again, with its content, where a POST is redirected [R11-128, I07]', async () => {
    respond = (_request, response) => response.writeHead(307, { location: 'https://localhost/other' }).end()
    const response = await guardedFetch('https://localhost/first', { method: 'POST', body: '{}' })
    expect(response.status).toBe(307)
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST /first'])
  })

  it('is given up when its deadline passes while it is posted [I12]', async () => {
    const deadline = new AbortController()
    respond = () => deadline.abort()
    const posting = guardedFetch('https://localhost/', {
      method: 'POST',
      body: '{}',
      signal: deadline.signal,
    })
    await expect(posting).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('is not posted to a server with a certificate nobody vouches for [I30]', async () => {
    server.setSecureContext(unknown)
    await expect(guardedFetch('https://localhost/', { method: 'POST', body: '{}' })).rejects.toMatchObject({
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    })
    expect(requests).toEqual([])
  })

  it('is not followed elsewhere [R11-128, I07]', async () => {
    respond = (_request, response) => response.writeHead(302, { location: 'https://localhost/other' }).end()
    const response = await guardedFetch('https://localhost/first')
    expect(response.status).toBe(302)
    expect(requests.map(({ url }) => url)).toEqual(['/first'])
  })

  it.each([204, 304])('may have no body: %i', async (status) => {
    respond = (_request, response) => response.writeHead(status).end()
    const response = await guardedFetch('https://localhost/')
    expect(response.ok).toBe(true)
    expect(await response.text()).toBe('')
  })

  it.each([404, 500])('may be missing: %i', async (status) => {
    respond = (_request, response) => response.writeHead(status).end('no')
    const response = await guardedFetch('https://localhost/')
    expect(response.status).toBe(status)
    expect(await response.text()).toBe('no')
  })

  it('is given up when its deadline passes [I12]', async () => {
    const deadline = new AbortController()
    respond = () => deadline.abort()
    await expect(guardedFetch('https://localhost/', { signal: deadline.signal })).rejects.toMatchObject({
      name: 'AbortError',
    })
  })

  it('is given up also in the middle of its body [I12]', async () => {
    const deadline = new AbortController()
    respond = (_request, response) => {
      response.writeHead(200)
      response.write('{')
    }
    const response = await guardedFetch('https://localhost/', { signal: deadline.signal })
    deadline.abort()
    await expect(response.text()).rejects.toBeInstanceOf(Error)
  })

  it.each(['1', '0'])(
    'is not taken from a server with a certificate nobody vouches for, NODE_TLS_REJECT_UNAUTHORIZED=%s [I30]',
    async (value) => {
      vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', value)
      server.setSecureContext(unknown)
      await expect(guardedFetch('https://localhost/')).rejects.toMatchObject({
        code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      })
      expect(requests).toEqual([])
    },
  )

  it('is not taken from a server with the certificate of another host [I30]', async () => {
    server.setSecureContext(foreign)
    await expect(guardedFetch('https://localhost/')).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
    expect(requests).toEqual([])
  })

  it('is not taken over TLS 1.1, also where the process would [R11-111]', async () => {
    const defaults = tls as {
      -readonly [Name in 'DEFAULT_MIN_VERSION' | 'DEFAULT_CIPHERS']: (typeof tls)[Name]
    }
    const { DEFAULT_MIN_VERSION, DEFAULT_CIPHERS } = defaults
    const old = { maxVersion: 'TLSv1.1', minVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
    Object.assign(defaults, { DEFAULT_MIN_VERSION: old.minVersion, DEFAULT_CIPHERS: old.ciphers })
    server.setSecureContext({ ...trusted, ...old })
    respond = (_request, response) => response.end('old')
    try {
      const status = await new Promise((resolve, reject) => {
        plainRequest('https://localhost/', { agent: false, ca: trusted.cert }, ({ statusCode }) =>
          resolve(statusCode),
        )
          .on('error', reject)
          .end()
      })
      expect(status).toBe(200)
      await expect(guardedFetch('https://localhost/')).rejects.toMatchObject({
        code: expect.stringMatching(/^(?:EPROTO|ERR_SSL_)/),
      })
      expect(requests).toHaveLength(1)
    } finally {
      Object.assign(defaults, { DEFAULT_MIN_VERSION, DEFAULT_CIPHERS })
    }
  })
})
