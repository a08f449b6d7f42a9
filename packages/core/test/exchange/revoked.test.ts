import { verifyExchange, verifyResourceToken } from '@aauth-guard/core/exchange'
import { s256 as mission } from '@aauth-guard/fixtures/missions'
import { describe, expect, it } from 'vitest'
import { makeScene, type Scene, verdict } from './scene.ts'

const revoking = (jti: string): Promise<Scene> => makeScene({ isRevoked: (_, asked) => asked === jti })

describe('isRevoked', () => {
  it('refuses a resource token that was revoked', async () => {
    const { resourceToken, atPersonServer } = await revoking('rt-1')
    expect(await verdict(verifyResourceToken(await resourceToken(), atPersonServer()))).toBe(
      'revoked_resource_token',
    )
  })

  it('refuses a presented token that was revoked', async () => {
    const { resourceToken, atPersonServer } = await revoking('presented')
    expect(await verdict(verifyResourceToken(await resourceToken(), atPersonServer()))).toBe(
      'revoked_presented_token',
    )
  })

  it('refuses an auth token that was revoked', async () => {
    const { resourceToken, atPersonServer, agent, issuers } = await revoking('at-1')
    const asked = await verifyResourceToken(await resourceToken(), atPersonServer())
    const authToken = await agent.authToken({ claims: { jti: 'at-1' }, mission, tenant: 'corp' })
    expect(await verdict(verifyExchange({ resourceToken: asked, authToken, issuers }))).toBe(
      'revoked_auth_token',
    )
  })

  it('refuses when the check answers anything but false', async () => {
    const { resourceToken, atPersonServer } = await makeScene({ isRevoked: () => undefined as never })
    expect(await verdict(verifyResourceToken(await resourceToken(), atPersonServer()))).toBe(
      'revoked_resource_token',
    )
  })

  it('is asked about tokens whose issuer signed them, and about no others', async () => {
    const asked: string[] = []
    const { resourceToken, atPersonServer } = await makeScene({
      isRevoked: (iss, jti) => {
        asked.push(`${iss} ${jti}`)
        return false
      },
    })
    await verdict(verifyResourceToken(await resourceToken({ header: { kid: 'key-9' } }), atPersonServer()))
    expect(asked).toEqual([])
  })
})
