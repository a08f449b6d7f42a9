import { createResource } from '@aauth-guard/core'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'

const problemTypes = 'https://docs.example/errors#'

describe('the type of a problem document', () => {
  it('is absent when Signature Keys defines none and the operator has no pages for it', async () => {
    const { agent, refusal } = await makeWorld()
    expect((await refusal(await agent.agentToken())).problem).not.toHaveProperty('type')
  })

  it('consists of problemTypes and the code', async () => {
    const { agent, refusal } = await makeWorld({ problemTypes })
    const { problem, code } = await refusal(await agent.agentToken())
    expect(problem.type).toBe(`${problemTypes}${code}`)
  })

  it('is that of Signature Keys beside Signature-Error', async () => {
    const { agent, refusal } = await makeWorld({ problemTypes })
    const { problem } = await refusal(await agent.authToken({ lifetime: -600 }))
    expect(problem.type).toBe('urn:ietf:params:sig-error:expired_jwt')
  })

  it.each(['http://docs.example/errors#', 'errors', '', 'https://docs.example/a b', 7])(
    'cannot begin with %j, which is not an https URL',
    (given) => {
      expect(() =>
        createResource({ issuer: 'https://notes.example', trust: 'any', problemTypes: given as string }),
      ).toThrow('"problemTypes" is')
    },
  )
})
