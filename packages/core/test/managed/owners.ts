import { type Auth, authorize } from '@aauth-guard/core'
import type { World } from '@aauth-guard/fixtures/world'
import { type Agent, toSignedRequest } from '@aauth-guard/testing'
import { type Owner, ownerOf } from '../../src/managed/owner.ts'

export const resource = 'https://notes.example'
export const s256: string = `${'1'.repeat(42)}A`

/** The identity of a call by an agent, which any kind of token can make. */
export async function authFor(world: World, token: string, agent: Agent = world.agent): Promise<Auth> {
  const message = await agent.sign(`${resource}/notes`, {}, { token })
  return authorize(world.resource, toSignedRequest(message), {
    accept: ['agent-token', 'person-token', 'auth-token'],
  })
}

/** The owner of what would be made for that call. */
export async function ownerFor(world: World, token: string, agent?: Agent): Promise<Owner> {
  return ownerOf(resource, await authFor(world, token, agent))
}
