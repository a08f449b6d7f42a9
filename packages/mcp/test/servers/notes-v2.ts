import { getAuth, stepUpTool } from '@aauth-guard/mcp'
import { acceptedContent, inputRequired, McpServer, ResourceTemplate } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { Calls } from './calls.ts'

const text = (said: string) => ({ content: [{ type: 'text' as const, text: said }] })
const answer = z.object({ sure: z.boolean() })

/** A server of notes, of SDK 2. */
export function notesV2(calls: Calls): McpServer {
  const server = new McpServer({ name: 'notes', version: '1.0.0' }, { capabilities: { logging: {} } })
  const tool = (name: string) =>
    server.registerTool(
      name,
      { description: name, inputSchema: z.object({ id: z.string().optional() }) },
      ({ id }, ctx) => {
        calls.made.push(`${name} ${id ?? ''}`.trim())
        calls.clients.push(ctx.http?.authInfo)
        calls.headers.push([...(ctx.http?.req?.headers.keys() ?? [])])
        return text(name)
      },
    )
  for (const name of ['notes.list', 'notes.delete', 'notes.hidden', 'notes.find', 'notes.secret']) tool(name)
  server.registerTool('notes.purge', { description: 'purge' }, (ctx) => {
    const auth = getAuth(ctx, 'auth-token')
    if (!auth.scopes.includes('notes.purge')) stepUpTool(calls.resource, auth, { scope: 'notes.purge' })
    calls.made.push('notes.purge')
    return text('purged')
  })
  server.registerTool(
    'notes.watch',
    { description: 'watch', inputSchema: z.object({ quiet: z.boolean().optional() }) },
    async ({ quiet }, ctx) => {
      ctx.mcpReq.signal.addEventListener('abort', () => calls.cancel())
      calls.watch()
      if (quiet !== true)
        await ctx.mcpReq.notify({
          method: 'notifications/message',
          params: { level: 'info', data: 'watching' },
        })
      await calls.released
      return text('released')
    },
  )
  server.registerTool('notes.ask', { description: 'ask' }, (ctx) => {
    const given = acceptedContent(ctx.mcpReq.inputResponses, 'sure', answer)
    if (given === undefined)
      return inputRequired({
        inputRequests: { sure: inputRequired.elicit({ message: 'Sure?', requestedSchema: answer }) },
        requestState: 'asked',
      })
    calls.made.push(`notes.ask ${given.sure} ${ctx.mcpReq.requestState()}`)
    calls.answer()
    return text('asked')
  })
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
