import { managedAccess, readConsentData, refreshConsentData } from '@aauth-guard/core/managed'
import { describe, expect, it } from 'vitest'
import { gate } from '../missions/watched.ts'
import { makeSharedStores } from '../stores/shared-stores.ts'
import { makeSessions, open, sealingKeys } from './session-scene.ts'

const data = JSON.stringify({ access: 'secret-1', refresh: 'secret-2' })

async function makeScene() {
  const scene = await makeSessions({
    stores: makeSharedStores().stores,
    managed: managedAccess({ sealingKeys }),
  })
  const { id, value } = await scene.consented(undefined, {}, { data })
  const auth = await scene.use(value)
  const another = scene.another()
  return { ...scene, id, value, auth, another, elsewhere: await scene.use(value, { resource: another }) }
}

describe('the data of a consent', () => {
  it('is read with the session, and is neither in the value nor in the identity', async () => {
    const { resource, auth, value, use } = await makeScene()
    expect(await readConsentData(resource, auth)).toEqual({ data, version: 0 })
    expect(JSON.stringify(auth)).not.toContain('secret')
    expect(Buffer.from(value, 'base64url').toString('latin1')).not.toContain('secret')
    const plain = await use(undefined, { requirement: open })
    await expect(readConsentData(resource, plain)).rejects.toThrow(/does not come from a session/)
  })

  it('is refused once the consent was ended', async () => {
    const { resource, auth, id } = await makeScene()
    await resource.managed.end({ consent: id })
    await expect(readConsentData(resource, auth)).rejects.toMatchObject({ code: 'access_denied' })
    const refresh = (): string => expect.fail('refreshed')
    const seen = { data, version: 0 }
    await expect(refreshConsentData(resource, auth, seen, refresh)).rejects.toMatchObject({
      code: 'access_denied',
    })
  })

  it('is refreshed once by two processes that refresh at the same time', async () => {
    const { resource, another, auth, elsewhere } = await makeScene()
    const seen = (await readConsentData(resource, auth)) as { data: string; version: number }
    const began = gate<void>()
    const answered = gate<void>()
    let runs = 0
    const refresh = async (): Promise<string> => {
      runs += 1
      began.open()
      await answered.promise
      return `fresh ${runs}`
    }
    const first = refreshConsentData(resource, auth, seen, refresh)
    await began.promise
    const second = refreshConsentData(another, elsewhere, seen, refresh)
    answered.open()
    expect(await Promise.all([first, second])).toEqual([
      { data: 'fresh 1', version: 1 },
      { data: 'fresh 1', version: 1 },
    ])
    expect(await refreshConsentData(another, elsewhere, seen, refresh)).toEqual({
      data: 'fresh 1',
      version: 1,
    })
    expect(runs).toBe(1)
  })

  it('can be refreshed by another request after a refresh that failed', async () => {
    const { resource, auth } = await makeScene()
    const seen = { data, version: 0 }
    const fault = new Error('the server of the tokens is down')
    await expect(refreshConsentData(resource, auth, seen, () => Promise.reject(fault))).rejects.toBe(fault)
    await expect(refreshConsentData(resource, auth, seen, () => 'x'.repeat(65_537))).rejects.toThrow(
      /more than 65536 octets/,
    )
    expect(await refreshConsentData(resource, auth, seen, () => 'fresh')).toEqual({
      data: 'fresh',
      version: 1,
    })
  })

  it('is refreshed by another process when the first one has not answered for 30 seconds', async () => {
    const { resource, auth, net, use, value } = await makeSessions({}).then(async (scene) => {
      const given = await scene.consented(undefined, {}, { data })
      return { ...scene, ...given, auth: await scene.use(given.value) }
    })
    const seen = { data, version: 0 }
    const began = gate<void>()
    const never = gate<string>()
    const lost = refreshConsentData(resource, auth, seen, () => {
      began.open()
      return never.promise
    })
    await began.promise
    net.clock.advance(30)
    expect(await refreshConsentData(resource, await use(value), seen, () => 'second')).toEqual({
      data: 'second',
      version: 1,
    })
    // What the first one got comes too late, and does not replace it.
    never.open('first')
    await expect(lost).rejects.toMatchObject({ code: 'server_error' })
    expect(await readConsentData(resource, auth)).toEqual({ data: 'second', version: 1 })
  })

  it('stays when the value of the session is replaced', async () => {
    const { resource, net, consented, use, renewed, agent } = await makeSessions()
    const { value } = await consented(await agent.agentToken({ lifetime: 1800 }), {}, { data })
    const token = await agent.agentToken({ lifetime: 7200 })
    const next = renewed(await use(value, { token })) as string
    net.clock.advance(1)
    expect(await readConsentData(resource, await use(next, { token }))).toEqual({ data, version: 0 })
  })
})
