import { issueResourceToken } from '@aauth-guard/core'
import { notes, verified } from '@aauth-guard/fixtures/issued'
import { s256 } from '@aauth-guard/fixtures/missions'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'

describe('a step-up of an auth token from an access server', () => {
  const accessServer = 'https://as.example'
  const granted = { scope: 'notes.read', mission: s256, claims: { jti: 'at-1' } } as const

  it('challenges with a resource token for the access server that names the person server [RT-3, RT-6, R11-146, R11-162]', async () => {
    const { resource, agent, net, call } = await makeWorld({ ...notes, accessServer })
    const auth = await call(await agent.authToken(granted, net.accessServer))
    const token = await issueResourceToken(resource, auth, { scope: 'notes.write' })
    expect((await verified(resource, token)).payload).toMatchObject({
      aud: accessServer,
      ps: 'https://ps.example',
      sub: 'person-1',
      presented_jti: 'at-1',
      mission_s256: s256,
    })
  })

  it('names the approver of its mission in drafts 01 to 10 [RT-8]', async () => {
    const { resource, agent, net, call } = await makeWorld({ ...notes, accessServer })
    const grant = { ...granted, generation: 'mission-header' } as const
    const auth = await call(await agent.authToken(grant, net.accessServer))
    const token = await issueResourceToken(resource, auth, { scope: 'notes.write' })
    expect((await verified(resource, token)).payload).toMatchObject({
      aud: accessServer,
      mission: { approver: 'https://ps.example', s256 },
    })
  })
})
