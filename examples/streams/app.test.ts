import { EventEmitter, once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { type Auth, createResource, type Resource } from '@aauth-guard/core'
import { createTestNetwork, type Generation } from '@aauth-guard/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { changesApi, options } from './app.ts'

const ps = 'https://ps.example'
const s256 = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'

async function openStream(generation: Generation) {
  const net = await createTestNetwork({ resource: options.issuer })
  onTestFinished(() => net.close())
  const resource = createResource({ ...options, fetch: net.fetch, now: net.clock.now })
  const changes = new EventEmitter()
  const { url } = await net.listen(changesApi(resource, changes))
  const agent = await net.agent()
  const exp = net.clock.now() + 600
  const claims = { jti: 'streamed', exp }
  const token = await agent.authToken({ generation, scope: 'notes.read', mission: s256, claims })
  const { headers } = await agent.sign(`${options.issuer}/changes`, {}, { token })
  const lines = [['host', 'notes.example'], ...headers].flat()
  const request = get(`${url}/changes`, { headers: lines, agent: false })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.setEncoding('utf8')
  const parts = response[Symbol.asyncIterator]() as AsyncIterator<string>
  /** The next event, or what is left when the stream ends. */
  const next = async (): Promise<string> => {
    let text = ''
    while (!text.endsWith('\n\n')) {
      const { done, value } = await parts.next()
      if (done) return text
      text += value
    }
    return text
  }
  return { resource, changes, response, next, token: { iss: ps, jti: 'streamed', exp } }
}

describe.each<Generation>(['person-token', 'mission-header'])(
  'with tokens of the %s generation',
  (generation) => {
    it('a stream sends each change', async () => {
      const { changes, response, next } = await openStream(generation)
      expect([response.statusCode, await next()]).toEqual([200, 'event: open\ndata: null\n\n'])
      changes.emit('change', 'a note')
      expect(await next()).toBe('event: change\ndata: "a note"\n\n')
    })

    it.each([
      [
        'its token is revoked',
        { status: 401, error: 'revoked_jwt' },
        (resource: Resource, token: Pick<Auth, 'iss' | 'jti' | 'exp'>) => resource.revoke(token),
      ],
      [
        'its mission is terminated',
        { status: 403, error: 'mission_terminated', termination_reason: 'completed' },
        (resource: Resource) => resource.missions.terminate({ approver: ps, s256 }, 'completed'),
      ],
    ])('a stream ends with the reason when %s [REV-11, R11-259]', async (_, problem, end) => {
      const { resource, changes, next, token } = await openStream(generation)
      await next()
      await end(resource, token)
      const [event, data = ''] = (await next()).split('\n')
      expect([event, JSON.parse(data.slice('data: '.length))]).toEqual([
        'event: closed',
        expect.objectContaining(problem),
      ])
      expect([await next(), changes.listenerCount('change')]).toEqual(['', 0])
    })
  },
)

it('a client that disconnects takes its listener with it', async () => {
  const { changes, response, next } = await openStream('person-token')
  await next()
  const removed = once(changes, 'removeListener')
  response.destroy()
  await removed
  expect(changes.listenerCount('change')).toBe(0)
})
