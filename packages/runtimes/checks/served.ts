import { type AgentRequest, dial } from '@aauth-guard/testing'
import { type Check, equal } from './check.ts'
import { call, linesOf, reader, type Scene, socket } from './scene.ts'

const notes = 'https://notes.example/notes'
const note: AgentRequest = {
  method: 'POST',
  headers: { 'content-type': 'text/plain;charset=utf-8' },
  body: 'Grüße',
}
/** Targets that no URL parser of a runtime rewrites. */
const kept = ['/a%2Fb/%E2%82%AC?x=%20&y=1+2', "/~notes/(1)*!$&'", '/notes?', '/notes??a=%zz', '/a;b=c,d/:@?/']
/** Targets that some do. */
const ambiguous = [
  '/notes/../admin',
  '/notes/./x',
  '/notes/%2e%2e/admin',
  '/notes/..%2Fadmin',
  '//notes',
  '/notes\\x',
  "/notes?a='b",
]

/** The guard behind the server of the runtime, asked over sockets by the testing kit. */
export const served: readonly Check<Scene>[] = [
  socket('serves an agent token', async (scene) => {
    const { status, text } = await call(scene, await scene.agent.agentToken(), '/whoami')
    equal([status, text], [200, '{"agent":"aauth:planner@agent.example"}'])
  }),
  socket('serves a person token', async (scene) => {
    const { status, text } = await call(scene, await scene.agent.personToken(), '/me')
    equal([status, text], [200, '{"ps":"https://ps.example","sub":"person-1"}'])
  }),
  ...(['person-token', 'mission-header'] as const).map((generation) =>
    socket(`serves an auth token of the ${generation} generation`, async (scene) => {
      const token = await scene.agent.authToken({ scope: 'notes.read', generation })
      const { status, headers } = await call(scene, token, '/notes')
      equal([status, headers.get('cache-control')], [200, 'private'])
    }),
  ),
  socket('challenges a caller without a credential', async ({ url }) => {
    const { status, headers } = await fetch(`${url}/notes`)
    const names = ['signature-error', 'accept-signature-scheme', 'accept-signature-alg', 'aauth-requirement']
    const told = ['error=invalid_signature', 'jwt', 'Ed25519, ES256', 'requirement=agent-token']
    equal([status, ...names.map((name) => headers.get(name))], [401, ...told])
  }),
  socket('issues a resource token', async (scene) => {
    const { status, headers } = await call(scene, await scene.agent.personToken(), '/notes')
    const [start] = headers.get('aauth-requirement')?.split('.') ?? []
    equal([status, start?.replace(/ey.*/, 'ey')], [401, 'requirement=auth-token;resource-token="ey'])
  }),
  socket('publishes its documents', async ({ url }) => {
    const response = await fetch(`${url}/.well-known/aauth-resource.json`)
    equal([response.status, JSON.parse(await response.text()).issuer], [200, 'https://notes.example'])
  }),
  socket('takes the authority from its options, not from Host', async ({ agent, url }) => {
    const message = await agent.sign(notes, {}, { token: await reader(agent) })
    equal((await fetch(`${url}/notes`, { headers: linesOf(message) })).status, 200)
  }),
  ...kept.map((target) =>
    socket(`takes the target ${target} as it was sent`, async (scene) => {
      const covering = { cover: ['@query'] }
      const { status, text } = await call(scene, await reader(scene.agent), target, {}, covering)
      equal([status, targetOf(text)], [200, target])
    }),
  ),
  ...ambiguous.map((target) =>
    socket(`serves ${target} unchanged, or not at all`, async (scene) => {
      const covering = { cover: ['@query'] }
      const { status, text } = await call(scene, await reader(scene.agent), target, {}, covering)
      if (status === 200) equal(targetOf(text), target)
      else equal(status >= 400 && status < 500, true)
    }),
  ),
  socket('passes covered content on', async (scene) => {
    const token = await scene.agent.authToken({ scope: 'notes.write' })
    const { status, text } = await call(scene, token, '/notes', note, { digest: true })
    equal([status, text], [201, '{"received":"Grüße"}'])
  }),
  ...[false, true].map((digest) =>
    socket(
      `passes on no AAuth-Mission, and content that was ${digest ? 'compared' : 'not read'}`,
      async (scene) => {
        const s256 = `${'1'.repeat(42)}A`
        const token = await scene.agent.authToken({
          scope: 'notes.read',
          generation: 'mission-header',
          mission: s256,
        })
        const sent = { ...note, headers: { ...note.headers, 'x-tag': 'a' } }
        const how = { digest, mission: { approver: 'https://ps.example', s256 } }
        const { status, text } = await call(scene, token, '/heard', sent, how)
        equal([status, text], [200, '[null,"a","Grüße"]'])
      },
    ),
  ),
  socket('refuses content that was changed on the way', async ({ agent, url }) => {
    const token = await agent.authToken({ scope: 'notes.write' })
    const message = await agent.sign(notes, note, { token, digest: true })
    const { status, headers } = await dial(url, { ...message, body: new TextEncoder().encode('grüße') })
    equal([status, headers.get('signature-error')], [401, 'error=invalid_signature'])
  }),
  socket('refuses a request that was sent before', async ({ agent, url }) => {
    const token = await agent.authToken({ scope: 'notes.write' })
    const message = await agent.sign(notes, note, { token, digest: true })
    equal([(await dial(url, message)).status, (await dial(url, message)).status], [201, 401])
  }),
  ...['signature', 'signature-input', 'signature-key'].map((name) =>
    socket(`refuses a second ${name} line`, async ({ agent, url }) => {
      const message = await agent.sign(notes, {}, { token: await reader(agent) })
      const headers = message.headers.flatMap((line) => (line[0] === name ? [line, line] : [line]))
      equal((await dial(url, { ...message, headers })).status, 401)
    }),
  ),
  socket('accepts a token of five thousand octets', async (scene) => {
    const token = await reader(scene.agent, { note: 'x'.repeat(3500) })
    equal([token.length > 5000, (await call(scene, token, '/notes')).status], [true, 200])
  }),
  socket('answers fifty concurrent callers', async (scene) => {
    const token = await reader(scene.agent)
    const calls = await Promise.all(Array.from({ length: 50 }, () => call(scene, token, '/notes')))
    equal([...new Set(calls.map(({ status }) => status))], [200])
  }),
]

/** The target in the URL that the handler was shown, cut out as text. */
function targetOf(text: string): string | undefined {
  return /^https?:\/\/[^/]+(.*)$/.exec(JSON.parse(text).url)?.[1]
}
