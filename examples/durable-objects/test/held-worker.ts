/** An API whose objects answer only when they may. `/hold` and `/release` say so, and `/hints` tells why requests failed. */

import { env } from 'cloudflare:workers'
import { createResource } from '@aauth-guard/core'
import { fetchGuard } from '@aauth-guard/core/fetch'
import type { StateNamespace } from '../calls.ts'
import { durableObjectStores } from '../stores.ts'

export { StateObject } from '../state-object.ts'

let isHeld = false
const hints: string[] = []

async function released(): Promise<void> {
  while (isHeld) await new Promise((resolve) => setTimeout(resolve, 10))
}

const namespace: StateNamespace = {
  getByName: (name) => ({
    ask: async (calls) => {
      await released()
      return env.STATE.getByName(name).ask(calls)
    },
    now: async () => {
      await released()
      return env.STATE.getByName(name).now()
    },
  }),
}

const guard = fetchGuard(
  createResource({
    issuer: 'https://notes.example',
    trust: { agentProviders: ['https://agent.example'] },
    stores: durableObjectStores(namespace),
    onDecision: ({ hint }) => {
      if (hint !== undefined) hints.push(hint)
    },
  }),
  { accept: 'agent-token' },
)(() => new Response('ok'))

export default {
  fetch(request: Request): Response | Promise<Response> {
    const { pathname } = new URL(request.url)
    if (pathname === '/hints') return Response.json(hints)
    if (pathname !== '/hold' && pathname !== '/release') return guard(request)
    isHeld = pathname === '/hold'
    return new Response(null, { status: 204 })
  },
}
