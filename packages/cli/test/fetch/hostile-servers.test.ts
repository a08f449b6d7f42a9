import { describe, expect, it } from 'vitest'
import { lineOf, runFetch } from './run-fetch.ts'
import { makeScene, serve } from './scene.ts'
import { asksForPersonToken, makeStandIn, named } from './stand-in.ts'
import { TestClock } from './test-clock.ts'

/** An unrelated server, which must not receive anything. */
async function makeElsewhere(): Promise<{ readonly url: string; readonly heard: string[] }> {
  const heard: string[] = []
  const url = named(
    await serve((req, res) => {
      heard.push(`${req.method} ${req.url}`)
      res.end('{}')
    }),
  )
  return { url, heard }
}

/** Characters that a terminal interprets or shows differently. */
const acts = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

describe('an API that refers the agent to another host', () => {
  it.each([301, 302, 303, 307, 308])('by a redirect %d is not followed', async (status) => {
    const elsewhere = await makeElsewhere()
    const { fetch } = await makeScene(() => (_, res) => {
      res.writeHead(status, { location: `${elsewhere.url}/here` }).end()
    })
    const ran = await fetch('/')
    expect([ran.code, elsewhere.heard]).toEqual([1, []])
    expect(ran.err).toContain(`Location: ${elsewhere.url}/here`)
    expect(ran.err).toContain('Redirects are not followed')
  })

  it('by the Location of a 202 gets no poll', async () => {
    const elsewhere = await makeElsewhere()
    const { fetch, requests } = await makeScene(() => (_, res) => {
      res.writeHead(202, { location: `${elsewhere.url}/pending` }).end()
    })
    const ran = await fetch('/')
    expect([ran.code, elsewhere.heard, requests]).toEqual([1, [], ['GET /']])
    expect(ran.err).toContain('which is not on the same origin: nothing was sent there')
  })

  it.each([
    '//127.0.0.1/',
    'https:/pending',
    'http://x@HOST/pending',
    'blob:http://HOST/x',
    'data:text/plain,1',
    'http://[',
  ])('by the Location %s of a 202 gets no poll', async (location) => {
    const { fetch, requests } = await makeScene(({ origin }) => (_, res) => {
      res.writeHead(202, { location: location.replace('HOST', new URL(origin).host) }).end()
    })
    expect([(await fetch('/')).code, requests]).toEqual([1, ['GET /']])
  })

  it('by its authorization endpoint gets no request there', async () => {
    const elsewhere = await makeElsewhere()
    const { fetch } = await makeScene(() => (_, res) => {
      res.end(JSON.stringify({ authorization_endpoint: `${elsewhere.url}/authorize` }))
    })
    const ran = await fetch('/', ['--scope', 'notes.read'])
    expect([ran.code, elsewhere.heard]).toEqual([1, []])
    expect(ran.err).toContain('which is not on its origin')
  })
})

describe('a person server that refers the agent to another host', () => {
  it.each(['PLACE/person-token', 'blob:PLACE/x'])('by the endpoint %s gets no request there', async (at) => {
    const elsewhere = await makeElsewhere()
    const { env } = await makeStandIn((_, res) => res.end('{}'), {
      person_token_endpoint: at.replace('PLACE', elsewhere.url),
    })
    const url = named(await serve(asksForPersonToken))
    const ran = await runFetch([url], { clock: new TestClock(), env })
    expect([ran.code, elsewhere.heard]).toEqual([1, []])
    expect(ran.err).toContain('nothing was sent there')
  })

  it('by a redirect, or the Location of a 202, gets no request there', async () => {
    const elsewhere = await makeElsewhere()
    for (const status of [302, 307, 202]) {
      const { env } = await makeStandIn((_, res) => {
        res.writeHead(status, { location: `${elsewhere.url}/person-token` }).end()
      })
      const url = named(await serve(asksForPersonToken))
      expect((await runFetch([url], { clock: new TestClock(), env })).code).toBe(1)
    }
    expect(elsewhere.heard).toEqual([])
  })

  it('cannot give a malformed token', async () => {
    for (const token of ['x', 'a.b.c\r\nx: y', 'a.b.c d', 7, null]) {
      const { env } = await makeStandIn((_, res) => res.end(JSON.stringify({ person_token: token })))
      const url = named(await serve(asksForPersonToken))
      const ran = await runFetch([url], { clock: new TestClock(), env })
      expect([ran.code, ran.err]).toEqual([1, expect.stringContaining('answered 200 without a person_token')])
    }
  })
})

describe('an answer with characters that a terminal interprets', () => {
  const bad = 'red \u001b[31m, back \u0008, up \u009b1A, right to left \u202e, a line \u2028'

  it('is shown escaped when its body is text', async () => {
    const { fetch } = await makeScene(() => (_, res) => res.end(`${bad}\nsecond\tline\r\n`))
    const { out } = await fetch('/')
    const [first, second, ...others] = out.split('\n')
    expect([first, second, others]).toEqual([
      'red \\u{1b}[31m, back \\u{8}, up \\u{9b}1A, right to left \\u{202e}, a line \\u{2028}',
      'second\tline',
      [],
    ])
  })

  it('stays the same JSON when its body is JSON', async () => {
    const sent = { text: `${bad} 👩‍👩‍👧 \u0007`, 'key\u202e': 1 }
    // Unescaped, as JSON allows for all but C0.
    const body = JSON.stringify(sent, undefined, 2).replaceAll('\n', '\r\n')
    const { fetch } = await makeScene(() => (_, res) => res.end(body))
    const { out } = await fetch('/')
    expect(out.split('\n').some((line) => acts.test(line))).toBe(false)
    expect(JSON.parse(out)).toEqual(sent)
    const line = await fetch('/', ['--json'])
    expect([acts.test(line.out), lineOf(line).body]).toEqual([false, sent])
  })

  it('is shown escaped when it is a refusal or a field', async () => {
    const { fetch } = await makeScene(() => (_, res) => {
      res.writeHead(307, { location: '/\u009b2J', 'x-note': '\u009b31m' })
      res.end(JSON.stringify({ error: bad, detail: `${bad}\nsecond` }))
    })
    for (const args of [['-v'], ['-v', '--json']]) {
      const ran = await fetch('/', args)
      expect(ran.err.split('\n').filter((line) => acts.test(line))).toEqual([])
      expect(ran.out.split('\n').filter((line) => acts.test(line))).toEqual([])
      expect(ran.err).toContain('\\u{1b}[31m')
    }
  })

  it('is shown escaped when a person server refuses', async () => {
    const { env } = await makeStandIn((_, res) => {
      res.writeHead(403).end(JSON.stringify({ error: bad, detail: bad }))
    })
    const url = named(await serve(asksForPersonToken))
    const ran = await runFetch([url, '--json'], { clock: new TestClock(), env })
    expect([ran.code, ran.err.split('\n').filter((line) => acts.test(line)), acts.test(ran.out)]).toEqual([
      1,
      [],
      false,
    ])
  })
})

describe('an API that keeps challenging', () => {
  it('for person tokens is called no more than seven times', async () => {
    const { fetch, requests, world } = await makeScene(() => asksForPersonToken)
    world.personServer.policy.asks = () => false
    const ran = await fetch('/', ['--json'])
    expect([ran.code, lineOf(ran).status, requests.length]).toEqual([1, 401, 7])
    expect(ran.err).toContain('asked for 6 tokens, and gets no more')
  })

  it('for the agent token it was shown is not called again', async () => {
    const { fetch, requests } = await makeScene(() => (_, res) => {
      res.writeHead(401, { 'aauth-requirement': 'requirement=agent-token' }).end()
    })
    expect([(await fetch('/')).code, requests.length]).toEqual([1, 1])
  })

  it('for another signature gets one more request', async () => {
    let asked = 0
    const { fetch, requests } = await makeScene(() => (_, res) => {
      res.writeHead(401, { 'accept-signature': `sig=("@method");nonce="n-${++asked}"` }).end()
    })
    expect([(await fetch('/')).code, requests.length]).toEqual([1, 2])
  })

  it.each([
    'requirement=magic-token',
    'requirement=auth-token',
    'requirement=interaction; url="https://ps.example/"; code="A1B2C3D4"',
    'requirement=(person-token)',
    'something else',
    'requirement="person-token',
  ])('for what the agent cannot provide, as %s, has its refusal shown', async (requirement) => {
    const { fetch, requests } = await makeScene(() => (_, res) => {
      res.writeHead(401, { 'aauth-requirement': requirement }).end()
    })
    expect([(await fetch('/')).code, requests.length]).toEqual([1, 1])
  })

  it('for an unknown interaction ends the call', async () => {
    const { fetch, requests } = await makeScene(() => (_, res) => {
      res.writeHead(202, { location: '/', 'aauth-requirement': 'requirement=claims' }).end()
    })
    const ran = await fetch('/')
    expect([ran.code, requests.length]).toEqual([1, 1])
    expect(ran.err).toContain('waits for "claims", which this command does not know')
  })
})

describe('a long answer', () => {
  const mebibyte = Buffer.alloc(1024 * 1024, 'a')

  it('is read up to 10 MiB, and the command says so and exits with 1', async () => {
    const { fetch } = await makeScene(() => (_, res) => {
      for (let i = 0; i < 11; i++) res.write(mebibyte)
      res.end()
    })
    const ran = await fetch('/')
    expect([ran.code, ran.out.length]).toEqual([1, 10 * mebibyte.length])
    expect(ran.err).toContain('the body is longer than 10 MiB: the rest was not read')
  })

  it('that never ends is not read to the end', async () => {
    const { fetch } = await makeScene(() => (_, res) => {
      const more = (): void => {
        while (!res.destroyed && res.write(mebibyte));
        if (!res.destroyed) res.once('drain', more)
      }
      more()
    })
    const ran = await fetch('/', ['--json'])
    expect([ran.code, (lineOf(ran) as { truncated?: boolean }).truncated]).toEqual([1, true])
  })

  it('of a person server is refused', async () => {
    const { env } = await makeStandIn((_, res) => res.end(mebibyte))
    const url = named(await serve(asksForPersonToken))
    const ran = await runFetch([url], { clock: new TestClock(), env })
    expect([ran.code, ran.err]).toEqual([1, expect.stringContaining('answered with more than 256 KiB')])
  })
})
