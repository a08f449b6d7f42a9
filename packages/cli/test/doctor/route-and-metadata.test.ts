import { protect, wellKnown } from '@aauth-guard/express'
import { neverAnswers } from '@aauth-guard/fixtures/never-answers'
import { anyKind } from '@aauth-guard/fixtures/requirements'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { type ApiOptions, listen, serveApi } from './api.ts'
import type { Passed, Returned } from './proxy.ts'
import { withBody, withLine, without } from './proxy.ts'
import { examined, idsOf } from './run-doctor.ts'

const metadataPath = '/.well-known/aauth-resource.json'

/** Changes the answer of one path. */
const at =
  (path: string, change: (returned: Returned) => Returned) =>
  (returned: Returned, { target }: Passed): Returned =>
    target.split('?')[0] === path ? change(returned) : returned

/** Changes members of a JSON document. */
const withMembers =
  (members: object) =>
  (returned: Returned): Returned =>
    withBody(returned, JSON.stringify({ ...JSON.parse(returned.body), ...members }))

const instead =
  (path: string, returned: Returned) =>
  ({ target }: Passed) =>
    target === path ? returned : undefined

describe('aauth doctor at an address without an API', () => {
  it('reports that nothing listens, and makes no other check', async () => {
    const { code, findings, leftOut, requests } = await examined(['http://localhost:9/notes'])
    expect(findings).toEqual([
      {
        id: 'unreachable',
        severity: 'error',
        found: expect.stringContaining('ECONNREFUSED'),
        remedy: expect.stringContaining('that the API runs'),
      },
    ])
    expect([code, requests]).toEqual([1, 1])
    expect(new Set(leftOut.map(({ because }) => because))).toEqual(new Set(['nobody answers']))
  })

  it('reports that no answer arrives in time', async () => {
    const origin = await listen(() => void neverAnswers())
    const { findings, requests } = await examined([`${origin}/notes`])
    expect(findings).toMatchObject([{ id: 'unreachable', found: expect.stringContaining('within 3 s') }])
    expect(requests).toBe(1)
  })

  it('reports that an answer does not end in time', async () => {
    const origin = await listen((_req, res) => {
      res.writeHead(200)
      res.write('{')
      void neverAnswers()
    })
    const { findings } = await examined([`${origin}/notes`])
    expect(findings).toMatchObject([{ id: 'unreachable', found: expect.stringContaining('within 3 s') }])
  })
})

describe('aauth doctor at a route that does not challenge', () => {
  it.each<[id: string, what: string, ApiOptions]>([
    [
      'unguarded',
      'answers 200 without a credential',
      {
        app: (resource) =>
          express()
            .use(wellKnown(resource))
            .get('/notes', (_req, res) => void res.json([])),
      },
    ],
    ['unguarded', 'has an optional guard', { requirement: { ...anyKind, optional: true } }],
    [
      'redirected',
      'redirects',
      { proxy: { instead: instead('/notes', { status: 308, lines: [['location', '/notes/']], body: '' }) } },
    ],
    ['not-aauth', 'is not there', { path: '/elsewhere' }],
    [
      'not-aauth',
      'asks for a password',
      {
        proxy: {
          instead: instead('/notes', {
            status: 401,
            lines: [['www-authenticate', 'Basic realm="a"']],
            body: '',
          }),
        },
      },
    ],
    [
      'unavailable',
      'is broken',
      { proxy: { instead: instead('/notes', { status: 502, lines: [], body: '' }) } },
    ],
    [
      'challenge-incomplete',
      'loses the lines of its challenge on the way',
      { proxy: { answer: at('/notes', (returned) => without(returned, 'aauth-requirement', 'link')) } },
    ],
    [
      'challenge-incomplete',
      'loses the line Signature-Error on the way',
      { proxy: { answer: at('/notes', (returned) => without(returned, 'signature-error')) } },
    ],
    [
      'body-replaced',
      'gets an error page of the proxy',
      {
        proxy: {
          answer: at('/notes', (returned) =>
            withLine(withBody(returned, '<h1>401</h1>'), 'content-type', 'text/html'),
          ),
        },
      },
    ],
    [
      'request-malformed',
      'gets two Host lines',
      { proxy: { request: (passed) => ({ ...passed, lines: [['host', 'internal'], ...passed.lines] }) } },
    ],
  ])('reports %s when the route %s', async (id, _, options) => {
    const api = await serveApi(options)
    const { code, findings } = await examined([api.url])
    expect(idsOf({ findings })).toEqual([id])
    expect(code).toBe(1)
  })
})

describe('aauth doctor at wrong metadata', () => {
  it.each<[id: string, what: string, ApiOptions]>([
    [
      'metadata-missing',
      'is not served',
      {
        app: (resource) =>
          express().get('/notes', protect(resource, anyKind), (_req, res) => void res.json([])),
      },
    ],
    [
      'metadata-guarded',
      'is behind the guard',
      { app: (resource) => express().use(protect(resource, anyKind)).use(wellKnown(resource)) },
    ],
    [
      'metadata-redirected',
      'redirects',
      {
        proxy: {
          instead: instead(metadataPath, {
            status: 301,
            lines: [['location', `${metadataPath}/`]],
            body: '',
          }),
        },
      },
    ],
    [
      'metadata-malformed',
      'is not JSON',
      { proxy: { answer: at(metadataPath, (returned) => withBody(returned, '<!doctype html>')) } },
    ],
    [
      'metadata-malformed',
      'is longer than 64 KiB',
      { proxy: { answer: at(metadataPath, withMembers({ more: 'x'.repeat(70_000) })) } },
    ],
    [
      'metadata-content-type',
      'is of the type text/plain',
      { proxy: { answer: at(metadataPath, (returned) => withLine(returned, 'content-type', 'text/plain')) } },
    ],
    [
      'issuer-mismatch',
      'names another issuer',
      { proxy: { answer: at(metadataPath, withMembers({ issuer: 'https://notes.example' })) } },
    ],
    [
      'issuer-mismatch',
      'names nobody',
      { proxy: { answer: at(metadataPath, withMembers({ issuer: undefined })) } },
    ],
    [
      'jwks-uri-invalid',
      'has no jwks_uri',
      { proxy: { answer: at(metadataPath, withMembers({ jwks_uri: undefined })) } },
    ],
    [
      'jwks-uri-invalid',
      'has a jwks_uri that is not a URL',
      { proxy: { answer: at(metadataPath, withMembers({ jwks_uri: '/aauth/jwks.json' })) } },
    ],
    [
      'revocation-endpoint-missing',
      'has no revocation endpoint',
      { proxy: { answer: at(metadataPath, withMembers({ revocation_endpoint: undefined })) } },
    ],
    [
      'revocation-endpoint-elsewhere',
      'names a revocation endpoint of another origin',
      {
        proxy: {
          answer: at(metadataPath, withMembers({ revocation_endpoint: 'https://elsewhere.example/revoke' })),
        },
      },
    ],
    [
      'revocation-endpoint-unreachable',
      'names a revocation endpoint that the proxy does not pass',
      { proxy: { instead: instead('/aauth/revoke', { status: 404, lines: [], body: '' }) } },
    ],
  ])('reports %s when the metadata %s', async (id, _, options) => {
    const api = await serveApi(options)
    const { code, findings } = await examined([api.url])
    expect(idsOf({ findings })).toEqual([id])
    expect(code).toBe(1)
  })
})

describe('aauth doctor at wrong keys', () => {
  const keysPath = '/aauth/jwks.json'
  const key = {
    kty: 'OKP',
    crv: 'Ed25519',
    x: 'PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw',
    kid: 'a',
    alg: 'Ed25519',
  }
  const published = (...keys: object[]) => ({ proxy: { answer: at(keysPath, withMembers({ keys })) } })

  it.each<[id: string, what: string, ApiOptions]>([
    [
      'keys-unreadable',
      'the proxy does not pass the path',
      { proxy: { instead: instead(keysPath, { status: 404, lines: [], body: '' }) } },
    ],
    [
      'keys-unreadable',
      'there is no list of keys',
      { proxy: { answer: at(keysPath, withMembers({ keys: 'none' })) } },
    ],
    [
      'keys-content-type',
      'the type is text/html',
      { proxy: { answer: at(keysPath, (returned) => withLine(returned, 'content-type', 'text/html')) } },
    ],
    ['keys-empty', 'none is published although resource tokens are issued', published()],
    ['key-without-kid', 'one has no kid', published({ ...key, kid: undefined })],
    ['key-without-alg', 'one has no alg', published({ ...key, alg: undefined })],
    ['key-without-alg', 'one has another alg', published({ ...key, alg: 'EdDSA' })],
    ['private-key-published', 'one is a private key', published({ ...key, d: 'AAAA' })],
    ['kid-ambiguous', 'two have one kid', published(key, { ...key, x: 'AAAA' })],
  ])('reports %s when %s', async (id, _, options) => {
    const api = await serveApi(options)
    const { code, findings } = await examined([api.url])
    expect(idsOf({ findings })).toEqual([id])
    expect(code).toBe(1)
  })
})
