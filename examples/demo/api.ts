import { createResource, type ResourceOptions } from '@aauth-guard/core'
import { answerRefusals, getAuth, protect, verifyDigest, wellKnown } from '@aauth-guard/express'
import express, { type Express } from 'express'

type Options = Pick<ResourceOptions, 'issuer' | 'accessServer' | 'fetch' | 'onDecision' | 'signingKey'>

/** The API of the demo: what anybody would write. Only `fetch` is injected, to dial issuers on loopback. */
export function notesApi(options: Options): Express {
  const resource = createResource({
    trust: {
      agentProviders: 'any',
      personServers: ['https://ps.example', 'https://classic-ps.example'],
    },
    scopes: { 'notes.read': 'Read your notes', 'notes.write': 'Add to your notes' },
    ...options,
  })

  const app = express()
  app.use(wellKnown(resource))

  app.get('/whoami', protect(resource, { accept: 'agent-token' }), (req, res) => {
    res.json({ agent: getAuth(req, 'agent-token').agent })
  })

  app.get(['/notes', '/notes/:id'], protect(resource, { scope: 'notes.read' }), (req, res) => {
    const { iss, ps, sub, scopes, agent, mission } = getAuth(req, 'auth-token')
    res.json({ iss, ps, sub, scopes, agent, mission })
  })

  app.post(
    '/notes',
    protect(resource, { scope: 'notes.write', components: ['content-digest', 'content-type'] }),
    express.json({ verify: verifyDigest }),
    (req, res) => {
      const { text } = req.body as { text: string }
      res.status(201).json({ added: text, scopes: getAuth(req, 'auth-token').scopes })
    },
  )

  app.use(answerRefusals())
  return app
}
