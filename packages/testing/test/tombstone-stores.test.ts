import { createResource } from '@aauth-guard/core'
import { mission } from '@aauth-guard/fixtures/missions'
import { createTestNetwork, tombstoneStoreChecks } from '@aauth-guard/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { removeTombstoneFiles, TombstoneFile } from './tombstone-file.ts'

afterAll(removeTombstoneFiles)

const reopen = (store: unknown): TombstoneFile => (store as TombstoneFile).reopened()

describe('a store of tombstones in a file, shared by processes and read again after a restart', () => {
  const checks = tombstoneStoreChecks(({ maxPerServer }) => new TombstoneFile(maxPerServer), {
    peer: reopen,
    reopen,
  })
  it.each(checks)('$name', ({ run }) => run())
})

describe('a store of tombstones without bounds', () => {
  const checks = tombstoneStoreChecks(() => new TombstoneFile(Number.POSITIVE_INFINITY), {
    reopen,
    bounded: false,
  })
  it.each(checks)('$name', ({ run }) => run())
})

describe('the list of checks', () => {
  const named = (options?: Parameters<typeof tombstoneStoreChecks>[1]): string[] =>
    tombstoneStoreChecks(() => new TombstoneFile(4), options).map(({ name }) => name)

  it('asks for a restart only when the store can be opened again', () => {
    const added = named({ reopen }).filter((name) => !named().includes(name))
    expect(added).toEqual([
      'finds after a restart what was recorded before',
      'keeps the first tombstone of a mission over a restart',
      'answers after a restart for a person server whose share was used up before',
      'keeps over a restart that a person server was cleared',
    ])
  })

  it('asks for no limit of a store without one', () => {
    const without = named({ reopen, bounded: false })
    expect(named({ reopen }).filter((name) => !without.includes(name))).toEqual([
      'answers for every mission of a person server whose share is used up',
      'forgets nothing of a person server whose share is used up',
      'leaves its share to a person server when another has used up its own',
      'takes a repetition when the share is used up',
      'counts a repetition once',
      'holds the bound when much is recorded at the same time',
      'forgets that a termination was refused when it is told to',
      'keeps the tombstones of a person server that is cleared',
      'clears one person server, and no other',
      'refuses after clearing what there is still no space for',
      'answers after a restart for a person server whose share was used up before',
      'keeps over a restart that a person server was cleared',
    ])
  })

  it('has every name once', () => {
    const names = named({ reopen })
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('a resource with a store in a file', () => {
  it('refuses after a restart what was terminated before [MISS-9, L06]', async () => {
    const net = await createTestNetwork()
    const file = new TombstoneFile(10)
    const start = (tombstones: TombstoneFile) =>
      createResource({ issuer: net.resource, trust: 'any', fetch: net.fetch, stores: { tombstones } })
    await start(file).missions.terminate(mission, 'revoked')
    expect(await start(file.reopened()).missions.status(mission)).toEqual({
      status: 'terminated',
      reason: 'revoked',
    })
  })
})
