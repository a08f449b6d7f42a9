import { authorize, capabilitiesOf } from '@aauth-guard/core'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { isLinear, type Run, shapesBetween } from './measure.ts'
import { documentSites, requestSites, type Site } from './sites.ts'

/** The first of the texts that takes more than linear time. */
function slowText(run: Run, ends: Site['ends'] = [['', '']]): string | undefined {
  return shapesBetween(...ends).find((shape) => !isLinear(run, shape))?.(40)
}

describe('ten times the text takes ten times as long, whatever its characters, in', () => {
  it.each([...requestSites, ...documentSites])('$name [O05]', ({ run, ends }) => {
    expect(slowText(run, ends)).toBeUndefined()
  })

  it('AAuth-Capabilities [O05]', async () => {
    const { agent, resource } = await makeWorld()
    const token = await agent.agentToken()
    const request = toSignedRequest(await agent.sign('https://notes.example/notes', {}, { token }))
    let capabilities = ''
    const header = (name: string): readonly string[] =>
      name === 'aauth-capabilities' ? [capabilities] : request.header(name)
    const auth = await authorize(resource, { ...request, header }, { accept: 'agent-token' })
    const run = (text: string): unknown => {
      capabilities = text
      return capabilitiesOf(auth)
    }
    expect([...((run('payment, interaction') as Set<string>) ?? [])]).toEqual(['payment', 'interaction'])
    expect(slowText(run)).toBeUndefined()
  })
})
