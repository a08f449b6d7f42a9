import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { capable, requirementOf, startManaged } from './managed-world.ts'

/** The configuration of the worked example in README.md. */
function example(): { origins: unknown } {
  const page = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8')
  const [, json = ''] = /### Example\n\n```json\n([^`]*)```/.exec(page) ?? []
  return JSON.parse(json) as { origins: unknown }
}

it('the worked example goes as it is documented', async () => {
  const { origins: _, ...config } = example()
  const { send, control, poll, agent, end } = await startManaged(config)
  onTestFinished(end)
  const token = await agent.agentToken()
  const asked = await send(token, '/notes', { headers: capable })
  const { url, code } = requirementOf(asked)
  expect([asked.status, url]).toEqual([202, 'https://api.example/interaction'])
  const decided = await control('managed/decide', { code, person: 'alice', outcome: 'complete' })
  const told = await poll(token, asked.headers.get('location') ?? '')
  expect(await told.json()).toEqual({ status: 'authorized', scope: 'data.read' })
  const session = told.headers.get('aauth-access') ?? ''
  expect(await (await send(token, '/notes', { session })).json()).toMatchObject({
    auth: { type: 'agent-token', session: { consent: decided.body.consent, person: 'alice' } },
  })
  expect((await control('managed/end', { consent: decided.body.consent })).body).toEqual({ ended: 1 })

  const payment = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"amount":12}' }
  const held = await send(await agent.personToken(), '/pay', payment)
  const location = held.headers.get('location') ?? ''
  const granted = await agent.authToken({ scope: 'data.write' })
  const first = await (await poll(granted, location)).json()
  expect(first).toMatchObject({ run: { route: '/pay', count: 1, content: '{"amount":12}' } })
  expect(await (await poll(granted, location)).json()).toEqual(first)
  const { body } = await control('managed/runs', { route: '/pay' })
  expect(body).toMatchObject({ runs: [{ count: 1 }], unknown: [] })
}, 60_000)
