import { createResource } from '@aauth-guard/core'
import { hold, managedAccess } from '@aauth-guard/core/managed'

/** `https://host` of an issuer → where it is served. */
const issuers = JSON.parse(process.env.ISSUERS ?? '{}')

export const resource = createResource({
  issuer: 'https://notes.example',
  trust: { agentProviders: ['https://agent.example'], personServers: ['https://ps.example'] },
  scopes: { 'notes.read': 'Read your notes', 'notes.write': 'Change your notes' },
  ...(process.env.BASE_PATH === undefined ? {} : { strippedPrefix: process.env.BASE_PATH }),
  managed: managedAccess(),
  fetch: (url, init) => {
    const { origin, pathname } = new URL(url)
    return fetch(`${issuers[origin]}${pathname}`, init)
  },
})

export const payments = hold(
  resource,
  { name: 'payments', scope: 'notes.write' },
  ({ body, target }) => ({
    status: 201,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ target, paid: new TextDecoder().decode(body) }),
  }),
  { durability: 'lossy' },
)
