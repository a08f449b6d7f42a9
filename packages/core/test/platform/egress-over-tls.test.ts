import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, request as plainRequest, type Server } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import tls from 'node:tls'
import { selfSigned } from '@aauth-guard/fixtures/certificate'
import { startNameServer } from '@aauth-guard/fixtures/name-server'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { createGuardedFetch } from '../../src/platform/egress.ts'

const host = 'issuer.example'
const trusted = selfSigned(host)
const foreign = selfSigned('elsewhere.example')
const unknown = selfSigned(host)

let respond: (request: IncomingMessage, response: ServerResponse) => void
const requests: IncomingMessage[] = []
const server = createServer(trusted, (request, response) => {
  requests.push(request)
  respond(request, response)
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address() as AddressInfo
const names = await startNameServer(() => ['127.0.0.1'])
// Loopback stands for the internet, which a test machine may not have; all else here is real.
const guardedFetch = createGuardedFetch({
  nameServers: [names.address],
  isAllowed: (address) => address === '127.0.0.1',
  port,
  ca: [trusted.cert, foreign.cert],
})

afterEach(() => {
  requests.length = 0
  server.setSecureContext(trusted)
  vi.unstubAllEnvs()
})
afterAll(() => Promise.all([close(server), names.close()]))

function close(listening: Server): Promise<void> {
  listening.closeAllConnections()
  return new Promise((resolve) => listening.close(() => resolve()))
}

describe('a document over TLS', () => {
  it('is returned with its status, every header line and its body', async () => {
    respond = (_request, response) => {
      response.writeHead(200, [
        ['content-type', 'application/json'],
        ['cache-control', 'max-age=60'],
        ['cache-control', 'public'],
      ])
      response.end('{"a":1}')
    }
    const response = await guardedFetch('https://issuer.example/.well-known/aauth-agent.json')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.get('cache-control')).toBe('max-age=60, public')
    expect(await response.json()).toEqual({ a: 1 })
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /.well-known/aauth-agent.json',
    ])
  })

  it('is requested with the given headers and no others [I33]', async () => {
    respond = (_request, response) => response.end()
    await guardedFetch('https://issuer.example/', {
      headers: { accept: 'application/json', 'user-agent': 'x' },
    })
    const { connection: _, ...headers } = requests[0]?.headers ?? {}
    expect(headers).toEqual({ accept: 'application/json', 'user-agent': 'x', host: 'issuer.example' })
  })

  it.each([
    ['text', '{"operation":"status"}'],
    ['octets', new TextEncoder().encode('{"operation":"status"}')],
  ])('may be requested by POST, with %s that arrive unchanged and with their length', async (_, body) => {
    const received: string[] = []
    respond = async (request, response) => {
      for await (const chunk of request) received.push(String(chunk))
      response.end('{"mission_status":"active"}')
    }
    const headers = { 'content-type': 'application/json' }
    const response = await guardedFetch('https://issuer.example/mission', { method: 'POST', headers, body })
    expect(await response.json()).toEqual({ mission_status: 'active' })
    expect([requests[0]?.method, requests[0]?.url, received.join('')]).toEqual([
      'POST',
      '/mission',
      '{"operation":"status"}',
    ])
    const { connection: _connection, ...sent } = requests[0]?.headers ?? {}
    expect(sent).toEqual({
      'content-type': 'application/json',
      'content-length': '22',
      host: 'issuer.example',
    })
  })

  it('is not requested again, with its content, when a POST is redirected [R11-128, I07]', async () => {
    respond = (_request, response) =>
      response.writeHead(307, { location: 'https://issuer.example/other' }).end()
    const response = await guardedFetch('https://issuer.example/first', { method: 'POST', body: '{}' })
    expect(response.status).toBe(307)
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST /first'])
  })

  it('is aborted when its deadline passes during a POST [I12]', async () => {
    const deadline = new AbortController()
    respond = () => deadline.abort()
    const posting = guardedFetch('https://issuer.example/', {
      method: 'POST',
      body: '{}',
      signal: deadline.signal,
    })
    await expect(posting).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('is not posted to a server with an untrusted certificate [I30]', async () => {
    server.setSecureContext(unknown)
    await expect(
      guardedFetch('https://issuer.example/', { method: 'POST', body: '{}' }),
    ).rejects.toMatchObject({
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    })
    expect(requests).toEqual([])
  })

  it('is not followed to another URL [R11-128, I07]', async () => {
    respond = (_request, response) =>
      response.writeHead(302, { location: 'https://issuer.example/other' }).end()
    const response = await guardedFetch('https://issuer.example/first')
    expect(response.status).toBe(302)
    expect(requests.map(({ url }) => url)).toEqual(['/first'])
  })

  it.each([204, 205, 304])('may have no body: %i', async (status) => {
    respond = (_request, response) => response.writeHead(status).end()
    const response = await guardedFetch('https://issuer.example/')
    expect([response.status, await response.text()]).toEqual([status, ''])
  })

  /** Answers with this status line and then a body without end; resolves when the connection is gone. */
  const pour = (statusLine: string): Promise<void> =>
    new Promise((resolve) => {
      respond = (_request, { socket }) => {
        if (socket === null) return
        socket.on('error', () => undefined).on('close', () => resolve())
        const more = (): void => {
          while (!socket.destroyed && socket.write(Buffer.alloc(65_536, 0x20)));
        }
        socket.write(`HTTP/1.1 ${statusLine}\r\ncontent-type: application/json\r\n\r\n`)
        socket.on('drain', more)
        more()
      }
    })

  it.each([600, 700, 999])(
    'with status %i is aborted at once, and its status is returned [I11]',
    async (status) => {
      const gone = pour(`${status} X`)
      await expect(guardedFetch('https://issuer.example/')).rejects.toThrow(`status ${status}`)
      await gone
    },
  )

  it.each([204, 205, 304])('with status %i and content is aborted at once [I11]', async (status) => {
    const gone = pour(`${status} X`)
    expect((await guardedFetch('https://issuer.example/')).status).toBe(status)
    await gone
  })

  it('is aborted when interim answers do not end [I11]', async () => {
    const gone = new Promise<void>((resolve) => {
      respond = (_request, { socket }) => {
        if (socket === null) return
        socket.on('error', () => undefined).on('close', () => resolve())
        const more = (): void => {
          while (!socket.destroyed && socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'));
        }
        socket.on('drain', more)
        more()
      }
    })
    await expect(guardedFetch('https://issuer.example/')).rejects.toThrow('too many interim answers')
    await gone
  })

  it('is fetched directly, whatever proxies the environment sets [I29]', async () => {
    for (const name of ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'ALL_PROXY'])
      vi.stubEnv(name, 'http://127.0.0.1:9')
    vi.stubEnv('NODE_USE_ENV_PROXY', '1')
    respond = (_request, response) => response.end('direct')
    expect(await (await guardedFetch('https://issuer.example/')).text()).toBe('direct')
  })

  it('is aborted when its deadline passes while a connected server is silent [I12]', async () => {
    const deadline = new AbortController()
    const silent = createTcpServer(() => deadline.abort())
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const dial = createGuardedFetch({
      nameServers: [names.address],
      isAllowed: () => true,
      port: (silent.address() as AddressInfo).port,
    })
    await expect(dial('https://issuer.example/', { signal: deadline.signal })).rejects.toMatchObject({
      name: 'AbortError',
    })
    await new Promise<void>((resolve) => silent.close(() => resolve()))
  })

  it.each([404, 500])('may be an error: %i', async (status) => {
    respond = (_request, response) => response.writeHead(status).end('no')
    const response = await guardedFetch('https://issuer.example/')
    expect(response.status).toBe(status)
    expect(await response.text()).toBe('no')
  })

  it('is aborted when its deadline passes [I12]', async () => {
    const deadline = new AbortController()
    respond = () => deadline.abort()
    await expect(guardedFetch('https://issuer.example/', { signal: deadline.signal })).rejects.toMatchObject({
      name: 'AbortError',
    })
  })

  it('is aborted even in the middle of its body [I12]', async () => {
    const deadline = new AbortController()
    respond = (_request, response) => {
      response.writeHead(200)
      response.write('{')
    }
    const response = await guardedFetch('https://issuer.example/', { signal: deadline.signal })
    deadline.abort()
    await expect(response.text()).rejects.toBeInstanceOf(Error)
  })

  it.each(['1', '0'])(
    'is not accepted from a server with an untrusted certificate, NODE_TLS_REJECT_UNAUTHORIZED=%s [I30]',
    async (value) => {
      vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', value)
      server.setSecureContext(unknown)
      await expect(guardedFetch('https://issuer.example/')).rejects.toMatchObject({
        code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      })
      expect(requests).toEqual([])
    },
  )

  it('is not accepted from a server with the certificate of another host [I30]', async () => {
    server.setSecureContext(foreign)
    await expect(guardedFetch('https://issuer.example/')).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
    expect(requests).toEqual([])
  })

  it('is not accepted over TLS 1.1, even if the process allows it [R11-111]', async () => {
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
        plainRequest(
          `https://127.0.0.1:${port}/`,
          { agent: false, ca: trusted.cert, servername: host },
          ({ statusCode }) => resolve(statusCode),
        )
          .on('error', reject)
          .end()
      })
      expect(status).toBe(200)
      await expect(guardedFetch('https://issuer.example/')).rejects.toMatchObject({
        code: expect.stringMatching(/^(?:EPROTO|ERR_SSL_)/),
      })
      expect(requests).toHaveLength(1)
    } finally {
      Object.assign(defaults, { DEFAULT_MIN_VERSION, DEFAULT_CIPHERS })
    }
  })
})
