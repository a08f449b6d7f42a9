import { s256 } from '@aauth-guard/fixtures/missions'
import { describe, expect, it } from 'vitest'
import { call, Events, type Message, messagesOf, modern, protect, type Scene, verdictOf } from '../scene.ts'
import { sessionHosts, v2 } from '../servers/hosts.ts'
import { begin, inSession } from './session-scene.ts'

const scope = 'notes.read'
const ask = { name: 'notes.ask', arguments: {} }
const accepted = { action: 'accept', content: { sure: true } }

/** The first message of a stream with this method. */
async function until(events: Events, method: string): Promise<Message | undefined> {
  for (let event = await events.next(); event !== undefined; event = await events.next())
    if (event.message?.method === method) return event.message
  return new Promise(() => undefined)
}

describe.each(sessionHosts)('$name', (host) => {
  it('an elicitation is answered by whom it was sent to, and by nobody else', async () => {
    const scene = await protect(host)
    const { agent, calls, send } = scene
    const [ada, bob] = [
      await agent.authToken({ scope, sub: 'ada' }),
      await agent.authToken({ scope, sub: 'bob' }),
    ]
    const [ofAda, ofBob] = [await begin(scene, ada), await begin(scene, bob)]
    const get = inSession(ofAda, { accept: 'text/event-stream' })
    const stream = new Events(await send({ token: ada, method: 'GET', headers: get }))
    const body = call('tools/call', ask)
    const events = new Events(await send({ token: ada, body, headers: inSession(ofAda) }))
    // One SDK asks on the stream of the call, the other on that of the session.
    const asked = await Promise.race([stream, events].map((one) => until(one, 'elicitation/create')))
    const answer = { jsonrpc: '2.0', id: asked?.id, result: accepted }
    const reply = async (token: string, headers?: Record<string, string>): Promise<number> => {
      // The same answer once more is another request a second later.
      scene.net.clock.advance(1)
      return (await send({ token, body: answer, ...(headers && { headers }) })).status
    }
    expect(await reply(bob, inSession(ofAda))).toBe(404)
    expect(await reply(bob)).toBe(404)
    await reply(bob, inSession(ofBob))
    expect(calls.made).toEqual([])
    expect(await reply(ada, inSession(ofAda))).toBe(202)
    await calls.answered
    expect(calls.made).toHaveLength(1)
    await events.cancel()
    await stream.cancel()
  })
})

describe('the state of a call of revision 2026-07-28 that waits for input', () => {
  /** Calls the tool, and returns the state that it hands out. */
  async function stateOf({ send }: Scene, token: string): Promise<string> {
    const [message] = await messagesOf(await send({ token, ...modern('tools/call', ask) }))
    return message?.result?.requestState ?? ''
  }
  const answer = (requestState: string, params = ask) =>
    modern('tools/call', { ...params, requestState, inputResponses: { sure: accepted } })

  it('is sealed to the caller', async () => {
    const scene = await protect(v2)
    const { agent, calls, send } = scene
    const [ada, bob] = [
      await agent.authToken({ scope, sub: 'ada' }),
      await agent.authToken({ scope, sub: 'bob' }),
    ]
    const state = await stateOf(scene, ada)
    expect(await verdictOf(await send({ token: bob, ...answer(state) }))).toEqual([400, -32602])
    expect(calls.made).toEqual([])
    expect((await send({ token: ada, ...answer(state) })).status).toBe(200)
    expect(calls.made).toEqual(['notes.ask true asked'])
  })

  it('is sealed to the mission', async () => {
    const scene = await protect(v2)
    const { agent, calls, send } = scene
    const state = await stateOf(scene, await agent.authToken({ scope, sub: 'ada', mission: s256 }))
    const token = await agent.authToken({ scope, sub: 'ada' })
    expect((await send({ token, ...answer(state) })).status).toBe(400)
    expect(calls.made).toEqual([])
  })

  it('is sealed to the call, and cannot be forged', async () => {
    const scene = await protect(v2)
    const { agent, send } = scene
    const token = await agent.authToken({ scope, sub: 'ada' })
    const state = await stateOf(scene, token)
    for (const forged of ['asked', state.slice(1), `${state}A`, `.${state.split('.')[1]}`, ''])
      expect(await verdictOf(await send({ token, ...answer(forged) }))).toEqual([400, -32602])
    const other = answer(state, { name: 'notes.list', arguments: {} })
    expect((await send({ token, ...other })).status).toBe(400)
  })

  it('is opened by every process with the same "sealingKey"', async () => {
    const sealingKey = new Uint8Array(32).fill(7)
    const one = await protect(v2, { sealingKey })
    const other = await protect(v2, { sealingKey })
    const foreign = await protect(v2)
    const grant = { scope, sub: 'ada', claims: { jti: 'one' } }
    const state = await stateOf(one, await one.agent.authToken(grant))
    const token = await other.agent.authToken(grant)
    expect((await other.send({ token, ...answer(state) })).status).toBe(200)
    expect(
      (await foreign.send({ token: await foreign.agent.authToken(grant), ...answer(state) })).status,
    ).toBe(400)
  })
})
