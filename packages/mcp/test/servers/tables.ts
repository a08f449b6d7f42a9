import type { McpOptions } from '@aauth-guard/mcp'

export const scopes = {
  'notes.read': 'Read your notes',
  'notes.write': 'Change your notes',
  'notes.purge': 'Delete all of your notes',
}

/** What the servers of these tests protect. `notes.secret` of the servers is in no table. */
export const tables = {
  tools: {
    'notes.list': { scope: 'notes.read' },
    'notes.delete': { scope: 'notes.write', mission: 'required' },
    'notes.purge': { scope: 'notes.read' },
    'notes.watch': { scope: 'notes.read' },
    'notes.ask': { scope: 'notes.read' },
    'notes.hidden': { scope: 'notes.write', hidden: true },
    'notes.find': { scope: 'notes.read', unsignedArguments: true },
  },
  resources: {
    'notes://all': { scope: 'notes.read' },
    'notes://one/{id}': { scope: 'notes.write' },
  },
  prompts: {
    summary: { scope: 'notes.read' },
    rewrite: { scope: 'notes.write' },
    résumé: { scope: 'notes.read' },
  },
} satisfies McpOptions
