import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type AAuthError, createResource } from '@aauth-guard/core'
import type { EvaluationRequest } from '@aauth-guard/core/authzen'
import { createTestNetwork, type Grant } from '@aauth-guard/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { cedarPolicies, notesApi, opaPolicies, options, type Policies } from './app.ts'
import { cedar } from './cedar.ts'

const s256 = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'

/** The API, and calls of an agent to it. */
async function serveApi(policies: Policies) {
  const net = await createTestNetwork({ resource: options.issuer })
  onTestFinished(() => net.close())
  const refusals: (AAuthError | undefined)[] = []
  const resource = createResource({
    ...options,
    fetch: net.fetch,
    now: net.clock.now,
    replay: 'off',
    onDecision: (_, refusal) => void refusals.push(refusal),
  })
  await net.listen(notesApi(resource, policies))
  const agent = await net.agent()
  const status = async (method: string, grant: Grant): Promise<number> => {
    const token = await agent.authToken(grant)
    const { status: code } = await agent.fetch(`${options.issuer}/notes/7`, { method }, { token })
    return code
  }
  return { net, agent, status, refusals }
}

describe('Cedar', () => {
  it('a person reads with the scope of the route', async () => {
    const { status } = await serveApi(cedarPolicies())
    expect(await status('GET', { scope: 'notes.read' })).toBe(200)
  })

  it('a note is deleted only under a mission, by a runtime of the provider that the policy names', async () => {
    const { net, status } = await serveApi(cedarPolicies())
    const grant = { scope: 'notes.write', generation: 'mission-header' } as const
    expect(await status('DELETE', grant)).toBe(403)
    expect(await status('DELETE', { ...grant, mission: s256 })).toBe(204)
    expect(await status('DELETE', { scope: 'notes.write', mission: s256 })).toBe(403)
    const other = await net.agent({
      provider: await net.issuer('agent-provider', 'https://other-agent.example'),
    })
    const token = await other.authToken({ ...grant, mission: s256 })
    const url = `${options.issuer}/notes/7`
    expect((await other.fetch(url, { method: 'DELETE' }, { token })).status).toBe(403)
  })

  it('an agent whose token does not name a person is another principal, which no policy permits', async () => {
    const { status } = await serveApi(cedarPolicies())
    const nobody = { generation: 'mission-header', scope: 'notes.read', claims: { sub: undefined } } as const
    expect(await status('GET', nobody)).toBe(403)
  })

  it('hostile texts in a token are texts in Cedar', async () => {
    const { status } = await serveApi(cedarPolicies())
    for (const sub of ['"} permit(principal,action,resource);', '__entity', 'Action::"read"', '\\u0000'])
      expect(await status('GET', { scope: 'notes.read', sub })).toBe(200)
  })

  it('a policy that fails is a 503, since Cedar skips it and what is left may permit', async () => {
    // The schema promises an attribute that the check does not provide.
    const schema = `
      namespace AAuth {
        entity Person = { "iss": String }; entity Class; entity Mission; entity Agent = { "name": String };
      }
      entity Note;
      action "read" appliesTo {
        principal: [AAuth::Person], resource: Note,
        context: { "scopes": Set<String>, "agent"?: AAuth::Agent, "class"?: AAuth::Class },
      };`
    const policies = `
      permit (principal, action, resource);
      forbid (principal, action, resource) when { context has agent && context.agent.name == "x" };`
    const asking = cedar(policies, schema)
    const read = asking(() => ({ action: 'read', resource: { type: 'Note', id: '7' } }))
    const { refusals, status } = await serveApi({ read, delete: read })
    expect(await status('GET', { scope: 'notes.read' })).toBe(200)
    expect(await status('GET', { scope: 'notes.read', generation: 'mission-header' })).toBe(503)
    expect(refusals.at(-1)?.hint).toContain('Cedar: policy policy1 failed')
  })

  it.each([
    ['malformed', 'permit (principal'],
    [
      'about an action that the schema does not have',
      'permit (principal, action == Action::"reed", resource);',
    ],
    [
      'about a member that the schema does not have',
      'permit (principal, action, resource) when { context.mision };',
    ],
  ])('policies that are %s fail at start', (_, policies) => {
    const schema = 'entity P; entity R; action read appliesTo { principal: [P], resource: [R], context: {} };'
    expect(() => cedar(policies, schema)).toThrow('the policies are wrong')
  })
})

/** What an OPA with `notes.rego` would answer, over HTTP. */
async function startOpa(answer: (input: EvaluationRequest, response: ServerResponse) => void) {
  const inputs: { readonly path: string | undefined; readonly input: EvaluationRequest }[] = []
  const server = createServer(async (request, response) => {
    let content = ''
    for await (const part of request.setEncoding('utf8')) content += part
    const input = JSON.parse(content) as EvaluationRequest
    inputs.push({ path: request.url, input })
    response.setHeader('content-type', 'application/json')
    answer(input, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { inputs, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

describe('OPA', () => {
  it('decides by the value of a rule, which gets the evaluation request as its input', async () => {
    const { inputs, origin } = await startOpa(({ action, subject }, response) =>
      response.end(JSON.stringify({ decision: action.name === 'notes.read' && subject.type === 'user' })),
    )
    const { status } = await serveApi(opaPolicies(origin))
    expect(await status('GET', { scope: 'notes.read', sub: 'ada' })).toBe(200)
    expect(await status('DELETE', { scope: 'notes.write', sub: 'ada' })).toBe(403)
    expect(inputs.map(({ path }) => path)).toEqual(['/v0/data/notes/authzen', '/v0/data/notes/authzen'])
    expect(inputs[0]?.input).toMatchObject({
      subject: { type: 'user', id: 'ada', properties: { iss: 'https://ps.example' } },
      action: { name: 'notes.read', properties: { htm: 'GET' } },
      resource: { id: '/notes/7', properties: { audience: 'https://notes.example' } },
      context: { credential: { scopes: ['notes.read'] } },
    })
  })

  it.each([
    ['the rule is undefined', (response: ServerResponse) => response.writeHead(404).end('{}')],
    [
      'the answer is that of /v1/data',
      (response: ServerResponse) => response.end('{"result":{"decision":true}}'),
    ],
    ['the rule is a boolean', (response: ServerResponse) => response.end('true')],
  ])('the response is 503 if %s', async (_, answer) => {
    const { origin } = await startOpa((_input, response) => void answer(response))
    const { status } = await serveApi(opaPolicies(origin))
    expect(await status('GET', { scope: 'notes.read' })).toBe(503)
  })
})
