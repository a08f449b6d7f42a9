import { makeWorld, now, type World } from '@aauth-guard/fixtures/world'
import { type SignedMessage, signDraft } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { outcome } from './outcome-with-lines.ts'

describe('a covered field', () => {
  const fields = (...values: string[]): (readonly [string, string])[] =>
    values.map((value) => ['x-tag', value])

  async function tagged(world: World, ...values: string[]): Promise<SignedMessage> {
    return signDraft({
      method: 'GET',
      authority: 'notes.example',
      target: '/notes',
      headers: fields(...values),
      label: 'sig',
      components: ['@method', '@authority', '@path', 'signature-key', 'x-tag'].map((name) => ({ name })),
      params: { created: now },
      scheme: 'jwt',
      schemeParams: { jwt: await world.agent.authToken({ scope: 'access' }) },
      key: world.agent.key,
    })
  }

  it.each([
    [['a, b'], 'auth-token'],
    [['  a', 'b\t'], 'auth-token'],
    [['b', 'a'], '401 invalid_signature'],
    [['a'], '401 invalid_signature'],
    [['a', 'b', 'c'], '401 invalid_signature'],
    [['a  b'], '401 invalid_signature'],
    [[], '401 invalid_signature'],
  ])('has all its lines in order, trimmed: %j is %s [R11-102, A07, A17]', async (values, expected) => {
    const world = await makeWorld()
    expect(await outcome(world, await tagged(world, 'a', 'b'), { 'x-tag': values })).toBe(expected)
  })

  it.each(['a\r\n"@method": POST', 'a\nb', 'a\0b', 'a\x7f', 'ä', '\x1b[31m'])(
    'of the value %j is refused, because its line could be a forged one [A09, A10]',
    async (value) => {
      const world = await makeWorld()
      expect(await outcome(world, await tagged(world, value))).toBe('401 invalid_signature')
    },
  )
})
