import { getAuth, protect, wellKnown } from '@aauth-guard/express'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { hopsOf, lineOf } from './run-fetch.ts'
import { makeScene, type SceneParts } from './scene.ts'

const notes = ({ resource }: SceneParts) =>
  express()
    .use(wellKnown(resource))
    .get('/agent', protect(resource, { accept: 'agent-token' }), (req, res) => {
      res.json(getAuth(req, 'agent-token').agent)
    })
    .get('/person', protect(resource, { accept: 'person-token' }), (req, res) => {
      res.json(getAuth(req, 'person-token').ps)
    })
    .get('/mission', protect(resource, { mission: 'required' }), (req, res) => {
      res.json(getAuth(req, 'auth-token').mission)
    })
    .all('/notes', protect(resource), express.json(), (req, res) => {
      const { scopes, covered } = getAuth(req, 'auth-token')
      res.json({ method: req.method, query: req.query, content: req.body ?? null, scopes, covered })
    })
    .get('/write', protect(resource, { scope: 'notes.write' }), (req, res) => {
      res.json(getAuth(req, 'auth-token').scopes)
    })

describe('aauth fetch with --approve', () => {
  it('calls a route for agents with the agent token only', async () => {
    const { fetch, world } = await makeScene(notes)
    const ran = await fetch('/agent', ['--as', 'planner', '--json'])
    expect([ran.code, lineOf(ran).body, hopsOf(ran)]).toEqual([
      0,
      `aauth:planner@localhost:${new URL(world.agentProvider.id).port}`,
      ['200 agent-token GET /agent'],
    ])
  })

  it('gets a person token when the route requires one', async () => {
    const { fetch, world } = await makeScene(notes)
    const ran = await fetch('/person', ['--approve', '--json'])
    expect([ran.code, lineOf(ran).body, hopsOf(ran)]).toEqual([
      0,
      world.personServer.id,
      [
        '401 agent-token GET /person',
        '200 unsigned GET /.well-known/aauth-person.json',
        '202 agent-token POST /person-token',
        '200 agent-token GET /pending/ID',
        '200 person-token GET /person',
      ],
    ])
  })

  it('gets from the agent token to an auth token, and sends the call with each', async () => {
    const { fetch } = await makeScene(notes)
    const ran = await fetch('/notes', ['--approve', '--json'])
    expect([ran.code, hopsOf(ran)]).toEqual([
      0,
      [
        '401 agent-token GET /notes',
        '200 unsigned GET /.well-known/aauth-person.json',
        '202 agent-token POST /person-token',
        '200 agent-token GET /pending/ID',
        '401 person-token GET /notes',
        '202 agent-token POST /auth-token',
        '200 agent-token GET /pending/ID',
        '200 auth-token GET /notes',
      ],
    ])
    expect(lineOf(ran).hops.map(({ requirement }) => requirement)).toEqual([
      'person-token',
      undefined,
      'interaction',
      undefined,
      'auth-token',
      'interaction',
      undefined,
      undefined,
    ])
  })

  it('covers the query, the content and its type when the request has them', async () => {
    const { fetch } = await makeScene(notes)
    const ran = await fetch('/notes?sort=date&q=a%20b', ['-d', '{"text":"Buy milk"}', '--approve', '--json'])
    expect(lineOf(ran)).toMatchObject({
      status: 200,
      body: {
        method: 'POST',
        query: { sort: 'date', q: 'a b' },
        content: { text: 'Buy milk' },
        covered: [
          ...['@method', '@authority', '@path', 'signature-key', '@query'],
          ...['content-digest', 'content-type'],
        ],
      },
    })
  })

  it('calls the authorization endpoint for the scopes of --scope before the route', async () => {
    const { fetch } = await makeScene(notes)
    const ran = await fetch('/notes', ['--scope', 'notes.read notes.write', '--approve', '--json'])
    expect(lineOf(ran).body).toMatchObject({ scopes: ['notes.read', 'notes.write'] })
    expect(hopsOf(ran).filter((hop) => !hop.endsWith('/pending/ID'))).toEqual([
      '200 unsigned GET /.well-known/aauth-resource.json',
      '401 agent-token POST /aauth/authorize',
      '200 unsigned GET /.well-known/aauth-person.json',
      '202 agent-token POST /person-token',
      '200 person-token POST /aauth/authorize',
      '202 agent-token POST /auth-token',
      '200 auth-token GET /notes',
    ])
  })

  it('approves only the scopes of --scope, and stops after six tokens', async () => {
    const { fetch } = await makeScene(notes)
    const ran = await fetch('/write', ['--scope', 'notes.read', '--approve', '--json'])
    expect([ran.code, lineOf(ran).status]).toEqual([1, 401])
    expect(ran.err).toContain('asked for 6 tokens, and gets no more')
    expect(hopsOf(ran).filter((hop) => hop.endsWith('GET /write'))).toEqual(
      Array(7).fill('401 auth-token GET /write'),
    )
  })

  it('reports why the scope of --scope is refused', async () => {
    const { fetch } = await makeScene(notes)
    const ran = await fetch('/notes', ['--scope', 'notes.burn', '--approve'])
    expect(ran.code).toBe(1)
    expect(ran.err).toContain('gives no resource token for these scopes: 400 invalid_scope')
    expect(ran.err).toContain('/.well-known/aauth-resource.json lists those it has')
  })

  it('proposes the mission of --mission and calls under it', async () => {
    const { fetch, world } = await makeScene(notes)
    const ran = await fetch('/mission', ['--mission', 'Sort the notes', '--approve', '--json'])
    const [mission] = world.personServer.missions.all()
    expect([ran.code, lineOf(ran).body]).toEqual([
      0,
      { approver: world.personServer.id, s256: mission?.s256 },
    ])
    expect(new TextDecoder().decode(mission?.blob)).toContain('"description":"Sort the notes"')
    expect(ran.err).toContain(`Mission ${mission?.s256}`)
  })

  it('calls under a mission given by its digest', async () => {
    const { fetch, world } = await makeScene(notes)
    const agent = `aauth:cli@localhost:${new URL(world.agentProvider.id).port}`
    const { s256 } = await world.personServer.missions.begin(agent, { description: 'Sort' }, 'Ada')
    const ran = await fetch('/mission', ['--mission', s256, '--approve', '--json'])
    expect([ran.code, lineOf(ran).body]).toEqual([0, { approver: world.personServer.id, s256 }])
  })

  it('explains what a route within a mission requires', async () => {
    const { fetch } = await makeScene(notes)
    const ran = await fetch('/mission', ['--approve'])
    expect(ran.code).toBe(1)
    expect(ran.err).toContain('answered 403: mission_required: This access needs a token that carries')
    expect(ran.err).toContain('call under a mission: --mission "WHAT FOR"')
    expect(JSON.parse(ran.out)).toMatchObject({ error: 'mission_required' })
  })

  it('uses drafts 01 to 10 with a person server and an API of those drafts, and sends AAuth-Mission', async () => {
    const { fetch, world } = await makeScene(
      ({ resource }) =>
        express()
          .use(wellKnown(resource))
          .get('/', protect(resource, { mission: 'required' }), (req, res) => {
            res.json(getAuth(req, 'auth-token'))
          }),
      { generations: ['mission-header'] },
    )
    world.personServer.generations = ['mission-header']
    const ran = await fetch('/', ['--mission', 'Sort the notes', '--approve', '--json'])
    const [mission] = world.personServer.missions.all()
    expect(lineOf(ran).body).toMatchObject({
      generation: 'mission-header',
      mission: { approver: world.personServer.id, s256: mission?.s256 },
      covered: expect.arrayContaining(['aauth-mission']),
    })
    expect(hopsOf(ran).slice(-4)).toEqual([
      '401 agent-token GET /',
      '202 agent-token POST /token',
      '200 agent-token GET /pending/ID',
      '200 auth-token GET /',
    ])
  })

  it('calls with an auth token of the access server of the API', async () => {
    const { fetch, world } = await makeScene(
      ({ resource }) =>
        express()
          .use(wellKnown(resource))
          .get('/', protect(resource), (req, res) => {
            res.json(getAuth(req, 'auth-token').iss)
          }),
      {},
      true,
    )
    const ran = await fetch('/', ['--approve', '--json'])
    expect([ran.code, lineOf(ran).body]).toEqual([0, world.accessServer.id])
  })
})

describe('an API that requires more of the signature', () => {
  it('gets the covered field in required_input, from then on', async () => {
    const { fetch } = await makeScene(({ resource }) =>
      express().get(
        '/',
        protect(resource, { accept: 'person-token', components: ['accept'] }),
        (req, res) => {
          res.json(getAuth(req, 'person-token').covered)
        },
      ),
    )
    const ran = await fetch('/', ['--approve', '--json'])
    expect(lineOf(ran).body).toContain('accept')
    expect(hopsOf(ran).filter((hop) => hop.endsWith('GET /'))).toEqual([
      '401 agent-token GET /',
      '401 agent-token GET /',
      '200 person-token GET /',
    ])
  })

  it('gets a digest of an empty content when it requires content-digest', async () => {
    const answers = ['"content-digest" "@target-uri"']
    const { fetch } = await makeScene(() => (req, res) => {
      const demanded = answers.shift()
      if (demanded === undefined) res.end(JSON.stringify(req.headers))
      else
        res.writeHead(401, { 'signature-error': `error=invalid_input, required_input=(${demanded})` }).end()
    })
    const { body } = lineOf(await fetch('/', ['--json']))
    expect(body).toMatchObject({
      'content-digest': 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:',
      'signature-input': expect.stringContaining('"content-digest" "@target-uri")'),
    })
  })

  it('gets the nonce and the tag of Accept-Signature, for one request', async () => {
    const inputs: string[] = []
    const { fetch } = await makeScene(() => (req, res) => {
      inputs.push(String(req.headers['signature-input']))
      const field = 'sig=("@method" "@query");created;nonce="n-1";tag="t-1"'
      res.writeHead(inputs.length === 1 ? 401 : 200, inputs.length === 1 ? { 'accept-signature': field } : {})
      res.end()
    })
    expect((await fetch('/?a=1')).code).toBe(0)
    expect(inputs).toHaveLength(2)
    expect(inputs[1]).toMatch(/;nonce="n-1";tag="t-1"$/)
  })

  it('is not called again when it requires a field that the request does not have', async () => {
    const { fetch, requests } = await makeScene(() => (_, res) => {
      const field = 'error=invalid_input, required_input=("x-request-id")'
      res.writeHead(401, { 'signature-error': field }).end()
    })
    const ran = await fetch('/', ['-v'])
    expect([ran.code, requests.length]).toEqual([1, 1])
    expect(ran.err).toContain('The signature cannot cover "x-request-id", which is not sent.')
    expect(ran.err).toContain('invalid_input')
    expect(ran.err).toContain('send it with -H')
  })
})
