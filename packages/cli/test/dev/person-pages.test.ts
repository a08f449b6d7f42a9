import { request } from 'node:http'
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { agentOf, ask, serveDevWorld } from './served-world.ts'
import { Visitor } from './visitor.ts'

const notes = 'http://localhost:3999'

async function makeQuestion(body: object = {}) {
  const world = await serveDevWorld()
  world.allowApp(notes)
  const agent = await agentOf(world)
  const visitor = new Visitor(world.at.personServer)
  return { world, agent, visitor, ...(await ask(agent, '/person-token', { resource: notes, ...body })) }
}

describe('a question on the page of the person server', () => {
  it('shows the API and the agent to the person who signed in, and is approved by a form', async () => {
    const { visitor, code, poll, agent } = await makeQuestion()
    expect(await visitor.signIn('Ada')).toContain(`${agent.id}</h3><p>wants to say who you are at`)
    const { text } = await visitor.get(`/interaction?code=${code}`)
    expect([text.includes(notes), text.includes(agent.id), text.includes(code)]).toEqual([true, true, true])
    expect((await poll()).status).toBe(202)
    const after = await visitor.send('/decide', [
      ['code', code],
      ['decision', 'approve'],
    ])
    expect(after.text).toContain(`Approved. ${agent.id} goes on.`)
    const { person_token: token } = (await (await poll()).json()) as { person_token: string }
    expect(decodeJwt(token)).toMatchObject({ iss: visitor.origin, aud: notes })
  })

  it('is asked once for an agent and an API, and again if the person chose so', async () => {
    const { visitor, code, agent } = await makeQuestion()
    await visitor.signIn('Ada')
    await visitor.send('/decide', [
      ['code', code],
      ['decision', 'approve'],
    ])
    expect((await ask(agent, '/person-token', { resource: notes })).status).toBe(200)
    await visitor.send('/forget', [
      ['agent', agent.id],
      ['resource', notes],
    ])
    expect((await ask(agent, '/person-token', { resource: notes })).status).toBe(202)
  })

  it('is denied by a form, and the agent gets the denial', async () => {
    const { visitor, code, poll } = await makeQuestion()
    await visitor.signIn('Ada')
    await visitor.send('/decide', [
      ['code', code],
      ['decision', 'deny'],
    ])
    const answer = await poll()
    expect([answer.status, await answer.json()]).toEqual([403, { error: 'denied' }])
  })

  it('is found by its code in any spelling, and not by a wrong code', async () => {
    const { visitor, code } = await makeQuestion()
    await visitor.signIn('Ada')
    const typed = `${code.slice(0, 4)}-${code.slice(4)}`.toLowerCase()
    expect((await visitor.get(`/interaction?code=${typed}`)).text).toContain('Let an agent say who you are?')
    expect((await visitor.get('/interaction?code=00000000')).headers.get('location')).toBe('/')
    expect((await visitor.get('/')).text).toContain('Nothing waits for you under this code.')
  })

  it('shows text chosen by an agent clipped and unable to reorder the page', async () => {
    const { world, agent, visitor } = await makeQuestion()
    const description = `<img src=x onerror=alert(1)>\u202egnp.exe ${'x'.repeat(400)}`
    const { code } = await ask(agent, '/mission', { description })
    await visitor.signIn('Ada')
    const { text } = await visitor.get(`/interaction?code=${code}`)
    expect(text).toContain('<bdi>&#60;img src=x onerror=alert(1)&#62;\ufffdgnp.exe xxx')
    expect([text.includes('\u202e'), text.includes('x'.repeat(300)), text.includes('<img')]).toEqual([
      false,
      false,
      false,
    ])
    expect(world.personServer.missions.waiting).toHaveLength(2)
  })
})

describe('a form that does not come from a page of the person server', () => {
  it.each([
    ['of another origin', { origin: 'http://localhost:3000' }],
    ['of an unknown origin', { origin: 'null' }],
    ['without an origin', { origin: undefined }],
    ['that the browser calls cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['that the browser calls same-site', { 'sec-fetch-site': 'same-site' }],
    ['without the cookie of the browser', { cookie: '' }],
  ])('decides nothing when it is one %s', async (_, changed) => {
    const { visitor, code, poll } = await makeQuestion()
    await visitor.signIn('Ada')
    const { status } = await visitor.send(
      '/decide',
      [
        ['code', code],
        ['decision', 'approve'],
      ],
      changed,
    )
    expect([status, (await poll()).status]).toEqual([403, 202])
  })

  it('decides nothing when it has no form token, or the form token of another browser', async () => {
    const { visitor, code, poll } = await makeQuestion()
    const other = new Visitor(visitor.origin)
    await other.signIn('Ada')
    await visitor.signIn('Ada')
    const fields = [
      ['code', code],
      ['decision', 'approve'],
    ] as const
    const wrong = await visitor.send('/decide', [...fields, ['form_token', '']])
    const [, foreignToken = ''] = /name="form_token" value="([^"]+)"/.exec((await other.get('/')).text) ?? []
    const foreign = await visitor.send('/decide', [...fields, ['form_token', foreignToken]])
    expect([wrong.status, foreign.status, (await poll()).status]).toEqual([403, 403, 202])
  })

  it('decides nothing before the person signed in', async () => {
    const { visitor, code, poll } = await makeQuestion()
    await visitor.get('/')
    await visitor.send('/decide', [
      ['code', code],
      ['decision', 'approve'],
    ])
    expect((await poll()).status).toBe(202)
  })

  it('is not answered under another host name, which a DNS rebinding attack would send', async () => {
    const { visitor } = await makeQuestion()
    const { port } = new URL(visitor.origin)
    const status = await new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, headers: { host: `evil.example:${port}` } })
      sent
        .on('response', (answer) => resolve(answer.statusCode))
        .on('error', reject)
        .end()
    })
    expect(status).toBe(421)
  })

  it('cannot be in a frame or run a script, and is never cached', async () => {
    const { visitor } = await makeQuestion()
    expect(Object.fromEntries((await visitor.get('/')).headers)).toMatchObject({
      'content-security-policy':
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      'cache-control': 'no-store',
    })
  })
})

describe('the list of the person server', () => {
  it('shows the missions of the person who signed in, and a form terminates one permanently', async () => {
    const { world, agent, visitor } = await makeQuestion()
    const own = await world.personServer.missions.begin(agent, { description: 'Sort the notes' }, 'Ada')
    await world.personServer.missions.begin(agent, { description: 'Water the plants' }, 'Grace')
    const text = await visitor.signIn('Ada')
    expect([text.includes('Sort the notes'), text.includes('Water the plants')]).toEqual([true, false])
    expect((await visitor.send('/terminate', [['s256', own.s256]])).text).toContain(
      'The mission is terminated.',
    )
    expect(world.personServer.missions.get(own.s256)).toMatchObject({ reason: 'revoked' })
    expect((await visitor.send('/terminate', [['s256', 'unknown']])).text).toContain(
      'Not done: there is no such mission.',
    )
  })

  it('shows the tokens of the person who signed in, and a form revokes one', async () => {
    const { world, visitor, code, poll } = await makeQuestion()
    await visitor.signIn('Grace')
    await visitor.send('/decide', [
      ['code', code],
      ['decision', 'approve'],
    ])
    await poll()
    const [token] = world.personServer.tokens()
    const jti = token?.jti as string
    const ada = new Visitor(visitor.origin)
    expect(await ada.signIn('Ada')).not.toContain(jti)
    expect((await ada.send('/revoke-token', [['jti', jti]])).text).toContain(
      'Not done: there is no such token.',
    )
    expect((await visitor.get('/')).text).toContain(jti)
    expect((await visitor.send('/revoke-token', [['jti', jti]])).text).toContain('The token is revoked.')
    expect(world.personServer.withdrawn.has(visitor.origin, jti)).toBe(true)
  })
})

describe('a person server that can be reached from elsewhere', () => {
  it('does not let anyone sign in without the password', async () => {
    const { at } = await serveDevWorld({ password: 'the password' })
    const visitor = new Visitor(at.personServer)
    expect(await visitor.signIn('Ada', [['password', 'wrong']])).toContain('The password is not the one')
    expect(await visitor.signIn('Ada', [['password', 'the password']])).toContain('What agents do for Ada')
  })
})
