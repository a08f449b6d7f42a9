import { s256 as mission } from '@aauth-guard/fixtures/missions'
import { type AgentRequest, dial, type Grant } from '@aauth-guard/testing'
import { type Check, equal } from './check.ts'
import { call, type Scene, socket } from './scene.ts'

const note: AgentRequest = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"text":"milk"}',
}

/** The notes of `examples/hono`, over sockets. Every check has a person of its own. */
export const notes: readonly Check<Scene>[] = [
  socket('publishes the scopes of the notes', async ({ url }) => {
    const response = await fetch(`${url}/.well-known/aauth-resource.json`)
    const metadata = JSON.parse(await response.text())
    equal(
      [metadata.issuer, Object.keys(metadata.scope_descriptions)],
      ['https://notes.example', ['notes.read', 'notes.write']],
    )
  }),
  socket('tells an agent who it is', async (scene) => {
    const { text } = await call(scene, await scene.agent.agentToken(), '/whoami')
    equal(text, '{"agent":"aauth:planner@agent.example","provider":"https://agent.example"}')
  }),
  socket('tells an agent for whom it acts', async (scene) => {
    const { text } = await call(scene, await scene.agent.personToken({ sub: 'person-7' }), '/me')
    equal(text, '{"person":"[\\"person-token\\",\\"https://ps.example\\",\\"person-7\\"]"}')
  }),
  ...(['person-token', 'mission-header'] as const).flatMap((generation) => {
    const granted = ({ agent }: Scene, more: Grant): Promise<string> =>
      agent.authToken({ generation, scope: 'notes.read notes.write', ...more })
    return [
      socket(`keeps the notes of a person of the ${generation} generation`, async (scene) => {
        const token = await granted(scene, { sub: `keeps ${generation}` })
        const added = await call(scene, token, '/notes', note, { digest: true })
        const { text } = await call(scene, token, '/notes')
        equal([added.status, text], [201, '["milk"]'])
      }),
      socket(`deletes within a mission of the ${generation} generation only`, async (scene) => {
        const sub = `deletes ${generation}`
        const without = await call(scene, await granted(scene, { sub }), '/notes', { method: 'DELETE' })
        const within = await call(scene, await granted(scene, { sub, mission }), '/notes', {
          method: 'DELETE',
        })
        equal([without.status, JSON.parse(without.text).error, within.status], [403, 'mission_required', 204])
      }),
    ]
  }),
  socket('challenges for a scope that was not granted', async (scene) => {
    const token = await scene.agent.authToken({ scope: 'notes.read' })
    const { status, headers } = await call(scene, token, '/notes', note, { digest: true })
    equal([status, headers.get('aauth-requirement')?.split(';')[0]], [401, 'requirement=auth-token'])
  }),
  socket('refuses a note that was changed on the way', async ({ agent, url }) => {
    const token = await agent.authToken({ scope: 'notes.write' })
    const message = await agent.sign('https://notes.example/notes', note, { token, digest: true })
    const { status } = await dial(url, { ...message, body: new TextEncoder().encode('{"text":"wine"}') })
    equal(status, 401)
  }),
]
