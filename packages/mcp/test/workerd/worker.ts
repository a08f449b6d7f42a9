import { createResource } from '@aauth-guard/core'
import { protectMcp } from '@aauth-guard/mcp/v2'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { Calls } from '../servers/calls.ts'
import { notesV2 } from '../servers/notes-v2.ts'
import { scopes, tables } from '../servers/tables.ts'

let serve: ((request: Request) => Promise<Response>) | undefined

function make(issuers: string): (request: Request) => Promise<Response> {
  const resource = createResource({
    issuer: 'https://notes.example',
    trust: { agentProviders: ['https://agent.example'], personServers: ['https://ps.example'] },
    scopes,
    fetch: (url, init) => fetch(String(url).replace('https://', `${issuers}/`), init),
  })
  const calls = new Calls(resource)
  return protectMcp(
    resource,
    createMcpHandler(() => notesV2(calls)),
    tables,
  )
}

export default {
  fetch(request: Request, { ISSUERS }: { readonly ISSUERS: string }): Promise<Response> {
    serve ??= make(ISSUERS)
    return serve(request)
  },
}
