/**
 * An API whose Workers share what they learn. A token that was revoked, a mission that was terminated and a signature
 * that was used at one of them is refused by all.
 */

import { env } from 'cloudflare:workers'
import { createResource, personKey } from '@aauth-guard/core'
import { fetchGuard } from '@aauth-guard/core/fetch'
import { monitorMissions } from '@aauth-guard/core/missions'
import { durableObjectStores } from './stores.ts'

export { StateObject } from './state-object.ts'

const resource = createResource({
  issuer: 'https://notes.example',
  // Workers fetch keys of listed issuers only.
  trust: { agentProviders: ['https://agent.example'], personServers: ['https://ps.example'] },
  scopes: { 'notes.read': 'Read your notes', 'notes.write': 'Add to your notes' },
  missions: monitorMissions({ announcements: true }),
  stores: durableObjectStores(env.STATE),
})

const read = fetchGuard(resource, { scope: 'notes.read', person: 'required' })((_request, auth) =>
  Response.json({ person: personKey(auth), mission: auth.mission?.s256 }),
)
const write = fetchGuard(resource, { scope: 'notes.write', person: 'required', singleUse: true })(
  async (request, auth) =>
    Response.json({ person: personKey(auth), text: await request.text() }, { status: 201 }),
)

export default {
  fetch(request: Request): Promise<Response> {
    // The routes of the resource are answered by whichever guard is called.
    return request.method === 'POST' && isNotes(request) ? write(request) : read(request)
  },
}

function isNotes({ url }: Request): boolean {
  return new URL(url).pathname === '/notes'
}
