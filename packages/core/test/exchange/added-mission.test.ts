import { verifyExchange, verifyResourceToken } from '@aauth-guard/core/exchange'
import { s256 as mission } from '@aauth-guard/fixtures/missions'
import type { Grant } from '@aauth-guard/testing'
import { expect, it } from 'vitest'
import { makeScene, verdict } from './scene.ts'

const without = {
  resourceToken: { mission_s256: undefined },
  olderResourceToken: { mission: undefined },
} as const

it.each<readonly [string, keyof typeof without, Grant]>([
  ['draft 11', 'resourceToken', { tenant: 'corp' }],
  ['drafts 01 to 10', 'olderResourceToken', { generation: 'mission-header' }],
])('an auth token under a mission that was not requested is refused, %s', async (_, which, grant) => {
  const { agent, issuers, atPersonServer, ...scene } = await makeScene()
  const presentedToken = await agent.personToken({ claims: { jti: 'presented' }, tenant: 'corp' })
  const asked = await verifyResourceToken(
    await scene[which]({ claims: without[which] }),
    atPersonServer({ presentedToken }),
  )
  const granting = async (more: Grant): Promise<string> => {
    const authToken = await agent.authToken({ scope: 'notes.read', ...grant, ...more })
    return verdict(verifyExchange({ resourceToken: asked, authToken, issuers }))
  }
  expect([await granting({}), await granting({ mission })]).toEqual(['accepted', 'mission_changed'])
})
