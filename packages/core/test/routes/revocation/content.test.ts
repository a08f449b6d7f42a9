import { makeRevocationWorld, told } from '@aauth-guard/fixtures/revoking'
import { now } from '@aauth-guard/fixtures/world'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../../scripts/property-runs.ts'
import { revocationsWith } from '../../stores/revocations-with.ts'

const exp = now + 100
const toText = (value: unknown): string => JSON.stringify(value)

describe('the content of a revocation', () => {
  it.each([
    ['is not JSON', '{"jti":'],
    ['is empty', ''],
    ['is an array', '[{"jti":"x"}]'],
    ['is null', 'null'],
    ['has no jti', `{"exp":${exp}}`],
    ['has an empty jti', `{"jti":"","exp":${exp}}`],
    ['has an object for a jti', `{"jti":{"a":1},"exp":${exp}}`],
    ['has a number for a jti', `{"jti":7,"exp":${exp}}`],
    ['has a jti of 257 characters', `{"jti":"${'x'.repeat(257)}","exp":${exp}}`],
    ['has a string for exp', `{"jti":"x","exp":"${exp}"}`],
    ['has a fraction for exp', `{"jti":"x","exp":${exp}.5}`],
    ['has a negative exp', '{"jti":"x","exp":-1}'],
    ['has null for exp', '{"jti":"x","exp":null}'],
    ['has exp in the year 9999', '{"jti":"x","exp":253402300799}'],
    ['has exp beyond every integer', '{"jti":"x","exp":1e400}'],
    ['repeats jti', `{"jti":"a","jti":"b","exp":${exp}}`],
    ['repeats jti behind an escape', `{"jti":"a","\\u006ati":"b","exp":${exp}}`],
    ['repeats exp', `{"jti":"a","exp":${exp},"exp":${exp}}`],
  ])('is refused with 400 when it %s [REV-3, R11-243, K08, K09]', async (_, content) => {
    const world = await makeRevocationWorld()
    expect(told(await world.post(content))).toEqual([400, 'invalid_request', undefined])
  })

  it.each([
    ['is 24 hours and a minute away', 86_460, 200],
    ['is a second further', 86_461, 400],
  ])(
    'is accepted up to the longest life of a token, with an exp that %s [REV-8, R11-250, K08]',
    async (_, away, status) => {
      const world = await makeRevocationWorld()
      expect((await world.post({ jti: 'x', exp: now + away })).status).toBe(status)
    },
  )

  it('may have a jti of 256 characters and unknown members', async () => {
    const world = await makeRevocationWorld()
    expect((await world.post({ jti: 'x'.repeat(256), exp, reason: 'lost' })).status).toBe(200)
  })

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonx',
    'application/problem+json',
  ])('is refused with 400 as %s [REV-2, K14]', async (type) => {
    const world = await makeRevocationWorld()
    const answer = await world.post({ jti: 'x', exp }, { request: { headers: { 'content-type': type } } })
    expect(told(answer)).toEqual([400, 'invalid_request', undefined])
  })

  it.each(['application/json; charset=utf-8', 'Application/JSON', 'application/json ;charset=utf-8'])(
    'is accepted as %s',
    async (type) => {
      const world = await makeRevocationWorld()
      const headers = { 'content-type': type }
      expect((await world.post({ jti: 'x', exp }, { request: { headers } })).status).toBe(200)
    },
  )

  it('is refused with 400 when it is anything else, and never breaks the endpoint [REV-3, R11-243, K08]', async () => {
    const world = await makeRevocationWorld({ generations: ['person-token'] })
    const member = fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.constant(undefined))
    const wrongExp = member.filter((value) => !Number.isSafeInteger(value))
    const anything = fc.oneof(fc.json(), fc.string(), fc.record({ jti: member, exp: wrongExp }).map(toText))
    await fc.assert(
      fc.asyncProperty(anything, async (content) => {
        expect((await world.post(content)).status).toBe(400)
      }),
      runs(200),
    )
  })

  it('records nothing when it is refused', async () => {
    let added = 0
    const add = () => {
      added += 1
      return 'recorded' as const
    }
    const world = await makeRevocationWorld({ stores: { revocations: revocationsWith({ add }) } })
    await world.post('{"jti":"a","jti":"b"}')
    expect(added).toBe(0)
  })
})
