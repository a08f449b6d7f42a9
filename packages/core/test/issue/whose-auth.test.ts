import { type Auth, capabilitiesOf, createResource, issueResourceToken, stepUp } from '@aauth-guard/core'
import { notes } from '@aauth-guard/fixtures/issued'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { answeredStepUp } from './answered-step-up.ts'

const forgeries: readonly (readonly [what: string, forge: (auth: Auth) => Auth])[] = [
  ['a spread copy', (auth) => ({ ...auth })],
  ['what came through JSON', (auth) => JSON.parse(JSON.stringify(auth))],
  ['a structured clone', (auth) => structuredClone(auth)],
  ['an object that inherits from one', (auth) => Object.create(auth)],
  ['a proxy of one', (auth) => new Proxy(auth, {})],
  ['nothing at all', () => undefined as never],
]

describe.each(forgeries)('%s', (_, forge) => {
  it.each(['issueResourceToken', 'stepUp', 'capabilitiesOf'])(
    'is refused by %s [R11-160, M01]',
    async (name) => {
      const { resource, agent, call } = await makeWorld({ ...notes })
      const auth = await call(await agent.authToken({ scope: 'notes.read' }), {
        requirement: { scope: 'notes.read' },
      })
      const forged = forge(auth)
      const uses: Record<string, () => Promise<unknown>> = {
        issueResourceToken: () => issueResourceToken(resource, forged, { scope: 'notes.read' }),
        stepUp: async () => stepUp(resource, forged, { scope: 'notes.read' }),
        capabilitiesOf: async () => capabilitiesOf(forged),
      }
      await expect(uses[name]?.()).rejects.toThrow(
        new TypeError(
          '"auth" is a copy, or was made by another copy of @aauth-guard/core: pass the value that getAuth or authorize returned for this request',
        ),
      )
    },
  )
})

it.each([
  ['issueResourceToken', issueResourceToken],
  ['stepUp', answeredStepUp],
] as const)('%s refuses an Auth that another resource verified [R11-160]', async (_, use) => {
  const { net, agent, call } = await makeWorld({ ...notes })
  const other = createResource({
    issuer: net.resource,
    trust: 'any',
    ...notes,
    fetch: net.fetch,
    now: net.clock.now,
  })
  const auth = await call(await agent.authToken({ scope: 'notes.read' }), {
    requirement: { scope: 'notes.read' },
  })
  await expect(use(other, auth, { scope: 'notes.read' })).rejects.toThrow(
    new TypeError('"auth" was verified by another resource: pass the resource of the guard'),
  )
})
