import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { createTestNetwork, dial, type TestNetwork } from '@aauth-guard/testing'
import express from 'express'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'

const url = 'https://notes.example/notes'
let net: TestNetwork
beforeEach(async () => {
  net = await createTestNetwork({ now: 1_790_000_000, seed: 'sockets' })
})
afterEach(() => net.close())

/** Answers with the request. */
const echo: RequestListener = (req, res) => {
  let content = ''
  req.on('data', (chunk) => {
    content += chunk
  })
  req.on('end', () => res.end(JSON.stringify([req.method, req.headers.host, req.url, content])))
}

/** A server that keeps the octets of one request. */
async function recorder(): Promise<{ origin: string; received: () => string }> {
  let received = ''
  const server = createSocketServer((socket) => {
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      received += chunk
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
    })
  })
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received: () => received }
}

describe('dial', () => {
  it('sends target and header lines byte for byte, under the Host that was signed', async () => {
    const { origin, received } = await recorder()
    const target = '/a/../b/%2e%2E//c?x=%61&&y='
    const headers = [
      ['x-twice', 'one'],
      ['X-Case', ' padded'],
      ['x-twice', 'two'],
    ] as const
    await dial(origin, { method: 'PURGE', url: `https://Notes.Example${target}`, target, headers, base: '' })
    expect(received().split('\r\n').slice(0, 6)).toEqual([
      `PURGE ${target} HTTP/1.1`,
      'host: Notes.Example',
      'x-twice: one',
      'X-Case:  padded',
      'x-twice: two',
      'content-length: 0',
    ])
  })

  it('sends content and its length', async () => {
    const { origin, received } = await recorder()
    const body = new TextEncoder().encode('milch für ada')
    await dial(origin, { method: 'POST', url, target: '/notes', headers: [], base: '', body })
    const text = Buffer.from(received(), 'latin1').toString()
    expect(text).toContain('\r\ncontent-length: 14\r\n')
    expect(text.endsWith('\r\n\r\nmilch für ada')).toBe(true)
  })

  it('reads status, every header line and the body', async () => {
    const { url: origin } = await net.listen((_req, res) => {
      res.writeHead(401, ['set-cookie', 'a=1', 'set-cookie', 'b=2', 'x-code', 'no'])
      res.end('{"error":"no"}')
    })
    const response = await dial(origin, { method: 'GET', url, target: '/', headers: [], base: '' })
    expect([response.status, response.headers.get('x-code'), await response.text()]).toEqual([
      401,
      'no',
      '{"error":"no"}',
    ])
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  })

  it.each([204, 304])('reads a %i, which has no body', async (status) => {
    const { url: origin } = await net.listen((_req, res) => res.writeHead(status).end())
    const response = await dial(origin, { method: 'GET', url, target: '/', headers: [], base: '' })
    expect([response.status, response.body]).toEqual([status, null])
  })

  it('rejects when nothing listens', async () => {
    const { url: origin, close } = await net.listen(echo)
    await close()
    const message = { method: 'GET', url, target: '/', headers: [], base: '' }
    await expect(dial(origin, message)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})

describe('net.listen', () => {
  it('serves an Express app on loopback until the network closes', async () => {
    const app = express()
    app.get('/hello', (_req, res) => {
      res.json({ hello: true })
    })
    const { url: origin } = await net.listen(app)
    expect(origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(await (await fetch(`${origin}/hello`)).json()).toEqual({ hello: true })
    await net.close()
    await expect(fetch(`${origin}/hello`)).rejects.toThrow('fetch failed')
  })

  it('closes even while a client waits for an answer', async () => {
    let waiting: Promise<unknown> | undefined
    await new Promise<void>((arrived) => {
      net
        .listen(() => arrived())
        .then(({ url: origin }) => {
          waiting = fetch(origin).catch(() => 'cut off')
        })
    })
    await net.close()
    expect(await waiting).toBe('cut off')
  })
})

describe('agent.fetch', () => {
  it('reaches the app that serves the resource', async () => {
    await net.listen(echo)
    const agent = await net.agent()
    const token = await agent.agentToken()
    const response = await agent.fetch(`${url}?x=1`, { method: 'POST', body: 'milk' }, { token })
    expect(await response.json()).toEqual(['POST', 'notes.example', '/notes?x=1', 'milk'])
  })

  it('reaches an app under another origin, whatever the case of its name', async () => {
    await net.listen((_req, res) => res.end('files'), 'https://files.example:8443')
    await net.listen((_req, res) => res.end('notes'))
    const agent = await net.agent()
    const token = await agent.agentToken()
    const [files, notes] = await Promise.all([
      agent.fetch('https://Files.example:8443/', {}, { token }),
      agent.fetch(url, {}, { token }),
    ])
    expect([await files.text(), await notes.text()]).toEqual(['files', 'notes'])
  })

  it('takes a web Request', async () => {
    await net.listen(echo)
    const agent = await net.agent()
    const request = new Request(`${url}/7`, { method: 'PUT', body: 'milk' })
    const response = await agent.fetch(request, { token: await agent.agentToken() })
    expect(await response.json()).toEqual(['PUT', 'notes.example', '/notes/7', 'milk'])
  })

  it('dials `via` when it is given', async () => {
    await net.listen((_req, res) => res.end('the resource'))
    const server = createServer((_req, res) => res.end('elsewhere'))
    onTestFinished(() => new Promise((resolve) => server.close(() => resolve())))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const agent = await net.agent()
    const via = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const response = await agent.fetch(url, {}, { token: await agent.agentToken(), via })
    expect(await response.text()).toBe('elsewhere')
  })

  it('reaches the issuers of the network in process', async () => {
    const agent = await net.agent()
    const response = await agent.fetch(
      'https://ps.example/jwks.json',
      {},
      { token: await agent.agentToken() },
    )
    expect(response.status).toBe(200)
  })

  it('reaches no other host, and none after the network closed', async () => {
    await net.listen(echo)
    await net.close()
    const agent = await net.agent()
    const token = await agent.agentToken()
    await expect(agent.fetch(url, {}, { token })).rejects.toThrow(new TypeError('fetch failed'))
  })
})
