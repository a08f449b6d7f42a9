import type { RequestListener } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { lineOf, type Ran, runFetch } from './run-fetch.ts'
import { makeScene, serve } from './scene.ts'
import { named } from './stand-in.ts'
import { TestClock } from './test-clock.ts'

const page = 'https://elsewhere.example/consent'
const interaction = `requirement=interaction; url="${page}"; code="A1B2C3D4"`
const approval = 'requirement=approval'
const clarification = 'requirement=clarification'
const heldCall = 'requirement=auth-token; resource-token="eyJh.eyJi.c2ln"'
const everything = [interaction, approval, clarification, heldCall]

/** Answers every call with such a 202. */
const waits =
  (requirement: string, headers: Readonly<Record<string, string>>) => (): RequestListener => (_, res) => {
    res.writeHead(202, { ...headers, 'aauth-requirement': requirement }).end('{"clarification":"Which?"}')
  }

/** Runs the command against a server that answers each request with these octets. */
async function fetchRaw(octets: string): Promise<{ readonly ran: Ran; readonly heard: readonly string[] }> {
  const { env } = await makeScene(() => () => undefined)
  const heard: string[] = []
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', (text) => {
      heard.push(String(text))
      socket.end(Buffer.from(octets, 'latin1'))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  onTestFinished(() => new Promise((resolve) => void server.close(() => resolve())))
  const { port } = server.address() as AddressInfo
  const args = [`http://localhost:${port}/`, '--max-time', '12']
  return { ran: await runFetch(args, { clock: new TestClock(), env }), heard }
}

describe('an API that lets a call wait', () => {
  it.each(everything)(
    'without Location for %s gets no page shown, no answer and no token',
    async (requirement) => {
      const { fetch, requests, world } = await makeScene(waits(requirement, {}))
      const ran = await fetch('/', ['--answer', 'x'])
      expect([ran.code, requests, world.personServer.tokens()]).toEqual([1, ['GET /'], []])
      expect(ran.err).toContain('lets the request wait, and does not say where to ask for its outcome')
      expect(ran.err).not.toContain('A person has to decide')
    },
  )

  it.each(everything)(
    'on another origin for %s gets no page shown, no answer and no token',
    async (requirement) => {
      const heard: string[] = []
      const elsewhere = named(await serve((req, res) => void res.end(heard.push(`${req.method}`))))
      const { fetch, requests, world } = await makeScene(
        waits(requirement, { location: `${elsewhere}/pending` }),
      )
      const ran = await fetch('/', ['--answer', 'x'])
      expect([ran.code, requests, heard, world.personServer.tokens()]).toEqual([1, ['GET /'], [], []])
      expect(ran.err).toContain('which is not on the same origin: nothing was sent there')
      expect(ran.err).not.toContain('A person has to decide')
    },
  )

  it.each(['something else', 'requirement=(interaction)', 'requirement="interaction', 'other=1'])(
    'for %s, which cannot be read, is not polled',
    async (requirement) => {
      const { fetch, requests } = await makeScene(waits(requirement, { location: '/' }))
      const ran = await fetch('/')
      expect([ran.code, requests]).toEqual([1, ['GET /']])
      expect(ran.err).toContain('for something that it does not say in a readable way')
    },
  )

  it('for ever is polled 600 times at most', async () => {
    const { fetch, clock, requests } = await makeScene(waits(approval, { location: '/', 'retry-after': '0' }))
    const ran = await fetch('/', ['--json'])
    expect([ran.code, clock.waits.length, requests.length]).toEqual([1, 600, 601])
    expect(lineOf(ran).error).toBe('gave up after waiting for 10 minutes')
  })

  it('and holds each poll back is given up after ten minutes as well', async () => {
    const { fetch, requests } = await makeScene(({ clock }) => (req, res) => {
      if (req.headers.prefer === 'wait=20') clock.advance(20_000)
      res.writeHead(202, { location: '/', 'retry-after': '0' }).end()
    })
    const ran = await fetch('/')
    expect([ran.code, requests.length, ran.err]).toEqual([1, 30, expect.stringContaining('for 10 minutes')])
  })

  it.each([
    ['999999999', 60],
    ['9'.repeat(40), 5],
    ['-1', 5],
    ['1e9', 5],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 60],
  ])('for Retry-After: %s is polled in between', async (wait, seconds) => {
    let asked = 0
    const { fetch, clock } = await makeScene(() => (_, res) => {
      if (asked++ > 0) res.end()
      else res.writeHead(202, { location: '/', 'retry-after': wait }).end()
    })
    expect([(await fetch('/')).code, clock.waits]).toEqual([0, [seconds]])
  })

  it('and asks again after each consent is called four times', async () => {
    const { fetch, requests } = await makeScene(() => (req, res) => {
      if (req.url === '/pending') res.end('{"status":"authorized"}')
      else res.writeHead(202, { location: '/pending', 'aauth-requirement': interaction }).end()
    })
    const ran = await fetch('/', ['-d', '{}'])
    expect([ran.code, requests.filter((one) => one === 'POST /').length]).toEqual([1, 4])
    expect(ran.err).toContain('asked the person 3 times for the same call')
  })

  it('for nothing that a person decides is not called again, whatever the outcome says', async () => {
    const { fetch, requests } = await makeScene(() => (req, res) => {
      if (req.url === '/pending') res.end('{"status":"authorized"}')
      else res.writeHead(202, { location: '/pending' }).end()
    })
    const ran = await fetch('/', ['-d', '{}', '--json'])
    expect([lineOf(ran).body, requests]).toEqual([{ status: 'authorized' }, ['POST /', 'GET /pending']])
  })

  it('and says that it is authorized before anybody was asked is not called again', async () => {
    const { fetch, requests } = await makeScene(() => (_, res) => void res.end('{"status":"authorized"}'))
    expect([(await fetch('/')).code, requests]).toEqual([0, ['GET /']])
  })

  it('shows scopes of a consent escaped and cut', async () => {
    const scope = `\u001b[31m\u202e${'s'.repeat(1000)}`
    let asked = 0
    const { fetch } = await makeScene(() => (req, res) => {
      if (req.url === '/pending') res.end(JSON.stringify({ status: 'authorized', scope }))
      else if (asked++ > 0) res.end()
      else res.writeHead(202, { location: '/pending', 'aauth-requirement': approval }).end()
    })
    const { err } = await fetch('/')
    expect(err).toContain('for \\u{1b}[31m\\u{202e}sss')
    const isUnsafe = err.split('\n').some((line) => /[\p{Cc}\p{Cf}]/u.test(line))
    expect([isUnsafe, err.length < 700]).toEqual([false, true])
  })
})

describe('octets that no field may have', () => {
  const head = 'HTTP/1.1 202 Accepted\r\nLocation: /pending\r\nContent-Length: 0\r\n'

  it.each([
    ['a control character', 'A1B2\u0007C3D4'],
    ['an escape sequence', '\u001b[2J'],
    ['a line break', 'A1B2\r\n C3D4'],
    ['octets beyond ASCII', 'A1B2\u009bC3D4'],
    ['a quote', 'A1B2\\"C3D4'],
  ])('in a code, as %s, lead to no page', async (_, code) => {
    const requirement = `AAuth-Requirement: requirement=interaction; url="${page}"; code="${code}"`
    const { ran } = await fetchRaw(`${head}${requirement}\r\n\r\n`)
    expect([ran.code, ran.err.includes('A person has to decide')]).toEqual([1, false])
    expect(ran.err.split('\n').some((line) => /[\p{Cc}\p{Cf}]/u.test(line))).toBe(false)
  })

  it.each([
    ['a line break', 'abc\r\n def'],
    ['a line break without CR', 'abc\n def'],
    ['a control character', 'abc\u0000def'],
    ['octets beyond ASCII', 'abc\u00e4'],
  ])('in a session value, as %s, are never sent back', async (_, value) => {
    const { ran, heard } = await fetchRaw(`${head}AAuth-Access: ${value}\r\n\r\n`)
    expect([ran.code, heard.length > 0]).toEqual([1, true])
    expect(heard.filter((request) => /^authorization:/im.test(request))).toEqual([])
  })
})
