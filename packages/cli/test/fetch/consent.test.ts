import { PassThrough } from 'node:stream'
import { getAuth, protect, wellKnown } from '@aauth-guard/express'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { openPage } from '../../src/fetch/open-page.ts'
import { makeBrowser } from './browser.ts'
import { lineOf, runFetch } from './run-fetch.ts'
import { makeFolder, makeScene, type SceneParts, serve } from './scene.ts'
import { asksForPersonToken, makeStandIn, named } from './stand-in.ts'
import { TestClock } from './test-clock.ts'

const notOpened = 'It could not be opened'

const forPersons = ({ resource }: SceneParts) =>
  express()
    .use(wellKnown(resource))
    .get('/', protect(resource, { accept: 'person-token' }), (req, res) => {
      res.json(getAuth(req, 'person-token').ps)
    })

/** Reads the code for the person, and waits until the person has decided. */
const decides =
  (clock: TestClock, decide: (code: string) => Promise<void>) =>
  (text: string): void => {
    const [, code] = /code=(\w+)/.exec(text) ?? []
    if (code !== undefined) clock.until = decide(code)
  }

/** An API whose own page asks the person, and which answers polls. */
const asksItself =
  (page: string, code = 'A1B2C3D4') =>
  (): express.Express =>
    express()
      .get('/', (_, res) => {
        const requirement = `requirement=interaction; url="${page}"; code="${code}"`
        res.status(202).set({ location: '/pending/1', 'aauth-requirement': requirement }).json({})
      })
      .get('/pending/1', (_, res) => {
        res.json('done')
      })

describe('a person who decides in the browser', () => {
  it('gets the page of their person server, and the call continues once they approved', async () => {
    const { fetch, world, clock, env } = await makeScene(forPersons)
    const { path, opened } = await makeBrowser()
    const { missions } = world.personServer
    // The person's decision on that page.
    clock.until = opened.then(() => missions.approve(missions.waiting[0]?.code as string, { person: 'Ada' }))
    const ran = await fetch('/', [], { env: { ...env, PATH: path }, isInteractive: true })
    const [address, ...others] = await opened
    expect([ran.code, ran.out, others]).toEqual([0, `"${world.personServer.id}"`, []])
    expect(address).toMatch(/^http:\/\/localhost:[0-9]+\/interaction\?code=[0-9A-Z]{8}$/)
    expect(ran.err.split('\n')[0]).toBe(`A person has to decide: ${address}`)
  })

  it('gets the address when no program opens it', async () => {
    const { fetch, world, clock, env } = await makeScene(forPersons)
    const empty = { ...env, PATH: await makeFolder() }
    const onSay = decides(clock, (code) => world.personServer.missions.approve(code))
    const ran = await fetch('/', [], { env: empty, isInteractive: true, onSay })
    expect([ran.code, ran.err.includes(notOpened)]).toEqual([0, true])
  })

  it.each([
    ['without a terminal', false, []],
    ['with --no-open', true, ['--no-open']],
  ] as const)('gets the address to open it themselves %s', async (_, isInteractive, args) => {
    const { fetch, world, clock, env } = await makeScene(forPersons)
    const empty = { ...env, PATH: await makeFolder() }
    const onSay = decides(clock, (code) => world.personServer.missions.approve(code))
    const ran = await fetch('/', args, { env: empty, isInteractive, onSay })
    expect([ran.code, ran.err.includes(notOpened)]).toEqual([0, false])
  })

  it('can decline, which the call reports', async () => {
    const { fetch, world, clock } = await makeScene(forPersons)
    const onSay = decides(clock, (code) => world.personServer.missions.decline(code))
    const ran = await fetch('/', ['--json'], { onSay })
    expect([ran.code, lineOf(ran).error]).toEqual([1, 'the person server gave no person token: 403 denied'])
    expect(ran.err).toContain('the person declined: call again to ask once more')
  })
})

describe('a page that does not belong to the person server of the agent', () => {
  const page = 'https://elsewhere.example/consent?for=notes'
  const address = `${page}&code=A1B2C3D4`

  it('is opened only after Enter', async () => {
    const { fetch, env, clock } = await makeScene(asksItself(page))
    const { path, opened } = await makeBrowser()
    clock.until = opened
    const stdin = new PassThrough()
    const onSay = (text: string): void => {
      if (text.includes('press Enter')) stdin.write('\n')
    }
    const how = { env: { ...env, PATH: path }, isInteractive: true, stdin, onSay }
    expect([(await fetch('/', [], how)).out, await opened]).toEqual(['"done"', [address]])
    expect(stdin.listenerCount('data')).toBe(0)
  })

  it('is opened only after Enter even if an API names a page of the person server', async () => {
    const { fetch, env } = await makeScene(({ world }) =>
      asksItself(`${world.personServer.id}/interaction`)(),
    )
    const how = { env: { ...env, PATH: await makeFolder() }, isInteractive: true, stdin: new PassThrough() }
    const ran = await fetch('/', [], how)
    expect([ran.err.includes('press Enter'), ran.err.includes(notOpened)]).toEqual([true, false])
  })

  it('is not opened without Enter', async () => {
    const { fetch, env } = await makeScene(asksItself(page))
    const how = { env: { ...env, PATH: await makeFolder() }, isInteractive: true, stdin: new PassThrough() }
    const ran = await fetch('/', [], how)
    expect([ran.out, ran.err.includes(notOpened)]).toEqual(['"done"', false])
    expect(how.stdin.listenerCount('data')).toBe(0)
  })

  it('is shown and never opened if it belongs to an API on this machine', async () => {
    const { fetch, env } = await makeScene(({ origin }) => asksItself(`${origin}/consent`)())
    const how = { env: { ...env, PATH: await makeFolder() }, isInteractive: true }
    const ran = await fetch('/', [], how)
    expect(ran.err).toMatch(/^A person has to decide: http:\/\/localhost:[0-9]+\/consent\?code=A1B2C3D4$/)
  })

  it('is shown in ASCII, so that its host is recognisable', async () => {
    const { fetch } = await makeScene(asksItself('https://xn--pypal-4ve.example/%E2%80%AE'))
    const { err } = await fetch('/')
    expect(err).toContain('https://xn--pypal-4ve.example/%E2%80%AE?code=A1B2C3D4')
  })

  it.each([
    'javascript:alert(1)',
    'file:///etc/passwd',
    'blob:https://elsewhere.example/x',
    'http://elsewhere.example/consent',
    'http://localhost:1/consent',
    'https://user@elsewhere.example/consent',
    'https://elsewhere.example:pass@evil.example/',
    'not a url',
  ])('is refused, and the call ends, when it is %s', async (url) => {
    const { fetch, requests, env } = await makeScene(asksItself(url))
    const ran = await fetch('/', [], { env: { ...env, PATH: await makeFolder() }, isInteractive: true })
    expect([ran.code, requests]).toEqual([1, ['GET /']])
    expect(ran.err).toContain('which is refused: it is not https:')
    expect(ran.err).not.toContain(notOpened)
  })

  it.each(['a b', '../x', 'a&b=c', ''])(
    'is refused, and the call ends, when its code is "%s"',
    async (code) => {
      const { fetch, requests } = await makeScene(asksItself(page, code))
      expect([(await fetch('/')).code, requests]).toEqual([1, ['GET /']])
    },
  )

  it('is refused, and the call ends, after eight others', async () => {
    let pages = 0
    const { fetch } = await makeScene(() => (_, res) => {
      const requirement = `requirement=interaction; url="${page}"; code="PAGE-${++pages}"`
      res.writeHead(202, { location: '/', 'retry-after': '1', 'aauth-requirement': requirement }).end()
    })
    const ran = await fetch('/')
    expect([ran.code, pages]).toEqual([1, 9])
    expect(ran.err).toContain('sends the person to more than 8 pages')
  })
})

describe('--approve', () => {
  it('does not answer a question of an API on its own page, and exits with 2', async () => {
    const { fetch, requests } = await makeScene(asksItself('https://elsewhere.example/consent'))
    const ran = await fetch('/', ['--approve'])
    expect([ran.code, requests]).toEqual([2, ['GET /']])
    expect(ran.err).toContain('--approve decides for persons of the development world only')
  })

  it('does not answer a question of an API in the name of the person server', async () => {
    const { fetch, world, requests } = await makeScene(({ world }) =>
      asksItself(`${world.personServer.id}/interaction`)(),
    )
    world.personServer.policy.asks = () => false
    const ran = await fetch('/', ['--approve'])
    expect([ran.code, requests]).toEqual([2, ['GET /']])
  })

  it('does not answer a question on a page elsewhere that the person server names', async () => {
    const { env, asked } = await makeStandIn((_, res) => {
      const requirement = 'requirement=interaction; url="https://elsewhere.example/"; code="A1B2C3D4"'
      res.writeHead(202, { location: '/pending/1', 'aauth-requirement': requirement }).end()
    })
    const url = named(await serve(asksForPersonToken))
    const ran = await runFetch([url, '--approve'], { clock: new TestClock(), env })
    expect([ran.code, asked.map((one) => one.split(' ')[0])]).toEqual([2, ['app', 'agent']])
  })

  it('sends the code and the scopes to the control server, and polls at once', async () => {
    let polls = 0
    const { env, asked, personServer } = await makeStandIn((req, res) => {
      if (req.url === '/pending/1') {
        polls++
        res.writeHead(403).end('{"error":"denied"}')
        return
      }
      const requirement = `requirement=interaction; url="${personServer}/page"; code="A1B2-C3D4"`
      res.writeHead(202, { location: '/pending/1', 'aauth-requirement': requirement }).end()
    })
    const url = named(await serve(asksForPersonToken))
    const clock = new TestClock()
    await runFetch([url, '--approve', '--scope', 'a b'], { clock, env })
    expect(asked.at(-1)).toBe('decision {"code":"A1B2-C3D4","decision":"approve","scopes":["a","b"]}')
    expect([polls, clock.waits]).toEqual([1, []])
  })

  it('is refused for an agent that is not of a development world', async () => {
    const files = ['--key', 'key.json', '--agent-token', 'agent.jwt']
    const ran = await runFetch(['https://notes.example', '--approve', ...files], { clock: new TestClock() })
    expect([ran.code, ran.err]).toEqual([
      2,
      'aauth: --approve is for agents of a development world: leave it out with --agent-token',
    ])
  })
})

describe('the program that opens a page', () => {
  it.each([
    ['linux', 'xdg-open', []],
    ['darwin', 'open', []],
    ['win32', 'rundll32', ['url.dll,FileProtocolHandler']],
  ] as const)('on %s is %s and is started without a shell', async (platform, name, args) => {
    const { path, opened } = await makeBrowser(name)
    const url = new URL('https://ps.example/?a=1&code=$(id)`id`;id')
    expect(await openPage(url, { PATH: path }, platform)).toBe(true)
    expect(await opened).toEqual([...args, url.href])
  })

  it('may be missing', async () => {
    expect(await openPage(new URL('https://ps.example/'), { PATH: await makeFolder() })).toBe(false)
  })
})
