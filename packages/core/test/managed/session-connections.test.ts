import { type Auth, lifetimeOf, type RecordStore, type Resource } from '@aauth-guard/core'
import { narrowConsent } from '@aauth-guard/core/managed'
import { now } from '@aauth-guard/fixtures/world'
import { describe, expect, it, vi } from 'vitest'
import { type ManagedState, managedStateOf } from '../../src/managed/managed-state.ts'
import { RecordMemory } from '../../src/stores/record-memory.ts'
import { useFakeTimeouts } from '../limits/fake-timeouts.ts'
import { endOf, nextEnd } from '../verify/lifetime/ended.ts'
import { makeSessions, open, type SessionScene } from './session-scene.ts'

useFakeTimeouts()

/** Advances the clock of the resource together with the timers. */
function pass({ net }: Pick<SessionScene, 'net'>, seconds: number): Promise<unknown> {
  net.clock.advance(seconds)
  return vi.advanceTimersByTimeAsync(seconds * 1000)
}

const watchesOf = (resource: Resource): ManagedState['watches'] => managedStateOf(resource).watches

/** A connection that was opened with a session. */
async function connect(options: Parameters<typeof makeSessions>[0] = {}, lasts = 600) {
  const scene = await makeSessions(options)
  const { id, value } = await scene.consented(
    undefined,
    {},
    { scope: ['notes.read', 'notes.write'], lifetime: lasts },
  )
  const auth = await scene.use(value)
  const lifetime = lifetimeOf(auth)
  await watchesOf(scene.resource).checkAll()
  expect(endOf(lifetime)).toBe('open')
  return { ...scene, id, value, auth, lifetime }
}

const watched = (resource: Resource): number => watchesOf(resource).size

describe('a connection that was opened with a session', () => {
  it.each<[string, (id: string, auth: Auth) => object]>([
    ['the consent', (id) => ({ consent: id })],
    ['what a person agreed to', () => ({ person: 'alice' })],
  ])('ends when the operator ends %s [ACCESS-4, R11-197, REV-11]', async (_, select) => {
    const { resource, id, auth, lifetime } = await connect()
    await resource.managed.end(select(id, auth) as never)
    expect(endOf(lifetime)).toBe('access_denied')
    expect(watched(resource)).toBe(0)
  })

  it('ends when the consent loses a scope, and no sooner [ACCESS-4]', async () => {
    const { resource, id, lifetime } = await connect()
    await narrowConsent(resource, id, ['notes.read', 'notes.write'])
    expect(endOf(lifetime)).toBe('open')
    await narrowConsent(resource, id, 'notes.write')
    expect(endOf(lifetime)).toBe('access_denied')
    expect(watched(resource)).toBe(0)
  })

  it('ends at the end of the consent [ACCESS-4, R11-197]', async () => {
    const scene = await connect()
    await pass(scene, 599)
    expect(endOf(scene.lifetime)).toBe('open')
    await pass(scene, 1)
    expect(endOf(scene.lifetime)).toBe('access_denied')
  })

  it('ends with the token that the consent was given for, beside a newer one [ACCESS-4, R11-284]', async () => {
    const scene = await makeSessions()
    const first = await scene.use(undefined, { requirement: open })
    const { value } = await scene.consented()
    const newer = lifetimeOf(await scene.use(value, { token: await scene.agent.agentToken() }))
    await watchesOf(scene.resource).checkAll()
    expect(endOf(newer)).toBe('open')
    await scene.resource.revoke(first)
    expect(endOf(newer)).toBe('access_denied')
  })

  it('ends within a second when another process ends the consent [ACCESS-4]', async () => {
    const memory = new RecordMemory(() => now)
    const scene = await connect({ stores: { records: memory } })
    await scene.another().managed.end({ person: 'alice' })
    expect(endOf(scene.lifetime)).toBe('open')
    const end = nextEnd(scene.lifetime)
    await pass(scene, 1)
    expect(await end).toBe('access_denied')
    expect([watched(scene.resource), vi.getTimerCount()]).toEqual([0, 0])
  })

  it('outlasts a store that fails for less than maxStale, and no longer', async () => {
    const memory = new RecordMemory(() => now)
    let fails = false
    const records: RecordStore = {
      durable: true,
      create: (entry) => memory.create(entry),
      find(of) {
        if (fails) throw new Error('the store is away')
        return memory.find(of)
      },
      replace: (change) => memory.replace(change),
      end: (end) => memory.end(end),
      list: (page) => memory.list(page),
    }
    const scene = await connect({ stores: { records } }, 3600)
    const later = async (seconds: number): Promise<string> => {
      scene.net.clock.advance(seconds)
      await watchesOf(scene.resource).checkAll()
      return endOf(scene.lifetime)
    }
    fails = true
    expect([await later(1), await later(298)]).toEqual(['open', 'open'])
    fails = false
    expect(await later(1)).toBe('open')
    fails = true
    expect([await later(299), await later(1)]).toEqual(['open', 'server_error'])
  })

  it('is not watched any more once it is closed, or its token has ended', async () => {
    const { resource, lifetime, auth, value, use } = await connect()
    const second = lifetimeOf(await use(value))
    expect(watched(resource)).toBe(1)
    lifetime[Symbol.dispose]()
    expect(watched(resource)).toBe(1)
    await resource.revoke(auth)
    expect([endOf(lifetime), endOf(second)]).toEqual(['open', 'revoked_jwt'])
    expect([watched(resource), vi.getTimerCount()]).toEqual([0, 0])
  })

  it('ends with the resource, and leaves no timer', async () => {
    const scene = await connect({ stores: { records: new RecordMemory(() => now) } })
    await scene.resource.close()
    expect(endOf(scene.lifetime)).toBe('server_error')
    expect([watched(scene.resource), vi.getTimerCount()]).toEqual([0, 0])
    expect(endOf(lifetimeOf(scene.auth))).toBe('server_error')
    expect(watched(scene.resource)).toBe(0)
  })

  it('shares its consent with others: all end, and one that another person agreed to stays', async () => {
    const { resource, use, value, consented, net, lifetime } = await connect()
    const second = lifetimeOf(await use(value))
    const other = await net.agent({ name: 'other' })
    const token = await other.agentToken()
    const bobs = await consented(token, { agent: other }, { person: 'bob' })
    const third = lifetimeOf(await use(bobs.value, { agent: other, token }))
    await resource.managed.end({ person: 'alice' })
    expect([lifetime, second, third].map(endOf)).toEqual(['access_denied', 'access_denied', 'open'])
  })
})

it('a connection that was opened without a session does not depend on a consent', async () => {
  const scene = await makeSessions()
  await scene.consented()
  const lifetime = lifetimeOf(await scene.use(undefined, { requirement: open }))
  await scene.resource.managed.end({ person: 'alice' })
  expect([endOf(lifetime), watched(scene.resource)]).toEqual(['open', 0])
})
