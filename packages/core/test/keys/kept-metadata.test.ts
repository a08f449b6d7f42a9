import { describe, expect, it } from 'vitest'
import { keptMetadata } from '../../src/keys/kept-metadata.ts'
import { stateOf } from '../../src/resource/state-of.ts'
import { makeAnsweredWorld, personMetadata } from './issuer-answers.ts'

const issuer = 'https://ps.example'

describe('of the metadata of an issuer', () => {
  it('strings, numbers, literals and lists of strings are kept, in their order', () => {
    const document = { issuer, n: 1, on: true, off: null, list: ['a', 'b'], none: [] }
    expect(Object.entries(keptMetadata(document))).toEqual(Object.entries(document))
  })

  it('objects and lists of anything else are not', () => {
    expect({ ...keptMetadata({ issuer, o: {}, l: [{}], m: ['a', 1], e: [[]] }) }).toEqual({ issuer })
  })

  it('no more than 64 members are kept', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`m${index}`, index]))
    expect(Object.keys(keptMetadata(many))).toEqual(Object.keys(many).slice(0, 64))
  })

  it('no more than 8192 characters are kept, counting the elements of lists', () => {
    expect(Object.keys(keptMetadata({ long: 'l'.repeat(8189), short: 's' }))).toEqual(['short'])
    expect(Object.keys(keptMetadata({ long: 'l'.repeat(8188) }))).toEqual(['long'])
    expect(Object.keys(keptMetadata({ list: Array(1100).fill('') }))).toEqual([])
  })

  it('members that this library reads are kept first, however many stand before them', () => {
    const filler = Object.fromEntries(
      Array.from({ length: 64 }, (_, index) => [`m${index}`, 'm'.repeat(120)]),
    )
    const wanted = { token_endpoint: `${issuer}/token`, mission_control_actions_supported: ['status'] }
    expect(keptMetadata({ ...filler, ...wanted })).toMatchObject(wanted)
  })

  it('only its keys are kept beside it', async () => {
    const world = await makeAnsweredWorld()
    world.answer(personMetadata, async (init) => {
      const published = (await (await world.net.fetch(personMetadata, init)).json()) as object
      return Response.json({ ...published, note: 'kept', padding: [{}, {}] })
    })
    const source = { iss: issuer, dwk: 'aauth-person.json', named: false } as const
    const kept = await stateOf(world.resource).keys.metadata(source)
    expect([kept.note, 'padding' in kept]).toEqual(['kept', false])
  })

  it('no member is found that was not sent [G24]', () => {
    const kept = keptMetadata(JSON.parse('{"__proto__":"x","a":1}'))
    expect([Object.getPrototypeOf(kept), Object.keys(kept), kept.token_endpoint]).toEqual([
      null,
      ['__proto__', 'a'],
      undefined,
    ])
  })
})
