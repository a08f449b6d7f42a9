import { makeRevocationWorld, told } from '@aauth-guard/fixtures/revoking'
import { now } from '@aauth-guard/fixtures/world'
import { expect, it } from 'vitest'
import { revocationsWith } from '../../stores/revocations-with.ts'

it.each([
  ['a minute ago is recorded, because another process may have a slower clock', now - 60, ['x']],
  ['a second earlier is not recorded', now - 61, []],
])('the revocation of a token that expired %s [REV-10, R11-249]', async (_, exp, recorded) => {
  const added: string[] = []
  const revocations = revocationsWith({
    add({ jti }) {
      added.push(jti)
      return 'recorded'
    },
  })
  const world = await makeRevocationWorld({ stores: { revocations } })
  expect([told(await world.post({ jti: 'x', exp })), added]).toEqual([[200, undefined, undefined], recorded])
})
