import { AAuthError, type DecisionEvent, type ResourceEvent } from '@aauth-guard/core'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it, vi } from 'vitest'
import { collectUnhandled } from '../unhandled-rejections.ts'

describe('listen', () => {
  it('adds listeners to those of the options, until the returned function is called', async () => {
    const heard: string[] = []
    const { agent, call, resource } = await makeWorld({
      replay: 'off',
      onDecision: () => heard.push('option'),
    })
    const token = await agent.authToken({ scope: 'access' })
    const remove = resource.listen({ onDecision: () => heard.push('first') })
    resource.listen({ onDecision: () => heard.push('second') })
    await call(token)
    remove()
    remove()
    await call(token)
    expect(heard).toEqual(['option', 'first', 'second', 'option', 'second'])
  })

  it('tells every listener of one and the same event', async () => {
    const events: DecisionEvent[] = []
    const { agent, call, resource } = await makeWorld()
    for (let n = 0; n < 3; n++) resource.listen({ onDecision: (event) => events.push(event) })
    await call(await agent.authToken({ scope: 'access' }))
    expect(events.length).toBe(3)
    expect(new Set(events).size).toBe(1)
  })

  it('tells the others if a listener throws or rejects, and warns once', async () => {
    const unhandled = collectUnhandled()
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const heard: DecisionEvent[] = []
    const { agent, call, resource } = await makeWorld({ replay: 'off' })
    resource.listen({
      onDecision: () => {
        throw new Error('first')
      },
    })
    resource.listen({ onDecision: async () => Promise.reject(new Error('second')) })
    resource.listen({ onDecision: (event) => heard.push(event) })
    const token = await agent.authToken({ scope: 'access' })
    for (let n = 0; n < 3; n++) await call(token)
    await new Promise((resolve) => setImmediate(resolve))
    expect(heard.length).toBe(3)
    expect(warn.mock.calls.filter(([text]) => String(text).includes('"onDecision" failed')).length).toBe(2)
    expect(unhandled).toEqual([])
  })

  it('can be called by a listener while it is told of an event', async () => {
    const heard: string[] = []
    const { agent, call, resource } = await makeWorld({ replay: 'off' })
    const remove = resource.listen({
      onDecision: () => {
        remove()
        heard.push('once')
        resource.listen({ onDecision: () => heard.push('later') })
      },
    })
    const token = await agent.authToken({ scope: 'access' })
    await call(token)
    await call(token)
    expect(heard).toEqual(['once', 'later'])
  })

  it.each([
    ['a member that is unknown', { onChallenge: () => undefined }, 'onChallenge'],
    ['a member that is not a function', { onEvent: 'console' }, 'onEvent'],
  ])('throws a TypeError that names %s', async (_, listeners, name) => {
    const { resource } = await makeWorld()
    expect(() => resource.listen(listeners as never)).toThrow(TypeError)
    expect(() => resource.listen(listeners as never)).toThrow(name)
  })
})

describe('recorders', () => {
  it('are all awaited before a request is accepted', async () => {
    const done: string[] = []
    const record = (name: string) => async () => {
      await new Promise((resolve) => setImmediate(resolve))
      done.push(name)
    }
    const { agent, call, resource } = await makeWorld({ recorder: record('option') })
    resource.listen({ recorder: record('added') })
    await call(await agent.authToken({ scope: 'access' }))
    expect(done.toSorted()).toEqual(['added', 'option'])
  })

  it.each(['throws', 'rejects'])('refuse with 503 if any of them %s', async (how) => {
    const events: DecisionEvent[] = []
    const { agent, refusal, resource } = await makeWorld({ recorder: () => undefined })
    resource.listen({
      onDecision: (event) => events.push(event),
      recorder: () => {
        if (how === 'throws') throw new Error('the disk is full')
        return Promise.reject(new Error('the disk is full'))
      },
    })
    const refused = await refusal(await agent.authToken({ scope: 'access' }))
    expect(refused.code).toBe('server_error')
    expect(refused.hint).toContain('the disk is full')
    expect(events.map(({ outcome }) => outcome)).toEqual(['failed'])
  })

  it('refuse with 503, whatever they throw', async () => {
    const recorder = () => {
      throw new AAuthError('access_denied')
    }
    const { agent, refusal } = await makeWorld({ recorder })
    const { code, status } = await refusal(await agent.authToken({ scope: 'access' }))
    expect([code, status]).toEqual(['server_error', 503])
  })

  it('are not called for refusals', async () => {
    const recorder = vi.fn()
    const { agent, refusal } = await makeWorld({ recorder })
    await refusal(await agent.authToken({ scope: 'access' }), { mistake: 'stale' })
    expect(recorder).not.toHaveBeenCalled()
  })

  it('that are removed no longer decide', async () => {
    const { agent, call, resource } = await makeWorld()
    const remove = resource.listen({
      recorder: () => {
        throw new Error('the disk is full')
      },
    })
    remove()
    await expect(call(await agent.authToken({ scope: 'access' }))).resolves.toBeDefined()
  })
})

it('a listener that is added later is told of the failures of stores', async () => {
  const events: ResourceEvent[] = []
  const find = () => {
    throw new Error('down')
  }
  const stores = { tombstones: { find, add: () => 'recorded' as const } }
  const { agent, net, call, resource } = await makeWorld({ stores, replay: 'off' })
  const mission = await net.personServer.missions.begin(agent, { description: 'Sort notes' })
  const token = await agent.authToken({ scope: 'access', mission: mission.s256 })
  const remove = resource.listen({ onEvent: (event) => events.push(event) })
  await call(token).catch(() => undefined)
  const heard = events.filter(({ type }) => type === 'aauth.store_failed.v1').length
  remove()
  await call(token).catch(() => undefined)
  expect([heard, events.filter(({ type }) => type === 'aauth.store_failed.v1').length]).toEqual([1, 1])
})
