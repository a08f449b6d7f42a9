import { expect, it } from 'vitest'
import { makeAnsweredWorld, personKeys, personMetadata } from './issuer-answers.ts'
import { outcomeOf } from './outcome-of.ts'

it('a Link header on the documents of an issuer is not followed [R11-278]', async () => {
  const world = await makeAnsweredWorld()
  for (const url of [personMetadata, personKeys]) {
    world.answer(url, async (init) => {
      const { body, headers } = await world.net.fetch(url, init)
      headers.set('link', '<https://evil.example/jwks.json>; rel="aauth-resource"')
      return new Response(body, { headers })
    })
  }
  expect([await outcomeOf(world), world.asked]).toEqual(['accepted', [personMetadata, personKeys]])
})
