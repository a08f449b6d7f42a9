import { once } from 'node:events'
import { createServer, request as httpRequest, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it, onTestFinished } from 'vitest'
import { consoleServer } from '../src/node/index.ts'
import type { ConsoleState } from '../src/state/state-recorder.ts'

async function open() {
  const world = await makeWorld()
  const lines: string[] = []
  const server = await consoleServer({ resource: world.resource, log: (line) => lines.push(line) })
  onTestFinished(() => server.close())
  const url = new URL(server.url)
  return { ...world, server, lines, url, base: `${url.origin}${url.pathname}` }
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** Sends exactly these header fields, and follows no redirect. */
async function get(
  url: string,
  headers: Readonly<Record<string, string | string[]>> = {},
  method = 'GET',
): Promise<Answer> {
  const sent = httpRequest(url, { method, headers, agent: false }).end()
  const [response] = await once(sent, 'response')
  let text = ''
  for await (const chunk of response) text += chunk
  return { status: response.statusCode, headers: response.headers, text }
}

/** Opens the address that was printed, as a browser does. */
async function cookieOf(url: string): Promise<string> {
  const { headers } = await get(url)
  return (headers['set-cookie']?.[0] ?? '').split(';')[0] as string
}

describe('the server of a console', () => {
  it('prints an address whose secret becomes a cookie, which opens page, state and stream', async () => {
    const { server, lines, base, agent, call } = await open()
    expect(lines).toEqual([expect.stringContaining(server.url)])
    const opened = await get(server.url)
    expect([opened.status, opened.headers.location]).toEqual([303, './'])
    expect(opened.headers['set-cookie']).toEqual([
      expect.stringMatching(/^aauth_console=[\w-]{43}; Path=\/[\w-]{22}\/; HttpOnly; SameSite=Strict$/),
    ])
    // The address that is left over holds no secret, and neither does the cookie tell the one of the address.
    const cookie = await cookieOf(server.url)
    expect(cookie).not.toContain(new URL(server.url).searchParams.get('key') as string)
    await call(await agent.authToken())
    const page = await get(base, { cookie: `other=1; ${cookie}` })
    const state = JSON.parse((await get(`${base}state`, { cookie })).text) as ConsoleState
    expect([page.status, page.headers['content-type'], state.decisions.length]).toEqual([
      200,
      'text/html; charset=utf-8',
      1,
    ])
    const stream = await fetch(`${base}events`, { headers: { cookie } })
    expect(stream.headers.get('content-type')).toBe('text/event-stream')
    await stream.body?.cancel()
  })

  it.each([
    '',
    'state',
    'events',
    'mission',
    'assets/app.js',
    '?key=',
    '?key=x',
    'state?key=KEY',
    '../',
    '../state',
  ])('refuses another user of the machine, who has no cookie, at %j', async (path) => {
    const { base, url } = await open()
    const key = url.searchParams.get('key') as string
    const { status, headers } = await get(`${base}${path.replace('KEY', key)}`)
    expect([status, headers['set-cookie'], headers['content-security-policy']]).toEqual([
      403,
      undefined,
      expect.any(String),
    ])
  })

  it.each([
    'aauth_console=',
    'aauth_console=x',
    'aauth_console=KEY',
    'xaauth_console=COOKIE',
    'aauth_console="COOKIE"',
    'aauth_console=COOKIEx',
    'AAUTH_CONSOLE=COOKIE',
  ])('refuses the cookie %s', async (pattern) => {
    const { base, server, url } = await open()
    const secret = (await cookieOf(server.url)).split('=')[1] as string
    const cookie = pattern.replace('COOKIE', secret).replace('KEY', url.searchParams.get('key') as string)
    expect((await get(`${base}state`, { cookie })).status).toBe(403)
  })

  it('refuses the cookie of another run, and its own below other paths', async () => {
    const [one, other] = [await open(), await open()]
    const [cookie, foreign] = [await cookieOf(one.server.url), await cookieOf(other.server.url)]
    const statuses = [
      await get(`${one.base}state`, { cookie: foreign }),
      await get(`${one.url.origin}/state`, { cookie }),
      await get(`${one.base}state`, { cookie: `${foreign}; ${cookie}` }),
    ].map(({ status }) => status)
    expect(statuses).toEqual([403, 403, 200])
  })

  it.each([
    ['evil.example', 421],
    ['evil.example:PORT', 421],
    ['localhost:PORT', 421],
    ['127.0.0.1', 421],
    ['127.0.0.1:1', 421],
    ['127.0.0.1:PORT.evil.example', 421],
    ['127.0.0.1.evil.example:PORT', 421],
    ['127.1:PORT', 421],
    ['0.0.0.0:PORT', 421],
    ['[::1]:PORT', 421],
    ['evil@127.0.0.1:PORT', 421],
    ['127.0.0.1:PORT', 200],
  ])('answers the host %s, to which a name may have been bound again, with %d', async (pattern, status) => {
    const { base, server, url } = await open()
    const cookie = await cookieOf(server.url)
    const host = pattern.replace('PORT', url.port)
    const answers = [await get(`${base}state`, { host, cookie }), await get(server.url, { host })]
    expect(answers.map((answer) => answer.status)).toEqual([status, status === 200 ? 303 : status])
    if (status === 421)
      expect(answers.map(({ headers }) => headers['set-cookie'])).toEqual([undefined, undefined])
  })

  it('refuses two lines of Host', async () => {
    const { base, server, url } = await open()
    const cookie = await cookieOf(server.url)
    const lines = ['host', url.host, 'host', 'evil.example', 'cookie', cookie]
    const sent = httpRequest(`${base}state`, { headers: lines as never, agent: false }).end()
    const [{ statusCode }] = await once(sent, 'response')
    expect(statusCode === 400 || statusCode === 421).toBe(true)
  })

  it.each(['forwarded', 'x-forwarded-for', 'via', 'x-real-ip', 'X-Forwarded-Host', 'x-forwarded-proto'])(
    'refuses a request with %s, which a proxy passed on',
    async (name) => {
      const { base, server } = await open()
      const cookie = await cookieOf(server.url)
      const answers = [
        await get(`${base}state`, { cookie, [name]: '' }),
        await get(server.url, { [name]: 'x' }),
      ]
      expect(answers.map(({ status }) => status)).toEqual([421, 421])
    },
  )

  it.each([
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ 'sec-fetch-site': 'same-origin' }, 200],
  ])('answers a page of another site, with the cookie and %j, with %d', async (headers, status) => {
    const { base, server } = await open()
    const cookie = await cookieOf(server.url)
    expect((await get(`${base}state`, { cookie, ...headers })).status).toBe(status)
  })

  it('gives no cookie to a page of another site that knows the address', async () => {
    const { server } = await open()
    const { status, headers } = await get(server.url, { 'sec-fetch-site': 'cross-site' })
    expect([status, headers['set-cookie']]).toEqual([403, undefined])
  })

  it('answers GET and HEAD only', async () => {
    const { base, server } = await open()
    const cookie = await cookieOf(server.url)
    const methods = ['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']
    const answers = await Promise.all(methods.map((method) => get(`${base}state`, { cookie }, method)))
    expect(answers.map(({ status }) => status)).toEqual([200, 405, 405, 405, 405])
  })

  it('says goodbye to its streams when it closes, stops listening, and frees its port', async () => {
    const { server, base, url } = await open()
    const cookie = await cookieOf(server.url)
    const stream = await fetch(`${base}events`, { headers: { cookie } })
    const [text] = await Promise.all([stream.text(), server.close()])
    expect(text).toMatch(/event: goodbye\ndata: \{"reason":"closing"\}\n\n$/)
    const another: Server = createServer().listen(Number(url.port), '127.0.0.1')
    await once(another, 'listening')
    another.close()
  })

  it.each([
    [{ port: -1 }, /"port" must be/],
    [{ port: 1.5 }, /"port" must be/],
    [{ host: '0.0.0.0' }, /"host" is not an option/],
    [{ allow: () => true }, /"allow" is not an option/],
    [{ log: 'x' }, /"log" must be/],
  ])('does not start with %j', async (options, message) => {
    const { resource } = await makeWorld()
    await expect(consoleServer({ resource, ...options } as never)).rejects.toThrow(message)
  })

  it('does not start where the port is taken', async () => {
    const { resource } = await makeWorld()
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    onTestFinished(() => void taken.close())
    const { port } = taken.address() as AddressInfo
    await expect(consoleServer({ resource, port })).rejects.toThrow(/EADDRINUSE/)
  })
})
