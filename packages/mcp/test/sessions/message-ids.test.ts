import { s256 } from '@aauth-guard/fixtures/missions'
import { describe, expect, it } from 'vitest'
import { call, Events, protect, verdictOf } from '../scene.ts'
import { sessionHosts } from '../servers/hosts.ts'
import { begin, inSession } from './session-scene.ts'

describe.each(sessionHosts)('$name', (host) => {
  it('a call is cancelled by who may call it, and not by another token of the same mission', async () => {
    const scene = await protect(host)
    const { agent, send, calls } = scene
    const wide = await agent.authToken({ scope: 'notes.read', mission: s256 })
    const narrow = await agent.authToken({ scope: 'notes.write', mission: s256 })
    const headers = inSession(await begin(scene, wide))
    const watched = call('tools/call', { name: 'notes.watch', arguments: {} })
    const events = new Events(await send({ token: wide, body: watched, headers }))
    await events.next()
    const cancel = (reason: string) => ({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: watched.id, reason },
    })
    expect(await verdictOf(await send({ token: narrow, body: cancel('a'), headers }))).toEqual([
      401,
      'auth_token_required',
    ])
    expect((await send({ token: wide, body: cancel('b'), headers })).status).toBe(202)
    await calls.cancelled
    await events.cancel()
  })

  it('an id of a request under way is refused, since its answer would go to the other request', async () => {
    const scene = await protect(host)
    const { agent, send, calls } = scene
    const wide = await agent.authToken({ scope: 'notes.read', mission: s256 })
    const narrow = await agent.authToken({ scope: 'notes.write', mission: s256 })
    const headers = inSession(await begin(scene, wide))
    const body = call('tools/call', { name: 'notes.watch', arguments: {} })
    const events = new Events(await send({ token: wide, body, headers }))
    await events.next()
    const same = { jsonrpc: '2.0', id: body.id, method: 'ping' }
    expect(await verdictOf(await send({ token: narrow, body: same, headers }))).toEqual([400, -32600])
    calls.release()
    let last = await events.next()
    while (last !== undefined && last.message?.result === undefined) last = await events.next()
    expect(last?.message).toMatchObject({ id: body.id, result: { content: [{ text: 'released' }] } })
    await events.next()
    // Once it is answered, the id is only the business of the client.
    expect((await send({ token: narrow, body: { ...same, method: 'tools/list' }, headers })).status).toBe(200)
  })
})
