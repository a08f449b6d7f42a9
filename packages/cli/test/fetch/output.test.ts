import { getAuth, protect, wellKnown } from '@aauth-guard/express'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { lineOf, runFetch } from './run-fetch.ts'
import { makeScene, type SceneParts } from './scene.ts'
import { TestClock } from './test-clock.ts'

const jwt = /eyJ[\w-]{8,}\.[\w-]+\.[\w-]+/

const notes = ({ resource }: SceneParts) =>
  express()
    .use(wellKnown(resource))
    .get('/', protect(resource), (req, res) => {
      res.json(getAuth(req, 'auth-token').scopes)
    })

describe('the output', () => {
  it('is the body on stdout, and messages for the person on stderr', async () => {
    const { fetch } = await makeScene(notes)
    const ran = await fetch('/', ['--approve'])
    expect(ran.out).toBe('["notes.read"]')
    expect(ran.err.split('\n').map((line) => line.split(':')[0])).toEqual([
      'A person has to decide',
      'Approved, as --approve says.',
      'A person has to decide',
      'Approved, as --approve says.',
    ])
  })

  it('with -v has each request, its token, its answer and the consequence', async () => {
    const { fetch, world, origin } = await makeScene(notes)
    world.personServer.policy.asks = () => false
    const { err } = await fetch('/', ['-v'])
    const ps = world.personServer.id
    expect(err.replaceAll(/eyJ\w+…/g, 'TOKEN').split('\n')).toEqual([
      `GET ${origin}/ (agent token TOKEN)`,
      '  401, asks for a person token',
      `  Asks the person server for a person token for ${origin}.`,
      `GET ${ps}/.well-known/aauth-person.json (unsigned)`,
      '  200',
      `POST ${ps}/person-token (agent token TOKEN)`,
      '  200',
      `GET ${origin}/ (person token TOKEN)`,
      '  401, asks for an auth token, and hands over a resource token for it',
      '  The resource token is right; asks the person server for the scopes notes.read.',
      `POST ${ps}/auth-token (agent token TOKEN)`,
      '  200',
      `GET ${origin}/ (auth token TOKEN)`,
      '  200',
    ])
  })

  it('has the first eight characters of tokens, signatures and sessions, unless --show-secrets is set', async () => {
    const token = `eyJ${'a'.repeat(40)}.${'b'.repeat(40)}.${'c'.repeat(40)}`
    const { fetch } = await makeScene(() => (_, res) => {
      const secrets = {
        'aauth-access': 'session-token-1',
        authorization: 'Bearer secret-1',
        signature: 'sig=:c2VjcmV0LXNpZ25hdHVyZQ==:',
        'set-cookie': ['session=secret-2', 'other=secret-3'],
        'aauth-requirement': `requirement=auth-token; resource-token="${token}"`,
      }
      res.writeHead(403, secrets).end(JSON.stringify({ error: 'access_denied', detail: `no ${token}` }))
    })
    const cut = await fetch('/', ['-v', '--json'])
    expect(lineOf(cut).headers).toMatchObject({
      'aauth-access': 'session-…',
      authorization: 'Bearer s…',
      signature: 'sig=:c2V…',
      'set-cookie': 'session=…',
      'aauth-requirement': 'requirement=auth-token; resource-token="eyJaaaaa…"',
    })
    expect(cut.err).not.toMatch(jwt)
    const whole = await fetch('/', ['-v', '--json', '--show-secrets'])
    expect(lineOf(whole).headers).toMatchObject({ signature: 'sig=:c2VjcmV0LXNpZ25hdHVyZQ==:' })
    expect(whole.err).toMatch(jwt)
  })

  it('with --json is one line, with the body parsed if it is JSON', async () => {
    const { fetch, origin } = await makeScene(() => (req, res) => {
      if (req.url === '/json') res.end('{"a":\n[1]}')
      else if (req.url === '/text') res.end('a\nb\n')
      else res.writeHead(204).end()
    })
    const lines = await Promise.all(['/json', '/text', '/none'].map((path) => fetch(path, ['--json'])))
    expect(lines.map(({ out }) => out.includes('\n'))).toEqual([false, false, false])
    expect(lines.map((ran) => lineOf(ran).body)).toEqual([{ a: [1] }, 'a\nb\n', null])
    expect(lines.map((ran) => lineOf(ran).hops)[2]).toEqual([
      { method: 'GET', url: `${origin}/none`, status: 204, token: 'agent-token' },
    ])
  })

  it('leaves out a body that is not text, and has it in base64 with --json', async () => {
    const { fetch } = await makeScene(() => (_, res) => res.end(Buffer.from([0xff, 0, 0xfe])))
    const ran = await fetch('/')
    expect([ran.code, ran.out]).toEqual([0, ''])
    expect(ran.err).toContain('the body is not text: 3 octets')
    expect(lineOf(await fetch('/', ['--json']))).toMatchObject({ body: null, body_base64: '/wD+' })
  })

  it('has no body for HEAD', async () => {
    const { fetch, requests } = await makeScene(() => (_, res) => res.end('x'))
    expect(await fetch('/', ['-X', 'head'])).toEqual({ code: 0, out: '', err: '' })
    expect(requests).toEqual(['HEAD /'])
  })

  it('reports a difference of the clocks for which the signature is refused', async () => {
    const { fetch } = await makeScene(({ clock }) => (_, res) => {
      const date = new Date(clock.now() + 3_600_000).toUTCString()
      res.writeHead(401, { date, 'signature-error': 'error=invalid_signature' }).end()
    })
    const { code, err } = await fetch('/')
    expect(code).toBe(1)
    expect(err).toContain('answered 401: invalid_signature')
    expect(err).toContain('the clock of the server is 3600 s ahead of the one of this machine')
  })

  it.each([
    [401, {}, 'the answer is not one of AAuth: another guard may stand before this route'],
    [403, { error: 'mission_terminated' }, 'propose another one with --mission'],
    [403, { error: 'access_denied' }, 'ask for more with --scope'],
    [401, { error: 'unknown_key' }, 'in development set AAUTH_DEV for it and use devOptions()'],
  ])('has a remedy for %d %j', async (status, problem, remedy) => {
    const { fetch } = await makeScene(() => (_, res) => {
      res.writeHead(status).end(JSON.stringify(problem))
    })
    const { code, err } = await fetch('/')
    expect([code, err]).toEqual([1, expect.stringContaining(remedy)])
  })

  it('reports that nothing listens, also with --json', async () => {
    const { env } = await makeScene(() => () => undefined)
    const ran = await runFetch(['http://localhost:1/', '--json'], { clock: new TestClock(), env })
    expect([ran.code, lineOf(ran)]).toEqual([1, { error: 'nothing listens at http://localhost:1', hops: [] }])
    expect(ran.err).toContain('start it, or look at the port')
  })
})
