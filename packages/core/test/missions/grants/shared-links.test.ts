import { callAs } from '@aauth-guard/fixtures/issued'
import { claimsOf } from '@aauth-guard/fixtures/revoking'
import { listed } from '@aauth-guard/fixtures/world'
import type { Agent } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { makeProcesses } from '../processes.ts'
import { granted, verdict, type WatchedWorld } from '../watched.ts'

const other = 'https://other-agent.example'
/** The route of another agent provider than the one that vouches for the key. */
const requirement = { class: { provider: 'https://agent.example' }, classPolicy: 'mission-only' } as const
const linked = '403 class_mismatch'

/** Two processes, and a runtime of the other provider. */
async function makeScene() {
  const fleet = await makeProcesses(2, {
    watching: { linkedKeys: 60 },
    options: () => ({ trust: listed }),
  })
  const [here, there] = fleet.processes as [WatchedWorld, WatchedWorld]
  const provider = await here.net.issuer('agent-provider', other)
  const runtime: Agent = await here.net.agent({ name: 'second', provider })
  const token = await runtime.authToken(granted())
  const agentToken = await runtime.agentToken()
  return {
    ...fleet,
    here,
    there,
    runtime,
    agentToken,
    /** The outcome of a request with an agent token, which links the key. */
    link: (world: WatchedWorld, shown = agentToken) =>
      verdict(callAs(world, runtime, shown, { accept: 'agent-token' })),
    /** The outcome of a request on the route, which is refused if the key is linked. */
    call: (world: WatchedWorld) => verdict(callAs(world, runtime, token, requirement)),
    added: () => fleet.shared.sent().filter((name) => name === 'links.add').length,
  }
}

describe('a key that one process has linked to its agent provider', () => {
  it('is linked in every process [CLASS-3]', async () => {
    const { here, there, link, call } = await makeScene()
    expect(await call(there)).toBe('200')
    expect(await link(here)).toBe('200')
    expect(await call(there)).toBe(linked)
  })

  it('is no longer linked after linkedKeys [CLASS-2]', async () => {
    const { here, there, link, call, pass } = await makeScene()
    await link(here)
    pass(59)
    expect(await call(there)).toBe(linked)
    pass(1)
    expect(await call(there)).toBe('200')
  })

  it('is no longer linked once another process has revoked the agent token [CLASS-2]', async () => {
    const { here, there, link, call, agentToken } = await makeScene()
    await link(here)
    await here.resource.revoke(claimsOf(agentToken))
    expect(await call(there)).toBe('200')
  })

  it('is no longer linked once another process has purged the provider [CLASS-2]', async () => {
    const { here, there, link, call } = await makeScene()
    await link(here)
    await here.resource.purgeIssuer(other)
    expect(await call(there)).toBe('200')
  })

  it('is linked again by an agent token from after the purge [CLASS-3]', async () => {
    const { here, there, runtime, link, call, pass } = await makeScene()
    await link(here)
    await here.resource.purgeIssuer(other)
    pass(1)
    expect(await link(there, await runtime.agentToken())).toBe('200')
    expect(await call(here)).toBe(linked)
  })
})

describe('a link', () => {
  it('is recorded once per agent token and half of linkedKeys, and not at every request', async () => {
    const { here, link, pass, added } = await makeScene()
    for (let n = 0; n < 3; n++) await link(here)
    pass(29)
    await link(here)
    expect(added()).toBe(1)
    pass(1)
    for (let n = 0; n < 3; n++) await link(here)
    expect(added()).toBe(2)
  })

  it('is recorded anew for another agent token of the key', async () => {
    const { here, runtime, link, added } = await makeScene()
    await link(here)
    await link(here, await runtime.agentToken())
    expect(added()).toBe(2)
  })

  it('is recorded again after the store had failed', async () => {
    const { here, link, shared, added } = await makeScene()
    shared.fail(['links'], new Error('down'))
    expect(await link(here)).toBe('503 server_error 5')
    shared.fail(['links'], undefined)
    expect(await link(here)).toBe('200')
    expect(added()).toBe(2)
  })
})

describe('a store of links that fails', () => {
  it('leads to 503 for requests whose key may be linked', async () => {
    const { there, call, shared } = await makeScene()
    shared.fail(['links'], new Error('down'))
    expect(await call(there)).toBe('503 server_error 5')
  })

  it('does not affect a resource without linkedKeys', async () => {
    const { shared, processes } = await makeProcesses(1)
    shared.fail(['links'], new Error('down'))
    expect(await processes[0]?.post()).toBe('200')
  })
})
