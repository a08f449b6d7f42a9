import { createResource, type Resource } from '@aauth-guard/core'

export const resource: Resource = createResource({
  issuer: 'https://notes.example',
  trust: 'any',
  scopes: { 'notes.read': 'Read your notes', 'notes.write': 'Add to your notes' },
  // With `basePath: '/api'` in next.config.js: strippedPrefix: '/api',
})
