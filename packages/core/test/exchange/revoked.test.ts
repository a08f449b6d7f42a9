import { verifyExchange, verifyResourceToken } from '@aauth-guard/core/exchange'
import { s256 as mission } from '@aauth-guard/fixtures/missions'
import { describe, expect, it } from 'vitest'
import { makeScene, type Scene, verdict } from './scene.ts'

const revoking = (jti: string): Promise<Scene> => makeScene({ isRevoked: (_, asked) => asked === jti })

describe('isRevoked', () => {
  it('leads to a refusal of a revoked resource token', async () => {
    const { resourceToken, atPersonServer } = await revoking('rt-1')
    expect(await verdict(verifyResourceToken(await resourceToken(), atPersonServer()))).toBe(
      'revoked_resource_token',
    )
  })

  it('leads to a refusal of a revoked presented token', async () => {
    const { resourceToken, atPersonServer } = await revoking('presented')
    expect(await verdict(verifyResourceToken(await resourceToken(), atPersonServer()))).toBe(
      'revoked_presented_token',
    )
  })

  it('leads to a refusal of a revoked auth token', async () => {
    const { resourceToken, atPersonServer, agent, issuers } = await revoking('at-1')
    const asked = await verifyResourceToken(await resourceToken(), atPersonServer())
    const authToken = await agent.authToken({ claims: { jti: 'at-1' }, mission, tenant: 'corp' })
    expect(await verdict(verifyExchange({ resourceToken: asked, authToken, issuers }))).toBe(
      'revoked_auth_token',
    )
  })

  it('leads to a refusal when it returns anything but false', async () => {
    const { resourceToken, atPersonServer } = await makeScene({ isRevoked: () => undefined as never })
    expect(await verdict(verifyResourceToken(await resourceToken(), atPersonServer()))).toBe(
      'revoked_resource_token',
    )
  })

  it('is called only for tokens whose signature verifies', async () => {
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
