import { expect, it } from 'vitest'
import { makeWorld } from './world.ts'

it('accepts and refuses', async () => {
  const world = await makeWorld()
  const token = await world.agent.authToken({ scope: 'access' })
  expect((await world.call(token)).type).toBe('auth-token')
  expect((await world.refusal(token, { mistake: 'stale' })).code).toBe('invalid_signature')
})
