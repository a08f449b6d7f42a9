import { createResource } from '@aauth-guard/core'

/** `https://host` of an issuer → where it is served. */
const issuers = JSON.parse(process.env.ISSUERS ?? '{}')

export const resource = createResource({
  issuer: 'https://notes.example',
  trust: { agentProviders: ['https://agent.example'], personServers: ['https://ps.example'] },
  scopes: { 'notes.read': 'Read your notes', 'notes.write': 'Change your notes' },
  ...(process.env.BASE_PATH === undefined ? {} : { strippedPrefix: process.env.BASE_PATH }),
  fetch: (url, init) => {
    const { origin, pathname } = new URL(url)
    return fetch(`${issuers[origin]}${pathname}`, init)
  },
})
