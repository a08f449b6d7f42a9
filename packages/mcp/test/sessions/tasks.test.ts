import { s256 } from '@aauth-guard/fixtures/missions'
import { expect, it } from 'vitest'
import { call, messagesOf, modern, protect, type Scene, verdictOf } from '../scene.ts'
import { v1Stateless } from '../servers/hosts.ts'
import { tables } from '../servers/tables.ts'

const scope = 'notes.read'
const options = { tools: { ...tables.tools, 'notes.export': { scope } } }
const start = () => call('tools/call', { name: 'notes.export', arguments: {}, task: { ttl: 60_000 } })

/** Starts a task. */
async function begin({ send }: Scene, token: string): Promise<string> {
  const [message] = await messagesOf(await send({ token, body: start() }))
  return message?.result?.task?.taskId ?? ''
}

it('a task belongs to its caller: somebody else neither sees it nor reaches it', async () => {
  const scene = await protect(v1Stateless, options)
  const { agent, send } = scene
  const [ada, bob] = [
    await agent.authToken({ scope, sub: 'ada' }),
    await agent.authToken({ scope, sub: 'bob' }),
  ]
  const taskId = await begin(scene, ada)
  expect(taskId).not.toBe('')
  for (const method of ['tasks/get', 'tasks/result', 'tasks/cancel', 'tasks/update']) {
    expect(await verdictOf(await send({ token: bob, body: call(method, { taskId }) }))).toEqual([404, -32001])
    expect(await verdictOf(await send({ token: bob, body: call(method, { taskId: 'none' }) }))).toEqual([
      404, -32001,
    ])
  }
  const related = { 'io.modelcontextprotocol/related-task': { taskId } }
  const injected = call('tools/call', { name: 'notes.list', arguments: {}, _meta: related })
  expect((await send({ token: bob, body: injected })).status).toBe(404)
  const listed = async (token: string) =>
    (await messagesOf(await send({ token, body: call('tasks/list') })))[0]?.result?.tasks
  expect([(await listed(bob))?.length, (await listed(ada))?.length]).toEqual([0, 1])
  const [own] = await messagesOf(await send({ token: ada, body: call('tasks/get', { taskId }) }))
  expect(own?.error).toBe(undefined)
})

it('whether somebody else has a task is not told by what the task requires', async () => {
  const scene = await protect(v1Stateless, options)
  const { agent, send } = scene
  const taskId = await begin(scene, await agent.authToken({ scope, sub: 'ada' }))
  const token = await agent.authToken({ scope: 'notes.write', sub: 'bob' })
  const { headers, body } = modern('tasks/get', { taskId })
  for (const sent of [
    { body: call('tasks/get', { taskId }) },
    { body, headers },
    { body: call('tasks/get', { taskId: 'none' }) },
  ])
    expect(await verdictOf(await send({ token, ...sent }))).toEqual([404, -32001])
})

it('a task of another key under the same mission is in no list, if the agent provider is unknown', async () => {
  const listed = async (classPolicy: 'same-key' | 'mission-only') => {
    const scene = await protect(v1Stateless, { ...options, sessions: { classPolicy } })
    const { agent, net, send } = scene
    await begin(scene, await agent.authToken({ scope, mission: s256 }))
    const other = await net.agent({ name: 'other' })
    const token = await other.authToken({ scope, mission: s256 })
    const [message] = await messagesOf(await send({ agent: other, token, body: call('tasks/list') }))
    return message?.result?.tasks?.length
  }
  expect([await listed('same-key'), await listed('mission-only')]).toEqual([0, 1])
})

it('a task needs what the call that made it needs', async () => {
  const scene = await protect(v1Stateless, options)
  const { agent, send } = scene
  const taskId = await begin(scene, await agent.authToken({ scope, sub: 'ada' }))
  const token = await agent.authToken({ scope: 'notes.write', sub: 'ada' })
  expect((await send({ token, body: call('tasks/get', { taskId }) })).status).toBe(401)
})

it('a caller has at most five times as many tasks as sessions', async () => {
  const scene = await protect(v1Stateless, { ...options, sessions: { perCaller: 1 } })
  const token = await scene.agent.authToken({ scope })
  for (let task = 0; task < 5; task++) await begin(scene, token)
  expect(await verdictOf(await scene.send({ token, body: start() }))).toEqual([429, 'rate_limited'])
})
