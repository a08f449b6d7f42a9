import { spawnSync } from 'node:child_process'
import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel'
import { authorize, createResource } from '@aauth-guard/core'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { afterEach, describe, expect, it } from 'vitest'

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

function hear(name: string): unknown[] {
  const messages: unknown[] = []
  const note = (message: unknown): void => void messages.push(message)
  subscribe(name, note)
  cleanups.push(() => unsubscribe(name, note))
  return messages
}

describe('the channel aauth-guard:decision', () => {
  it('is told of decisions of every resource, as onDecision is', async () => {
    const messages = hear('aauth-guard:decision')
    const heard: unknown[] = []
    const { agent, call, refusal } = await makeWorld({
      replay: 'off',
      onDecision: (event) => heard.push(event),
    })
    const other = await makeWorld()
    await call(await agent.authToken({ scope: 'access' }))
    await refusal(await agent.authToken({ scope: 'access' }), { mistake: 'stale' })
    await other.call(await other.agent.authToken({ scope: 'access' }))
    expect(messages.slice(0, 2)).toEqual(heard)
    expect(messages).toMatchObject([{ outcome: 'accepted' }, { outcome: 'refused' }, { outcome: 'accepted' }])
  })

  it('is told without any listener of the resource', async () => {
    const messages = hear('aauth-guard:decision')
    const { agent, net } = await makeWorld()
    const resource = createResource({
      issuer: net.resource,
      trust: 'any',
      fetch: net.fetch,
      now: net.clock.now,
    })
    const token = await agent.authToken({ scope: 'access' })
    const message = await agent.sign('https://notes.example/notes', {}, { token })
    await authorize(resource, toSignedRequest(message))
    expect(messages.length).toBe(1)
  })

  it('ends the process if a subscriber throws, as the page on observing says', () => {
    const program = `
      import { subscribe } from 'node:diagnostics_channel'
      import { makeWorld } from '@aauth-guard/fixtures/world'
      subscribe('aauth-guard:decision', () => { throw new Error('of a subscriber') })
      const { agent, call } = await makeWorld()
      const auth = await call(await agent.authToken({ scope: 'access' }))
      console.log('accepted', auth.type)
      setTimeout(() => console.log('still here'), 1000)
    `
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
      cwd: import.meta.dirname,
    })
    expect([status, stdout.trim()]).toEqual([1, 'accepted auth-token'])
    expect(stderr).toContain('of a subscriber')
  })
})

describe('the tracing channel aauth-guard:authorize', () => {
  it('spans a decision, with the caller as its result', async () => {
    const told: [string, unknown][] = []
    const channel = tracingChannel('aauth-guard:authorize')
    const handlers = {
      start: (context: unknown) => told.push(['start', { ...(context as object) }]),
      end: () => undefined,
      asyncStart: () => undefined,
      asyncEnd: (context: unknown) => told.push(['asyncEnd', (context as { result?: unknown }).result]),
      error: (context: unknown) => told.push(['error', (context as { error?: unknown }).error]),
    }
    channel.subscribe(handlers as never)
    cleanups.push(() => channel.unsubscribe(handlers as never))
    const { agent, call, refusal } = await makeWorld()
    const auth = await call(await agent.authToken({ scope: 'access' }), {
      requirement: { name: 'notes.read' },
    })
    const refused = await refusal(await agent.authToken({ scope: 'access' }), { mistake: 'stale' })
    expect(told).toEqual([
      ['start', { issuer: 'https://notes.example', requirement: 'notes.read', method: 'GET' }],
      ['asyncEnd', auth],
      ['start', { issuer: 'https://notes.example', requirement: undefined, method: 'GET' }],
      ['error', refused],
      ['asyncEnd', undefined],
    ])
  })
})
