import { createResource, type RecordStore, type Stores, type Trust } from '@aauth-guard/core'
import { type ManagedOptions, managedAccess } from '@aauth-guard/core/managed'
import { listed, makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { managedStateOf } from '../../src/managed/managed-state.ts'
import { ownerId, ownerOf } from '../../src/managed/owner.ts'
import type { NewRecord } from '../../src/managed/records.ts'
import { RecordMemory } from '../../src/stores/record-memory.ts'
import { makeSharedStores } from '../stores/shared-stores.ts'
import { authFor, s256 } from './owners.ts'

const issuer = 'https://notes.example'
const approver = 'https://ps.example'
const key = Uint8Array.from({ length: 32 }, (_, i) => i * 5)
const sealingKeys = [{ kid: 'a', key }]
const octets = new TextEncoder().encode('in the clear')

/** A resource with a record for the caller of a token under a mission. */
async function makeScene(
  options: ManagedOptions = { sealingKeys },
  stores: Stores = {},
  trust: Trust = 'any',
) {
  const world = await makeWorld({ managed: managedAccess(options), stores, trust })
  const token = await world.agent.authToken({ scope: 'access', mission: s256 })
  const auth = await authFor(world, token)
  const { records } = managedStateOf(world.resource)
  const record: NewRecord = {
    kind: 'pending',
    id: 'A'.repeat(43),
    octets,
    open: true,
    owner: ownerOf(issuer, auth),
    source: auth,
    expires: world.net.clock.now() + 600,
    tags: [{ person: 'alice' }, { person: 'zo\u00e9' }, { consent: 'consent-1' }],
  }
  expect(await records.create(record)).toBe('created')
  const ended = async (): Promise<string | undefined> => (await records.find(record))?.ended
  return { ...world, auth, records, record, ended }
}

describe('what resource.managed.end() selects', () => {
  it.each<[string, (scene: Awaited<ReturnType<typeof makeScene>>) => Promise<object>]>([
    ['a consent', async () => ({ consent: 'consent-1' })],
    ['a person', async () => ({ person: 'alice' })],
    ['a person with a letter beyond ASCII', async () => ({ person: 'zo\u00e9' })],
    ['a mission', async () => ({ mission: { approver, s256 } })],
    ['an owner', async ({ record }) => ({ owner: await ownerId(record.owner) })],
  ])('is ended before it resolves: %s', async (_, select) => {
    const scene = await makeScene()
    expect(await scene.resource.managed.end((await select(scene)) as never)).toBe(1)
    expect(await scene.ended()).toBe('revoked')
    expect(await scene.resource.managed.end((await select(scene)) as never)).toBe(0)
  })

  it.each([
    { consent: 'alice' },
    { person: 'consent-1' },
    { person: 'Alice' },
    // The low octets of both letters are the same.
    { person: 'zo\u01e9' },
    { person: 'zoe\u0301' },
    { owner: 'alice' },
    { mission: { approver, s256: `${'2'.repeat(42)}A` } },
  ])('is nothing else: %j', async (selection) => {
    const { resource, ended } = await makeScene()
    expect(await resource.managed.end(selection as never)).toBe(0)
    expect(await ended()).toBeUndefined()
  })

  it.each([
    undefined,
    {},
    { person: undefined },
    { person: '' },
    { persons: 'alice' },
    { person: 'alice', consent: 'consent-1' },
    { source: { iss: approver, jti: 'one' } },
    { issuer: approver },
    { mission: { approver } },
  ])('is refused if it is %j', async (selection) => {
    const { resource, ended } = await makeScene()
    await expect(resource.managed.end(selection as never)).rejects.toThrow(TypeError)
    expect(await ended()).toBeUndefined()
  })

  it('is nothing of another resource that shares the store', async () => {
    const store = new RecordMemory(() => 1_790_000_000)
    const { ended } = await makeScene({ sealingKeys }, { records: store })
    const other = createResource({
      ...{ issuer: 'https://mail.example', trust: 'any', now: () => 1_790_000_000 },
      ...{ stores: { records: store }, managed: managedAccess({ sealingKeys }) },
    })
    expect(await other.managed.end({ person: 'alice' })).toBe(0)
    expect(await ended()).toBeUndefined()
  })

  it('cannot be ended without the option "managed"', async () => {
    const resource = createResource({ issuer, trust: 'any' })
    await expect(resource.managed.end({ person: 'alice' })).rejects.toThrow(
      '"managed" of createResource is missing',
    )
    expect(() => managedStateOf(resource)).toThrow('"managed" of createResource is missing')
  })
})

describe('what was made for a token', () => {
  it('ends with its revocation, before revoke() resolves', async () => {
    const { resource, auth, ended } = await makeScene()
    await resource.revoke({ iss: auth.iss, jti: 'another', exp: auth.exp })
    expect(await ended()).toBeUndefined()
    await resource.revoke(auth)
    expect(await ended()).toBe('revoked')
  })

  it('ends with its mission, before terminate() resolves', async () => {
    const { resource, ended } = await makeScene()
    await resource.missions.terminate({ approver: 'https://other-ps.example', s256 })
    expect(await ended()).toBeUndefined()
    await resource.missions.terminate({ approver, s256 })
    expect(await ended()).toBe('mission_terminated')
  })

  it('ends with a purge of its issuer, before purgeIssuer() resolves', async () => {
    const { resource, ended } = await makeScene()
    await resource.purgeIssuer('https://other-ps.example')
    expect(await ended()).toBeUndefined()
    await resource.purgeIssuer(approver)
    expect(await ended()).toBe('revoked')
  })

  it.each<[string, (scene: Awaited<ReturnType<typeof makeScene>>) => Promise<unknown>]>([
    ['revoke()', ({ resource, auth }) => resource.revoke(auth)],
    ['missions.terminate()', ({ resource }) => resource.missions.terminate({ approver, s256 })],
    ['purgeIssuer()', ({ resource }) => resource.purgeIssuer(approver)],
    ['managed.end()', ({ resource }) => resource.managed.end({ person: 'alice' })],
  ])('has not ended for sure when the store fails, and %s says so', async (_, call) => {
    const shared = makeSharedStores()
    const scene = await makeScene({ sealingKeys }, shared.stores)
    shared.fail(['records'], new Error('down'))
    await expect(call(scene)).rejects.toMatchObject({
      code: 'server_error',
      hint: /"stores.records" rejected/,
    })
  })
})

/** What a store of records answers, once it holds the record of a scene. */
async function makeAnswering(answers: Partial<Record<keyof RecordStore, unknown>>) {
  const { stores } = makeSharedStores()
  const scene = await makeScene({ sealingKeys }, stores)
  for (const [method, answer] of Object.entries(answers))
    Object.assign(stores.records, { [method]: () => answer })
  return scene
}

describe('a store of records that breaks its contract', () => {
  const found = { octets: new Uint8Array(1), open: true, version: '1', expires: 1 }

  it.each<[string, unknown]>([
    ['null', null],
    ['a text', 'found'],
    ['octets as a list', { ...found, octets: [1] }],
    ['no version', { ...found, version: '' }],
    ['a number as version', { ...found, version: 1 }],
    ['no `open`', { ...found, open: undefined }],
    ['no time', { ...found, expires: Number.NaN }],
    ['a flag as reason', { ...found, ended: true }],
  ])('is refused when find returns %s', async (_, answer) => {
    const { records, record } = await makeAnswering({ find: answer })
    await expect(records.find(record)).rejects.toMatchObject({ code: 'server_error' })
  })

  it.each(['replaced', 'full ', true, undefined])('is refused when create returns %j', async (answer) => {
    const { records, record } = await makeAnswering({ create: answer })
    await expect(records.create(record)).rejects.toMatchObject({ code: 'server_error' })
  })

  it.each(['created', 'claimed', true, undefined])('is refused when replace returns %j', async (answer) => {
    const { records, record } = await makeAnswering({ replace: answer })
    const { kind, id, expires } = record
    const change = { kind, id, version: '1', octets, open: false, expires }
    await expect(records.replace(change)).rejects.toMatchObject({ code: 'server_error' })
  })

  it.each([-1, 0.5, '1', true, undefined])('is refused when end returns %j', async (answer) => {
    const { records } = await makeAnswering({ end: answer })
    await expect(records.end({ person: 'alice' }, 'revoked')).rejects.toMatchObject({ code: 'server_error' })
  })
})

describe('records of managed access', () => {
  it('count for their issuer as listed where "trust" lists it, and reserve what sealing adds', async () => {
    for (const [trust, isListed] of [['any', false] as const, [listed, true] as const]) {
      const { stores } = makeSharedStores()
      const entries: Parameters<RecordStore['create']>[0][] = []
      const { create } = stores.records
      Object.assign(stores.records, {
        create(entry: Parameters<RecordStore['create']>[0]) {
          entries.push(entry)
          return create(entry)
        },
      })
      const { records, record } = await makeScene({ sealingKeys }, stores, trust)
      await records.create({ ...record, kind: 'held', octets: new Uint8Array(100), reserved: 100 })
      const [first, second] = entries
      expect([first?.listed, first?.issuer, first?.reserved]).toEqual([isListed, approver, undefined])
      expect(second?.reserved).toBeGreaterThanOrEqual(second?.octets.length ?? 0)
    }
  })

  it('are sealed on their way to the store, for their own key only', async () => {
    const kept = new Map<string, Parameters<RecordStore['create']>[0]>()
    const memory = new RecordMemory(() => 1_790_000_000)
    const store: RecordStore = {
      durable: true,
      create(entry) {
        kept.set(entry.id, entry)
        return memory.create(entry)
      },
      find: (of) => memory.find(of),
      replace: (change) => memory.replace(change),
      end: (end) => memory.end(end),
      list: (list) => memory.list(list),
    }
    const { records, record, auth } = await makeScene({ sealingKeys }, { records: store })
    const entry = kept.get(record.id)
    expect(new TextDecoder('latin1').decode(entry?.octets)).not.toContain('in the clear')
    // Names of persons, tokens and missions are there as digests.
    const seen = JSON.stringify(entry)
    for (const secret of ['alice', 'consent-1', auth.jti, s256, auth.thumbprint])
      expect(seen).not.toContain(secret)
    expect(new TextDecoder().decode((await records.find(record))?.octets)).toBe('in the clear')

    // Whoever can write to the store cannot exchange one record for another.
    const other = { kind: 'pending', id: 'B'.repeat(43) } as const
    memory.create({ ...(entry as NonNullable<typeof entry>), ...other })
    expect(await records.find(other)).toBeUndefined()
    memory.create({ ...(entry as NonNullable<typeof entry>), kind: 'held' })
    expect(await records.find({ ...record, kind: 'held' })).toBeUndefined()
  })

  it('are replaced and created together, sealed as well', async () => {
    const { records, record } = await makeScene()
    const { version = '' } = (await records.find(record)) ?? {}
    const { kind, id, expires } = record
    const change = {
      ...{ kind, id, version, octets: new Uint8Array(3), open: false, expires, tags: [{ person: 'bob' }] },
      creates: { ...record, kind: 'consent' as const },
    }
    expect(await records.replace(change)).toBe('replaced')
    expect(await records.replace(change)).toBe('conflict')
    expect([...((await records.find(record))?.octets ?? [])]).toEqual([0, 0, 0])
    expect((await records.find({ kind: 'consent', id }))?.octets).toEqual(octets)
    expect(await records.end({ person: 'bob' }, 'revoked')).toBe(1)
    expect(await records.end({ person: 'alice' }, 'revoked')).toBe(1)
  })

  it('are gone once the key was taken out that sealed them', async () => {
    const store = new RecordMemory(() => 1_790_000_000)
    const { records, record } = await makeScene({ sealingKeys }, { records: store })
    const next = { kid: 'b', key: Uint8Array.from({ length: 32 }, (_, i) => i * 3) }
    const managed = (keys: ManagedOptions['sealingKeys']) =>
      managedStateOf(
        createResource({
          ...{ issuer, trust: 'any', now: () => 1_790_000_000, stores: { records: store } },
          managed: managedAccess({ sealingKeys: keys ?? [] }),
        }),
      ).records
    expect(await records.find(record)).toBeDefined()
    expect(await managed([next, ...sealingKeys]).find(record)).toBeDefined()
    expect(await managed([next]).find(record)).toBeUndefined()
  })

  it('say whether the store is durable', async () => {
    expect((await makeScene()).records.durable).toBe(false)
    expect((await makeScene({ sealingKeys }, makeSharedStores().stores)).records.durable).toBe(true)
  })
})

describe('the option "managed"', () => {
  const make =
    (options: object, more: object = {}) =>
    () =>
      createResource({ issuer, trust: 'any', managed: managedAccess(options as ManagedOptions), ...more })
  const { stores } = makeSharedStores()

  it.each<[string, () => unknown, string]>([
    ['has another member', make({ sealingKey: key }), '"sealingKey" is not an option of managedAccess'],
    ['has no key in its list', make({ sealingKeys: [] }), '"sealingKeys" is a list of 0'],
    ['has no keys, and stores are shared', make({}, { stores }), '"sealingKeys" of managedAccess is missing'],
    [
      'has no keys, and one store of another kind is shared',
      make({}, { stores: { replays: stores.replays } }),
      '"sealingKeys" of managedAccess is missing, and "stores" is shared',
    ],
    [
      'has a store that does not say whether it is durable',
      make({ sealingKeys }, { stores: { records: { ...stores.records, durable: undefined } } }),
      '"stores.records.durable" is undefined: write true if',
    ],
    [
      'was not made by managedAccess()',
      () => createResource({ issuer, trust: 'any', managed: { sealingKeys } as never }),
      '"managed" is an object, which managedAccess() did not make',
    ],
  ])('is refused when it %s', (_, create, message) => {
    expect(create).toThrow(TypeError)
    expect(create).toThrow(message)
  })

  it('warns once of a resource without keys, and not with keys or in development', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    onTestFinished(() => warn.mockRestore())
    const warnings = () => warn.mock.calls.filter(([text]) => `${text}`.includes('"sealingKeys"'))
    make({ sealingKeys })()
    expect(warnings()).toHaveLength(0)
    make({})()
    expect(warnings()).toHaveLength(1)
  })

  it('draws no random values before something is sealed', () => {
    const random = vi.spyOn(crypto, 'getRandomValues')
    onTestFinished(() => random.mockRestore())
    make({})()
    make({ sealingKeys })()
    expect(random).not.toHaveBeenCalled()
  })
})
