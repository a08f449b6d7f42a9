import { getAuth, stepUpTool } from '@aauth-guard/mcp'
import {
  InMemoryTaskMessageQueue,
  InMemoryTaskStore,
} from '@modelcontextprotocol/sdk/experimental/tasks/stores/in-memory.js'
import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js'
import { z } from 'zod'
import type { Calls } from './calls.ts'

const text = (said: string) => ({ content: [{ type: 'text' as const, text: said }] })

/** Tasks outlive sessions, as those of a server with a database do. */
export function makeTasks() {
  return { taskStore: new InMemoryTaskStore(), taskMessageQueue: new InMemoryTaskMessageQueue() }
}

/** A server of notes, of SDK 1. */
export function notesV1(calls: Calls, tasks = makeTasks()): McpServer {
  const capabilities = { logging: {}, tasks: { requests: { tools: { call: {} } }, list: {}, cancel: {} } }
  const server = new McpServer({ name: 'notes', version: '1.0.0' }, { capabilities, ...tasks })
  for (const name of ['notes.list', 'notes.delete', 'notes.hidden', 'notes.find', 'notes.secret'])
    server.registerTool(
      name,
      { description: name, inputSchema: { id: z.string().optional() } },
      ({ id }, extra) => {
        calls.made.push(`${name} ${id ?? ''}`.trim())
        calls.clients.push(extra.authInfo)
        calls.headers.push(Object.keys(extra.requestInfo?.headers ?? {}))
        return text(name)
      },
    )
  server.registerTool('notes.purge', { description: 'purge' }, (extra) => {
    const auth = getAuth(extra, 'auth-token')
    if (!auth.scopes.includes('notes.purge')) stepUpTool(calls.resource, auth, { scope: 'notes.purge' })
    calls.made.push('notes.purge')
    return text('purged')
  })
  server.registerTool(
    'notes.watch',
    { description: 'watch', inputSchema: { quiet: z.boolean().optional() } },
    async ({ quiet }, extra) => {
      extra.signal.addEventListener('abort', () => calls.cancel())
      if (quiet !== true)
        await extra.sendNotification({
          method: 'notifications/message',
          params: { level: 'info', data: 'watching' },
        })
      await calls.released
      return text('released')
    },
  )
  server.registerTool('notes.ask', { description: 'ask' }, async () => {
    const asked = await server.server.elicitInput({
      message: 'Sure?',
      requestedSchema: { type: 'object', properties: { sure: { type: 'boolean' } } },
    })
    calls.made.push(`notes.ask ${asked.action}`)
    calls.answer()
    return text('asked')
  })
  server.experimental.tasks.registerToolTask(
    'notes.export',
    { description: 'export', inputSchema: {}, execution: { taskSupport: 'required' } },
    {
      createTask: async (_args, { taskStore }) => ({ task: await taskStore.createTask({ ttl: 60_000 }) }),
      getTask: async (_args, { taskId, taskStore }) => taskStore.getTask(taskId),
      getTaskResult: async (_args, { taskId, taskStore }) => (await taskStore.getTaskResult(taskId)) as never,
    },
  )
  const read = (uri: URL) => ({ contents: [{ uri: uri.href, text: uri.href }] })
  server.registerResource('all', 'notes://all', {}, read)
  server.registerResource('secret', 'notes://secret', {}, read)
  server.registerResource('one', new ResourceTemplate('notes://one/{id}', { list: undefined }), {}, read)
  for (const name of ['summary', 'rewrite', 'résumé', 'secret'])
    server.registerPrompt(name, { description: name }, () => ({
      messages: [{ role: 'user', content: { type: 'text', text: name } }],
    }))
  return server
}
