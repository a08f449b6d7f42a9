import { Agent, request as send } from 'node:http'
import type { ResourceOptions } from '@aauth-guard/core'
import { protect, verifyDigest } from '@aauth-guard/express'
import { type Served, serve } from '@aauth-guard/fixtures/served'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { telemetry } from '@aauth-guard/opentelemetry'
import type { SignedMessage } from '@aauth-guard/testing'
import { context, propagation, SpanStatusCode, trace } from '@opentelemetry/api'
import express from 'express'
import { describe, expect, it, onTestFinished } from 'vitest'
import { apps } from './guarded-apps.ts'
import { useTraces } from './otel-scene.ts'

const { provider, spans, traced } = useTraces()

type Attributes = Readonly<Record<string, unknown>>

/** Attributes of spans in the order of their requests, without those that differ from run to run. */
async function reported(count: number): Promise<Attributes[]> {
  return (await spans(count)).map(({ attributes: { 'aauth.request': _, ...others } }) => others)
}

describe.each(Object.keys(apps))('on %s', (framework) => {
  const start = (options: Partial<ResourceOptions> = {}): Promise<Served> =>
    serve(({ resource }) => {
      resource.listen(telemetry())
      return traced((apps[framework] as (typeof apps)[string])(resource))
    }, options)

  it('the span of the request says what was decided, in place and after it waited', async () => {
    const app = await start()
    const token = await app.agent.authToken()
    for (const target of ['/notes', '/notes', '/tasks']) await app.send({ token, target })
    const common = { 'aauth.outcome': 'accepted', 'aauth.token.kind': 'auth-token' }
    const kind = { ...common, 'aauth.generation': 'person-token', 'http.response.status_code': 200 }
    expect(await reported(3)).toEqual([
      { ...kind, 'url.path': '/notes', 'aauth.route': 'notes' },
      { ...kind, 'url.path': '/notes', 'aauth.route': 'notes' },
      { ...kind, 'url.path': '/tasks', 'aauth.route': 'tasks' },
    ])
  })

  it('the span of a refused request has the code, and is not an error', async () => {
    const app = await start()
    await app.sendUnsigned()
    await app.send({ mistake: 'stale' })
    await app.send({
      body: 'a',
      method: 'POST',
      digest: true,
      onTheWay: (m) => ({ ...m, body: octets('b') }),
    })
    expect(
      (await spans(3)).map(({ attributes, status }) => [
        attributes['aauth.outcome'],
        attributes['aauth.code'],
        status.code,
      ]),
    ).toEqual([
      ['challenged', 'invalid_signature', SpanStatusCode.UNSET],
      ['refused', 'invalid_signature', SpanStatusCode.UNSET],
      ['refused', 'invalid_signature', SpanStatusCode.UNSET],
    ])
  })

  it('the span of a step-up in a handler ends as challenged', async () => {
    const app = await start()
    await app.send({ target: '/more' })
    expect(await reported(1)).toMatchObject([
      {
        'aauth.outcome': 'challenged',
        'aauth.code': 'auth_token_required',
        'http.response.status_code': 401,
      },
    ])
  })

  it('each of many requests at once, on connections that are used again, has its own span', async () => {
    const app = await start()
    const agent = new Agent({ keepAlive: true, maxSockets: 4 })
    onTestFinished(() => agent.destroy())
    const token = await app.agent.authToken()
    const sent = Array.from({ length: 60 }, (_, i) =>
      app.sign({
        token,
        target: i % 2 === 0 ? '/notes' : '/tasks',
        ...(i % 3 === 0 && { mistake: 'stale' as const }),
        ...(i % 5 === 0 && {
          method: 'POST',
          body: `${i}`.padEnd(100_000),
          digest: true,
          headers: { 'content-type': 'text/plain' },
        }),
      }),
    )
    const statuses = await Promise.all(
      (await Promise.all(sent)).map((message) => dialOn(agent, app.url, message)),
    )
    const seen = (await spans(60)).map(({ attributes }) => [
      attributes['url.path'] ===
        `/${attributes['aauth.route'] ?? attributes['url.path']?.toString().slice(1)}`,
      attributes['http.response.status_code'] === 200,
      attributes['aauth.outcome'] === 'accepted',
    ])
    expect(seen).toHaveLength(60)
    for (const [sameRoute, served, accepted] of seen) expect([sameRoute, accepted]).toEqual([true, served])
    expect(statuses.filter((status) => status === 401)).toHaveLength(20)
    expect(new Set((await spans(60)).map(({ attributes }) => attributes['aauth.request'])).size).toBe(60)
  })
})

it('content that a parser compares after the decision is reported on the span of its request', async () => {
  const app = await serve(({ resource }) => {
    resource.listen(telemetry())
    const parser = express.text({ verify: verifyDigest })
    return traced(
      express().post('/notes', protect(resource, {}, { parser }), (_req, res) => void res.json({})),
    )
  })
  const headers = { 'content-type': 'text/plain' }
  await app.send({ method: 'POST', body: 'a', digest: true, headers })
  await app.send({
    method: 'POST',
    body: 'a',
    digest: true,
    headers,
    onTheWay: (m) => ({ ...m, body: octets('b') }),
  })
  expect(
    (await reported(2)).map((span) => [span['aauth.outcome'], span['http.response.status_code']]),
  ).toEqual([
    ['accepted', 200],
    ['refused', 401],
  ])
})

it('the span of a request that could not be decided is an error, with the code alone', async () => {
  const { agent, refusal, resource } = await makeWorld()
  resource.listen(telemetry())
  const check = (): never => {
    throw new Error('the database is away')
  }
  await inSpan(async () => void (await refusal(await agent.authToken(), { requirement: { check } })))
  expect((await spans(1)).map(({ status }) => status)).toEqual([
    { code: SpanStatusCode.ERROR, message: 'server_error' },
  ])
})

it('a span that has ended, that is not recorded, or that is missing is left alone', async () => {
  const { agent, call, resource } = await makeWorld()
  resource.listen(telemetry())
  const token = await agent.authToken()
  const ended = provider.getTracer('test').startSpan('ended')
  ended.end()
  const unsampled = trace.wrapSpanContext({ traceId: '1'.repeat(32), spanId: '1'.repeat(16), traceFlags: 0 })
  for (const span of [ended, unsampled])
    await context.with(trace.setSpan(context.active(), span), () => call(token))
  await call(token)
  expect((await spans(1)).map(({ name, attributes }) => [name, attributes])).toEqual([['ended', {}]])
})

describe('who called', () => {
  const callOnce = async (identity: boolean, options: Partial<ResourceOptions> = {}): Promise<Attributes> => {
    const { agent, call, net, resource } = await makeWorld(options)
    const { s256 } = await net.personServer.missions.begin(agent, { description: 'Sort notes' })
    resource.listen(telemetry({ identity }))
    const token = await agent.authToken({ mission: s256, generation: 'mission-header' })
    await inSpan(async () => void (await call(token, { mission: { approver: net.personServer.id, s256 } })))
    return (await spans(1))[0]?.attributes ?? {}
  }

  it('is not said by default', async () => {
    expect(Object.keys(await callOnce(false)).sort()).toEqual([
      'aauth.generation',
      'aauth.outcome',
      'aauth.request',
      'aauth.token.kind',
    ])
  })

  it('is said with "identity", with the person as a hash', async () => {
    expect(await callOnce(true, { observe: { personHashKey: new Uint8Array(32) } })).toMatchObject({
      'aauth.issuer': 'https://ps.example',
      'aauth.agent': 'aauth:planner@agent.example',
      'aauth.mission.approver': 'https://ps.example',
      'aauth.mission.s256': expect.stringMatching(/^[\w-]{43}$/),
      'aauth.person': expect.stringMatching(/^[\w-]{43}$/),
      'aauth.person.scope': 'fleet',
    })
  })

  it('never has a raw person, even if events do', async () => {
    const attributes = await callOnce(true, { observe: { rawPersons: true } })
    expect(Object.keys(attributes)).toContain('aauth.issuer')
    expect(Object.keys(attributes).filter((name) => name.startsWith('aauth.person'))).toEqual([])
  })

  it('is not said of a request whose signature does not verify', async () => {
    const { agent, refusal, resource } = await makeWorld()
    resource.listen(telemetry({ identity: true }))
    await inSpan(async () => void (await refusal(await agent.authToken(), { mistake: 'stale' })))
    expect(Object.keys((await spans(1))[0]?.attributes ?? {}).sort()).toEqual([
      'aauth.code',
      'aauth.outcome',
      'aauth.request',
    ])
  })
})

it('nothing is put into baggage', async () => {
  const { agent, call, resource } = await makeWorld()
  const seen: unknown[] = []
  resource.listen(telemetry({ identity: true }))
  resource.listen({ onDecision: () => seen.push(propagation.getActiveBaggage()) })
  await inSpan(async () => {
    await call(await agent.authToken())
    seen.push(propagation.getActiveBaggage())
  })
  expect(seen).toEqual([undefined, undefined])
})

async function inSpan(work: () => Promise<void>): Promise<void> {
  await provider.getTracer('test').startActiveSpan('request', async (span) => {
    // The tracer of the test is not the global one, so it activates nothing by itself.
    await context.with(trace.setSpan(context.active(), span), work)
    span.end()
  })
}

const octets = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)

/** Resolves with the status of the answer, once it was read. */
function dialOn(
  agent: Agent,
  origin: string,
  { method, target, url, headers, body }: SignedMessage,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin)
    const fields = { host: new URL(url).host, 'content-length': `${body?.length ?? 0}` }
    const outgoing = send({ agent, hostname, port, method, path: target, setHost: false })
    for (const [name, value] of [...Object.entries(fields), ...headers]) outgoing.setHeader(name, value)
    outgoing.on('error', reject).on('response', (incoming) => {
      incoming.resume().on('end', () => resolve(incoming.statusCode ?? 0))
    })
    outgoing.end(body)
  })
}
