import {
  authorize,
  createResource,
  type DecisionEvent,
  type Logger,
  type ResourceOptions,
} from '@aauth-guard/core'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { type SignedMessage, toSignedRequest } from '@aauth-guard/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { DecisionLog } from '../../src/events/decision-log.ts'
import { RefusalSummary } from '../../src/events/refusal-summary.ts'
import { checkLog } from '../../src/resource/check-log.ts'

afterEach(() => vi.unstubAllEnvs())

function makeLogger() {
  const lines: (readonly [level: keyof Logger, line: string])[] = []
  const write = (level: keyof Logger) => (line: string) => lines.push([level, line])
  return { lines, logger: { debug: write('debug'), info: write('info'), warn: write('warn') } }
}

async function makeLogged(options: Partial<ResourceOptions> = {}) {
  const { lines, logger } = makeLogger()
  return { lines, ...(await makeWorld({ log: logger, ...options })) }
}

describe('the log of decisions', () => {
  it('writes one debug line for an accepted request: what was called and by whom, without the query', async () => {
    const { lines, agent, call } = await makeLogged()
    const token = await agent.agentToken()
    await call(token, {
      url: 'https://notes.example/notes?secret=1',
      requirement: { name: 'read', accept: 'agent-token' },
    })
    expect(lines).toEqual([
      [
        'debug',
        'aauth-guard: accepted GET /notes (route read, agent-token, issuer https://agent.example, agent aauth:planner@agent.example)',
      ],
    ])
  })

  it('writes one info line with the remedy for a refused request, and nothing of its token', async () => {
    const { lines, agent, net, refusal } = await makeLogged({
      trust: { personServers: ['https://ps.example'] },
    })
    const other = await net.issuer('person-server', 'https://other.example')
    const token = await agent.authToken({}, other)
    await refusal(token)
    const [[level, line = ''] = []] = lines
    expect([level, lines.length]).toEqual(['info', 1])
    expect(line).toContain(
      'aauth-guard: refused GET /notes with 401 invalid_jwt: "https://other.example" is not trusted as person-server: list it in "trust.personServers"',
    )
    expect(line.includes(token.slice(0, 20))).toBe(false)
  })

  it('writes a debug line for a challenge, which is not a warning', async () => {
    const { lines, net, resource } = await makeLogged()
    const unsigned = { method: 'GET', url: `${net.resource}/notes`, target: '/notes', headers: [], base: '' }
    await authorize(resource, toSignedRequest(unsigned)).catch(() => undefined)
    expect(lines.map(([level]) => level)).toEqual(['debug'])
    expect(lines[0]?.[1]).toContain('; this is the normal way in')
  })

  it('writes a warning when a request could not be decided', async () => {
    const replays = { mark: () => Promise.reject(new Error('down')) }
    const { lines, agent, call } = await makeLogged({ replay: 'all', stores: { replays } })
    await call(await agent.authToken({ scope: 'access' })).catch(() => undefined)
    expect(lines).toMatchObject([
      ['warn', expect.stringContaining('failed GET /notes with 503 server_error')],
    ])
  })

  it('shows foreign text escaped and clipped, so that it cannot forge a line', () => {
    const { lines, logger } = makeLogger()
    const path = `/\n\u202e\u2028${'x'.repeat(300)}`
    new DecisionLog(logger).decided(eventOf({ path }), undefined)
    expect(lines[0]?.[1]).toContain(`GET /\\u000a\\u202e\\u2028${'x'.repeat(124)}…`)
  })

  it('writes at most twenty lines a second, and counts the others by code in the next second', () => {
    const { lines, logger } = makeLogger()
    const log = new DecisionLog(logger)
    for (let i = 0; i < 30; i++) log.decided(eventOf({ time: 5_000 }), undefined)
    log.decided(eventOf({ time: 5_999, outcome: 'refused', code: 'invalid_jwt' }), undefined)
    expect(lines).toHaveLength(20)
    log.decided(eventOf({ time: 6_000 }), undefined)
    expect(lines.slice(20).map(([, line]) => line)).toEqual([
      'aauth-guard: and in the same second 10 × accepted, 1 × invalid_jwt',
      'aauth-guard: accepted GET /notes',
    ])
  })

  it('changes no decision when the logger throws or rejects, and reports that once', async () => {
    const fails = () => {
      throw new Error('the disk is full')
    }
    const { agent, call } = await makeLogged({
      log: { debug: fails, info: fails, warn: () => Promise.reject(new Error()) },
    })
    const token = await agent.authToken({ scope: 'access' })
    const warn = vi.spyOn(console, 'warn').mockReturnValue()
    await call(token)
    await call(token)
    expect(warn).toHaveBeenCalledTimes(1)
    expect(warn.mock.calls[0]?.[0]).toContain('"log" failed 1 times')
  })
})

describe('the summary of refusals', () => {
  it('says at most once a minute how many requests were refused, by code', () => {
    const lines: string[] = []
    const summary = new RefusalSummary((line) => lines.push(line))
    summary.refused('invalid_jwt', 0)
    for (let i = 1; i <= 3; i++) summary.refused('expired_jwt', i)
    summary.refused('invalid_jwt', 59_999)
    expect(lines).toHaveLength(1)
    summary.refused('invalid_jwt', 60_000)
    expect(lines).toEqual([
      'aauth-guard: refused 1 × invalid_jwt: set "log" to \'console\' to see each with its remedy',
      'aauth-guard: refused 3 × expired_jwt, 2 × invalid_jwt: set "log" to \'console\' to see each with its remedy',
    ])
  })

  it('counts refusals but no challenges of the ordinary flow', async () => {
    const written: string[] = []
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0)
    const { net, agent } = await makeWorld()
    const { fetch, clock, resource: issuer } = net
    const resource = createResource({ issuer, trust: 'any', fetch, now: clock.now, log: 'summary' })
    const refused = (message: SignedMessage) =>
      expect(authorize(resource, toSignedRequest(message))).rejects.toThrow()
    await refused({ method: 'GET', url: `${issuer}/notes`, target: '/notes', headers: [], base: '' })
    await refused(await agent.sign(`${issuer}/notes`, {}, { token: await agent.agentToken() }))
    expect(written).toEqual([])
    const token = await agent.authToken({ lifetime: -600 })
    await refused(await agent.sign(`${issuer}/notes`, {}, { token }))
    expect(written).toEqual([expect.stringContaining('refused 1 × expired_jwt')])
  })

  it('changes no answer where stderr cannot be written', async () => {
    const { net, agent } = await makeWorld()
    const { fetch, clock, resource: issuer } = net
    const resource = createResource({ issuer, trust: 'any', fetch, now: clock.now, log: 'summary' })
    const token = await agent.authToken({ lifetime: -600 })
    const message = await agent.sign(`${issuer}/notes`, {}, { token })
    vi.spyOn(process.stderr, 'write').mockImplementation(() => {
      throw new Error('EPIPE')
    })
    await expect(authorize(resource, toSignedRequest(message))).rejects.toMatchObject({ code: 'expired_jwt' })
  })
})

describe('the option log', () => {
  it.each([
    ['console', { AAUTH_DEV: 'http://localhost:4400' }, 'https://notes.example'],
    ['console', {}, 'http://localhost:3000'],
    ['summary', {}, 'https://notes.example'],
    ['off', { NODE_ENV: 'test' }, 'http://localhost:3000'],
  ] as const)('is %s by default with %j as %s', (expected, env, issuer) => {
    for (const name of ['AAUTH_DEV', 'NODE_ENV'])
      vi.stubEnv(name, (env as Record<string, string>)[name] ?? '')
    expect(checkLog(undefined, issuer)).toBe(expected)
  })

  it('is refused when it is neither a known word nor a logger', () => {
    for (const log of ['verbose', {}, null, { debug() {}, info() {} }, true])
      expect(() => checkLog(log as never, 'https://notes.example')).toThrow('"log" is')
  })
})

function eventOf(changes: Partial<DecisionEvent>): DecisionEvent {
  return {
    outcome: 'accepted',
    point: 'guard',
    method: 'GET',
    path: '/notes',
    time: 0,
    ...changes,
  } as DecisionEvent
}
