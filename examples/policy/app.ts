/**
 * An API whose routes ask policies, beside what tokens say. `node examples/policy/app.ts` serves it with Cedar;
 * `OPA=http://127.0.0.1:8181 node examples/policy/app.ts` asks an OPA that serves `notes.rego`.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import {
  type Auth,
  createResource,
  type Resource,
  type ResourceOptions,
  type RoutedRequest,
} from '@aauth-guard/core'
import { protect, wellKnown } from '@aauth-guard/express'
import express, { type Express } from 'express'
import { cedar } from './cedar.ts'
import { opa } from './opa.ts'

export const options: ResourceOptions = {
  issuer: 'https://notes.example',
  trust: { agentProviders: 'any', personServers: ['https://ps.example', 'https://old-ps.example'] },
  scopes: { 'notes.read': 'Read your notes', 'notes.write': 'Change and delete your notes' },
}

type Check = (auth: Auth, request: RoutedRequest) => boolean | Promise<boolean>

/** A check for each thing that the API does. */
export interface Policies {
  readonly read: Check
  readonly delete: Check
}

export function cedarPolicies(): Policies {
  const text = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8')
  const asking = cedar(text('notes.cedar'), text('notes.cedarschema'))
  const about = (action: string) => asking(({ path }) => ({ action, resource: { type: 'Note', id: path } }))
  return { read: about('read'), delete: about('delete') }
}

export function opaPolicies(origin: string): Policies {
  const policy = opa(origin)
  return { read: policy.action('notes.read'), delete: policy.action('notes.delete') }
}

export function notesApi(resource: Resource, policies: Policies): Express {
  const app = express()
  app.use(wellKnown(resource))
  app.get('/notes/:id', protect(resource, { scope: 'notes.read', check: policies.read }), (req, res) => {
    res.json({ id: req.params.id })
  })
  app.delete(
    '/notes/:id',
    protect(resource, { scope: 'notes.write', check: policies.delete }),
    (_req, res) => {
      res.sendStatus(204)
    },
  )
  return app
}

if (process.argv[1] === import.meta.filename) {
  const { OPA, PORT = '3000' } = process.env
  const policies = OPA === undefined ? cedarPolicies() : opaPolicies(OPA)
  const server = createServer(notesApi(createResource(options), policies))
  server.listen(Number(PORT), '127.0.0.1', () =>
    console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
  )
}
