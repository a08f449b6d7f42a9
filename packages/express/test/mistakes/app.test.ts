import { createResource, stepUp } from '@aauth-guard/core'
import { makeSigningKey } from '@aauth-guard/fixtures/issued'
import { dial } from '@aauth-guard/testing'
import express, { type RequestHandler } from 'express'
import { expect, it } from 'vitest'
import { getAuth, protect, requireGrant, wellKnown } from '../../src/index.ts'
import { type Build, called, guarded, handling, reading, type Send, shown, url } from './shown.ts'

const json = { 'content-type': 'application/json' }
const end: RequestHandler = (_req, res) => void res.end()
/** A POST whose signature covers the digest of its content. */
const posted: Send = async ({ agent, token }) =>
  agent.fetch(url, { method: 'POST', body: '{"a":1}', headers: json }, { token: await token(), digest: true })
const agentCalls: Send = ({ agent }) => agent.call(url).catch(() => undefined)
const purging = { scopes: { 'notes.read': 'Read your notes', 'notes.purge': 'Delete all of them' } }

type Row = readonly [
  mistake: string,
  options: Record<string, unknown>,
  build: Build,
  send: Send,
  /** What is wrong, with the value. */
  fault: string,
  remedy: string,
]

it.each<Row>([
  [
    'a guard that is not called',
    {},
    (app) => void app.get('/notes', protect as never),
    called,
    'TypeError: the guard was given a request, since it was not called',
    'write protect(resource)',
  ],
  [
    'a handler without a guard',
    {},
    (app) => void app.get('/notes', (req, res) => void res.json(getAuth(req, 'auth-token'))),
    called,
    'TypeError: the request has no verified identity',
    'put protect(resource) before this handler',
  ],
  [
    'a grant without a guard',
    {},
    (app) =>
      void app.get(
        '/notes',
        requireGrant(() => undefined),
      ),
    called,
    'TypeError: the request has no verified identity',
    'put protect(resource) before requireGrant',
  ],
  [
    'another kind than the route accepts',
    {},
    handling((req, res) => void res.json(getAuth(req, 'agent-token'))),
    called,
    'the second argument of getAuth is "agent-token", but the request carried "auth-token"',
    'pass a kind that "accept" of the route names',
  ],
  [
    'no kind',
    {},
    handling((req, res) => void res.json(getAuth(req, undefined as never))),
    called,
    'the second argument of getAuth is undefined, but the request carried "auth-token"',
    'pass a kind that "accept" of the route names',
  ],
  [
    'a body parser before the guard of content that must be covered',
    {},
    (app, resource) => {
      app.use(express.json())
      app.post('/notes', protect(resource, { ...reading, components: ['content-digest', 'content-type'] }))
    },
    posted,
    'server_error: the signature covers "content-digest", but the content was not compared with it',
    'mount protect(resource) before the body parsers, or give them { verify: verifyDigest }',
  ],
  [
    'a body parser before the guard of content that an agent covers unasked',
    {},
    (app, resource) => void app.use(express.json()).post('/notes', protect(resource, reading)),
    posted,
    'server_error: the signature covers "content-digest", but the content was not compared with it',
    'mount protect(resource) before the body parsers, or give them { verify: verifyDigest }',
  ],
  [
    'content that was changed on the way',
    {},
    (app, resource) => void app.post('/notes', protect(resource, reading)),
    async ({ agent, at, token }) => {
      const request = { method: 'POST', body: '{"a":1}', headers: json }
      const message = await agent.sign(url, request, { token: await token(), digest: true })
      return dial(at, { ...message, body: new TextEncoder().encode('{"a":2}') })
    },
    'invalid_signature: "content-digest" is not the digest of the content',
    'if a proxy or middleware changes the content, let it forward the octets as they came',
  ],
  [
    'own routes that are not mounted',
    {},
    guarded,
    agentCalls,
    'https://notes.example issues resource tokens, but no request has reached its metadata and keys',
    'mount wellKnown() with the same resource at the root of the app',
  ],
  [
    'own routes under a prefix',
    {},
    (app, resource) => guarded(app.use('/api', wellKnown(resource)), resource),
    agentCalls,
    'https://notes.example issues resource tokens, but no request has reached its metadata and keys',
    'mount wellKnown() with the same resource at the root of the app',
  ],
  [
    'own routes of another resource',
    {},
    (app, resource) => {
      app.use(wellKnown(createResource({ issuer: resource.issuer, trust: 'any' })))
      guarded(app, resource)
    },
    agentCalls,
    'https://notes.example issues resource tokens, but no request has reached its metadata and keys',
    'mount wellKnown() with the same resource at the root of the app',
  ],
  [
    'own routes behind a guard',
    {},
    (app, resource) => void app.use(protect(resource, reading)).use(wellKnown(resource)),
    ({ at }) => fetch(`${at}/.well-known/aauth-resource.json`),
    'invalid_signature: "/.well-known/aauth-resource.json" is guarded',
    'mount wellKnown(resource) before the guards',
  ],
  [
    'own routes behind a body parser',
    {},
    (app, resource) => void app.use(express.json()).use(wellKnown(resource)),
    ({ net }) => net.personServer.revoke(net.resource, { jti: 'id-1', exp: net.clock.now() + 100 }),
    'server_error: a body parser has read the content before this route',
    'mount wellKnown(resource) before the body parsers',
  ],
  [
    'several processes without a signing key',
    {},
    guarded,
    agentCalls,
    '"signingKey" is missing, so resource tokens are signed with a key in the memory of this process',
    'make a key with `npx @aauth-guard/cli keygen --out signing-key.json`',
  ],
  [
    'a step-up that nobody answers',
    purging,
    (app, resource) =>
      void app.get('/notes', protect(resource, reading), (req) =>
        stepUp(resource, getAuth(req, 'auth-token'), { scope: 'notes.purge' }),
      ),
    called,
    'nothing answered the error of stepUp',
    'mount answerRefusals() behind the routes on Express',
  ],
  [
    'a check that throws',
    {},
    (app, resource) => {
      const check = (): never => {
        throw new Error('db down')
      }
      app.get('/notes', protect(resource, { ...reading, check }))
    },
    called,
    'server_error: "check" threw "Error: db down"',
    'fix it, or return false to refuse the request',
  ],
  [
    'a check that returns a record',
    {},
    (app, resource) =>
      void app.get('/notes', protect(resource, { ...reading, check: (() => ({ id: 1 })) as never })),
    called,
    'access_denied: "check" returned an object',
    'return true to accept the request',
  ],
  [
    'a mission that no token carries',
    {},
    (app, resource) => void app.get('/notes', protect(resource, { ...reading, mission: 'required' })),
    called,
    'mission_required: the route requires a mission, which the token does not carry',
    'the agent must have its person approve one, or the route must allow requests without a mission',
  ],
])(
  'an app with a mistake shows what is wrong and its remedy: %s',
  async (_, options, build, send, fault, remedy) => {
    const text = await shown(options, build, send)
    expect([text, text]).toEqual([expect.stringContaining(fault), expect.stringContaining(`: ${remedy}`)])
  },
)

it.each<readonly [what: string, build: Build, send: Send]>([
  [
    'a list of one scope',
    (app, resource) => void app.get('/notes', protect(resource, { scope: ['notes.read'] }), end),
    called,
  ],
  [
    'a body parser behind the guard',
    (app, resource) => void app.post('/notes', protect(resource, reading), express.json(), end),
    posted,
  ],
  [
    'a guard in a router under a prefix',
    (app, resource) => void app.use('/notes', express.Router().use(protect(resource, reading)).get('/', end)),
    called,
  ],
])('an app without a mistake shows nothing: %s', async (_, build, send) => {
  expect(await shown({ signingKey: await makeSigningKey() }, build, send)).toBe('')
})
