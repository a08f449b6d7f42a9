import { s256 } from '@aauth-guard/fixtures/missions'
import { afterEach, describe, expect, it } from 'vitest'
import { outlastDeadlines, passDeadlines } from '../../../../scripts/patient-timers.ts'
import { call, Events, type Message, modern, protect, type Scene, verdictOf } from '../scene.ts'
import { hosts, sessionHosts, v2 } from '../servers/hosts.ts'
import { begin, inSession } from '../sessions/session-scene.ts'

afterEach(outlastDeadlines)

const scope = 'notes.read'
const watch = { name: 'notes.watch', arguments: {} }
const changed = [
  'notifications/tools/list_changed',
  'notifications/prompts/list_changed',
  'notifications/resources/list_changed',
]

const ends: [why: string, code: string, end: (scene: Scene) => Promise<void>][] = [
  [
    'its mission is terminated',
    'mission_terminated',
    ({ resource }) => resource.missions.terminate({ approver: 'https://ps.example', s256 }, 'completed'),
  ],
  [
    'its token is revoked',
    'revoked_jwt',
    ({ resource, net }) =>
      resource.revoke({ iss: 'https://ps.example', jti: 'streamed', exp: net.clock.now() + 600 }),
  ],
]

async function token({ agent, net }: Scene): Promise<string> {
  return agent.authToken({ scope, mission: s256, claims: { jti: 'streamed', exp: net.clock.now() + 600 } })
}

/** The messages that are left in a stream. */
async function rest(events: Events): Promise<Message[]> {
  const messages: Message[] = []
  for (let event = await events.next(); event !== undefined; event = await events.next())
    if (event.message !== undefined) messages.push(event.message)
  return messages
}

describe.each(ends)('when %s', (_, code, end) => {
  it.each(hosts)(
    '$name: the stream of a call ends with what changed and a JSON-RPC error, and the next call is refused',
    async (host) => {
      const scene = await protect(host)
      const held = await token(scene)
      const headers = host.hasSessions ? { headers: inSession(await begin(scene, held)) } : {}
      const body = call('tools/call', watch)
      const events = new Events(await scene.send({ token: held, body, ...headers }))
      let first = await events.next()
      // What a transport sends so that the stream can be resumed.
      if (first?.message === undefined) first = await events.next()
      expect(first?.message?.params?.data).toBe('watching')
      await end(scene)
      const messages = await rest(events)
      expect(messages.map(({ method }) => method)).toEqual([...changed, undefined])
      expect(messages.at(-1)).toMatchObject({ id: body.id, error: { code: -32003, data: { error: code } } })
      const [status, refused] = await verdictOf(
        await scene.send({ token: held, body: call('ping'), ...headers }),
      )
      expect([401, 403, 404]).toContain(status)
      expect(refused).toBe(code)
    },
  )

  it.each(sessionHosts)('$name: the stream of a session ends as well', async (host) => {
    const scene = await protect(host)
    const held = await token(scene)
    const id = await begin(scene, held)
    const headers = inSession(id, { accept: 'text/event-stream' })
    const response = await scene.send({ token: held, method: 'GET', headers })
    expect(response.status).toBe(200)
    await end(scene)
    const messages = await rest(new Events(response))
    expect(messages.map(({ method }) => method)).toEqual([...changed, undefined])
    expect(messages.at(-1)?.error?.data).toMatchObject({ error: code })
  })

  it.each(hosts)('$name: a call that has answered nothing gets the refusal as its answer', async (host) => {
    const scene = await protect(host)
    const held = await token(scene)
    const headers = host.hasSessions ? { headers: inSession(await begin(scene, held)) } : {}
    const body = call('tools/call', { name: 'notes.watch', arguments: { quiet: true } })
    const answering = scene.send({ token: held, body, ...headers })
    await new Promise((resolve) => setImmediate(resolve))
    await end(scene)
    const response = await answering
    // A transport may have begun the stream, so that it can be resumed.
    if (response.status === 200)
      expect((await rest(new Events(response))).at(-1)?.error?.data).toMatchObject({ error: code })
    else expect((await verdictOf(response))[1]).toBe(code)
  })

  it('a call of revision 2026-07-28 is cancelled, and its stream ends with an error alone', async () => {
    const scene = await protect(v2)
    const { body, headers } = modern('tools/call', watch)
    const events = new Events(await scene.send({ token: await token(scene), body, headers }))
    expect((await events.next())?.message?.params?.data).toBe('watching')
    await end(scene)
    expect(await rest(events)).toEqual([
      expect.objectContaining({
        id: body.id,
        error: expect.objectContaining({ data: expect.objectContaining({ error: code }) }),
      }),
    ])
    await scene.calls.cancelled
  })

  it('a call of revision 2026-07-28 that has not begun to answer gets the refusal as its answer, and is cancelled', async () => {
    const scene = await protect(v2)
    const quiet = modern('tools/call', { name: 'notes.watch', arguments: { quiet: true } })
    const answering = scene.send({ token: await token(scene), ...quiet })
    await scene.calls.watched
    // The lifetime of a call is watched once it has taken a while.
    passDeadlines()
    while (scene.resource.snapshot().lifetimes.connections === 0)
      await new Promise((resolve) => setTimeout(resolve, 5))
    await end(scene)
    expect((await verdictOf(await answering))[1]).toBe(code)
    await scene.calls.cancelled
  })

  it('a subscription is told what it asked for', async () => {
    const scene = await protect(v2)
    const { body, headers } = modern('subscriptions/listen', { notifications: { toolsListChanged: true } })
    const events = new Events(await scene.send({ token: await token(scene), body, headers }))
    expect((await events.next())?.message?.method).toBe('notifications/subscriptions/acknowledged')
    await end(scene)
    const messages = await rest(events)
    expect(messages.map(({ method }) => method)).toEqual([changed[0], undefined])
    expect(messages[0]?.params?._meta).toEqual({ 'io.modelcontextprotocol/subscriptionId': body.id })
    expect(messages[1]).toMatchObject({ id: body.id, error: { data: { error: code } } })
  })
})

it.each(hosts)('$name: a stream that the server ends, ends as it was', async (host) => {
  const scene = await protect(host)
  const held = await token(scene)
  const headers = host.hasSessions ? { headers: inSession(await begin(scene, held)) } : {}
  const events = new Events(await scene.send({ token: held, body: call('tools/call', watch), ...headers }))
  await events.next()
  scene.calls.release()
  const messages = await rest(events)
  expect(messages.at(-1)?.result?.content?.[0]?.text).toBe('released')
})

it.each(hosts)('$name: a client that goes away takes its lifetime with it', async (host) => {
  const scene = await protect(host)
  const held = await token(scene)
  const headers = host.hasSessions ? { headers: inSession(await begin(scene, held)) } : {}
  const response = await scene.send({ token: held, body: call('tools/call', watch), ...headers })
  const events = new Events(response)
  await events.next()
  await events.cancel()
  const { resource } = scene
  while (resource.snapshot().lifetimes.connections > 0) await new Promise((resolve) => setTimeout(resolve, 5))
})
