import { describe, expect, it } from 'vitest'
import { added, consentScene } from './consent-scene.ts'
import { WebVisitor } from './web-visitor.ts'

async function scene() {
  const made = await consentScene()
  return { ...made, ada: new WebVisitor(made.origin), grace: new WebVisitor(made.origin) }
}

const json = async (response: Response) => [response.status, await response.json()]

it('every answer has the headers that protect the pages', async () => {
  const { ada, origin } = await scene()
  const signedOut = await ada.get('/agents?code=ABCD-EFGH-JKMN')
  const signedIn = await ada.signIn('Ada')
  const answers = [signedOut, signedIn, await ada.get('/agents/nothing'), await ada.get('/agents/style.css')]
  const redirect = await fetch(`${origin}/agents/sign-in`, { method: 'POST', redirect: 'manual' })
  for (const { headers } of [...answers, redirect]) {
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy':
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    })
  }
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 404, 200])
  expect(signedOut.text).not.toContain('<script')
  expect(signedOut.headers.get('set-cookie')).toMatch(
    /^__Host-consent=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
  )
})

describe('a code', () => {
  it('is not used up by GET, HEAD and a prefetch [INT-3, INT-4]', async () => {
    const { ada, ask } = await scene()
    const { code, poll } = await ask()
    const path = `/agents?code=${code}`
    await ada.signIn('Ada')
    const shown = [
      await ada.get(path),
      await ada.get(path, { method: 'HEAD' }),
      await ada.get(path, { headers: { 'sec-purpose': 'prefetch' } }),
    ]
    expect(shown.map(({ status, text }) => [status, text === ''])).toEqual([
      [200, false],
      [200, true],
      [200, false],
    ])
    expect(await json(await poll())).toEqual([202, { status: 'pending' }])
    const decide = await ada.send(await ada.get(path), '/redeem')
    expect(decide.title).toBe('Let an agent use your notes?')
    expect(await json(await poll())).toEqual([202, { status: 'interacting' }])
  })

  it('that is sent twice opens one page, now and after going back [INT-3]', async () => {
    const { ada, ask } = await scene()
    const { code } = await ask()
    const form = await ada.signIn('Ada', `/agents?code=${code}`)
    const [one, other] = await Promise.all([ada.send(form, '/redeem'), ada.send(form, '/redeem')])
    const later = await ada.send(form, '/redeem', { code: code.toLowerCase().replaceAll('-', ' ') })
    const reloaded = await ada.get(`/agents?code=${code}`)
    expect(one.title).toBe('Let an agent use your notes?')
    expect([other.path, later.path, reloaded.path]).toEqual([one.path, one.path, one.path])
  })

  it('that is wrong five times ends with a page that says to wait, for the right one as well [INT-3]', async () => {
    const { ada, grace, ask } = await scene()
    const { code } = await ask()
    const form = await ada.signIn('Ada')
    const titles: (readonly [number, string])[] = []
    for (let i = 0; i < 6; i++) {
      const { status, title } = await ada.send(form, '/redeem', { code: `AAAA-AAAA-AAA${i}` })
      titles.push([status, title])
    }
    expect(titles).toEqual([
      ...Array(5).fill([410, 'This code does not work']),
      [429, 'Too many wrong codes'],
    ])
    const right = await ada.send(form, '/redeem', { code })
    expect([right.status, right.headers.get('retry-after')]).toEqual([429, '60'])
    expect((await grace.open('Grace', code)).status).toBe(200)
  })

  it('that has expired says so, and so does a decision that comes too late [INT-7]', async () => {
    const { ada, net, ask } = await scene()
    const [late, open] = [await ask(), await ask()]
    const decide = await ada.open('Ada', open.code)
    net.clock.advance(600)
    const { status, title } = await ada.send(await ada.get(`/agents?code=${late.code}`), '/redeem')
    expect([status, title]).toEqual([410, 'This code has expired'])
    expect((await ada.get(decide.path)).title).toBe('This code has expired')
    expect((await ada.send(decide, '/decide', { decision: 'allow' })).title).toBe('This code has expired')
  })

  it('that one person has used opens nothing for another [INT-4]', async () => {
    const { ada, grace, ask } = await scene()
    const { code } = await ask()
    const decide = await ada.open('Ada', code)
    expect((await grace.open('Grace', code)).title).toBe('This code does not work')
    expect((await grace.get(decide.path)).status).toBe(404)
  })
})

describe('a decision', () => {
  it('that is sent twice counts once, and both are told the same', async () => {
    const { ada, ask } = await scene()
    const { code, poll } = await ask()
    const decide = await ada.open('Ada', code)
    const [one, other] = await Promise.all([
      ada.send(decide, '/decide', { decision: 'allow' }),
      ada.send(decide, '/decide', { decision: 'deny' }),
    ])
    expect([one.title, other.title]).toEqual(['Allowed', 'Allowed'])
    expect((await ada.get(decide.path)).title).toBe('Allowed')
    expect(await json(await poll())).toEqual([200, { status: 'authorized', scope: 'notes.read' }])
  })

  it('can allow a part of what was asked, and not none of it', async () => {
    const { ada, ask, call } = await scene()
    const { code, poll } = await ask(added, { digest: true })
    const decide = await ada.open('Ada', code)
    expect(decide.text).toContain('Add notes')
    const none = await ada.send(decide, '/decide', { decision: 'allow', scope: [] })
    expect(none.text).toContain('Choose what you allow, or deny the request.')
    const wider = await ada.send(decide, '/decide', { decision: 'allow', scope: ['notes.read', 'admin'] })
    expect(wider.title).toBe('This did not work')
    const part = await ada.send(decide, '/decide', { decision: 'allow', scope: ['notes.read'] })
    expect(part.title).toBe('Allowed')
    expect(await json(await poll())).toEqual([200, { status: 'authorized', scope: 'notes.read' }])
    expect([(await call()).status, (await call(added, { digest: true })).status]).toEqual([200, 202])
  })

  it.each([
    ['deny', 'Denied', 'denied'],
    ['not-mine', 'Nothing was allowed', 'abandoned'],
  ])('"%s" gives nothing, and the agent is told', async (decision, title, error) => {
    const { ada, ask, call } = await scene()
    const { code, poll } = await ask()
    const decided = await ada.send(await ada.open('Ada', code), '/decide', { decision })
    expect(decided.title).toBe(title)
    expect(await json(await poll())).toEqual([403, expect.objectContaining({ error })])
    expect((await call()).status).toBe(202)
  })

  it('leads to the callback of the person server, except for somebody who did not start the request [INT-6]', async () => {
    const { ada, ask, net } = await scene()
    const callback = 'https://ps.example/back?id=7'
    const agent = await net.agent({ name: 'served' })
    const token = await agent.agentToken()
    await ada.signIn('Ada')
    const decide = async (decision: string, to = callback) => {
      const { code } = await ask({}, { agent, token })
      const form = await ada.get(`/agents?code=${code}&callback=${encodeURIComponent(to)}`)
      return ada.send(await ada.send(form, '/redeem'), '/decide', { decision })
    }
    expect((await decide('allow')).text).toContain('<a href="https://ps.example/back?id=7" rel="noreferrer">')
    expect((await decide('deny')).text).toContain(
      'href="https://ps.example/back?id=7&#38;error=access_denied"',
    )
    for (const shown of [await decide('not-mine'), await decide('allow', 'https://evil.example/back')])
      expect(shown.text).not.toContain('rel="noreferrer"')
  })
})

it('a question reaches the agent, and its answer is shown as its text [DEFER-7]', async () => {
  const { ada, ask, agent, token } = await scene()
  const { code, poll } = await ask()
  const decide = await ada.open('Ada', code)
  const asked = await ada.send(decide, '/ask', { question: 'Which notes?' })
  expect(asked.text).toContain('No answer yet.')
  const told = await poll()
  expect(told.headers.get('aauth-requirement')).toContain('requirement=clarification')
  const answer = { action: 'clarification_response', clarification_response: '<b>all</b>\u202e' }
  const headers = { 'content-type': 'application/json' }
  const request = { method: 'POST', headers, body: JSON.stringify(answer) }
  const answered = await agent.fetch(told.url, request, { token, digest: true })
  expect(answered.status).toBe(202)
  expect((await ada.get(decide.path)).text).toContain('<bdi>&#60;b&#62;all&#60;/b&#62;\ufffd</bdi>')
})

describe('a consent', () => {
  it('is listed for the person who gave it, and ends by a click', async () => {
    const { ada, grace, ask, call } = await scene()
    const { code, poll } = await ask()
    await ada.send(await ada.open('Ada', code), '/decide', { decision: 'allow' })
    expect((await poll()).status).toBe(200)
    expect((await call()).status).toBe(200)
    const list = await ada.get('/agents/allowed')
    expect(list.text).toContain('aauth:planner@agent.example')
    await grace.signIn('Grace')
    expect((await grace.get('/agents/allowed')).text).toContain('No agent may use your notes.')
    const ended = await ada.send(list, '/end')
    expect(ended.text).toContain('Ended. The agent has no access any more.')
    expect((await call()).status).toBe(202)
  })

  it('cannot be ended by another person', async () => {
    const { ada, grace, ask, call } = await scene()
    const { code, poll } = await ask()
    await ada.send(await ada.open('Ada', code), '/decide', { decision: 'allow' })
    expect((await poll()).status).toBe(200)
    const { text } = await ada.get('/agents/allowed')
    const [action = ''] = /\/agents\/allowed\/[\w-]{12}\/end/.exec(text) ?? []
    const own = await grace.signIn('Grace')
    await grace.send({ ...own, text: own.text.replaceAll('/agents/redeem', action) }, '/end')
    expect((await call()).status).toBe(200)
  })
})

it('agents use the notes of the person who allowed them, and of nobody else', async () => {
  const { ada, grace, ask, call, net } = await scene()
  const other = await net.agent({ name: 'other', personServer: null })
  const asOther = { agent: other, token: await other.agentToken({ lifetime: 3600 }) }
  const forAda = await ask(added, { digest: true })
  const forGrace = await ask({}, asOther)
  await ada.send(await ada.open('Ada', forAda.code), '/decide', { decision: 'allow' })
  await grace.send(await grace.open('Grace', forGrace.code), '/decide', { decision: 'allow' })
  const given = await forAda.poll()
  await forGrace.poll()
  const authorization = `AAuth ${given.headers.get('aauth-access')}`
  const headers = { ...added.headers, authorization }
  expect(await json(await call({ ...added, headers }, { digest: true }))).toEqual([201, { text: 'milk' }])
  expect(await json(await call({ headers: { authorization } }))).toEqual([200, ['milk']])
  expect(await json(await call())).toEqual([200, ['milk']])
  expect(await json(await call({}, asOther))).toEqual([200, []])
  const wrong = { ...added, headers, body: '{"text":7}' }
  expect((await call(wrong, { digest: true })).status).toBe(400)
  expect((await call({ ...added, headers })).status).toBe(401)
})

describe('a form', () => {
  it.each([
    ['without its token', { form_token: '' }, {}],
    ['with the token of another browser', { form_token: 'x'.repeat(43) }, {}],
    ['from another site', {}, { 'sec-fetch-site': 'cross-site' }],
    ['from another origin of the site', {}, { 'sec-fetch-site': 'same-site' }],
    ['that is not a form', {}, { 'content-type': 'text/plain' }],
    ['that is too large', { code: 'x'.repeat(20_000) }, {}],
  ])('%s changes nothing', async (_, values, headers) => {
    const { ada, ask } = await scene()
    const { code, poll } = await ask()
    const form = await ada.signIn('Ada', `/agents?code=${code}`)
    const refused = await ada.send(form, '/redeem', values, headers)
    expect([refused.status, refused.title]).toEqual([403, 'Not done'])
    expect(await json(await poll())).toEqual([202, { status: 'pending' }])
  })

  it('of a browser in which nobody is signed in leads to the sign-in', async () => {
    const { ada, ask } = await scene()
    const { code, poll } = await ask()
    const signIn = await ada.get('/agents')
    const redeem = { ...signIn, text: signIn.text.replace('/agents/sign-in', '/agents/redeem') }
    expect((await ada.send(redeem, '/redeem', { code })).title).toBe('Sign in')
    expect(await json(await poll())).toEqual([202, { status: 'pending' }])
  })

  it('that was loaded before the sign-out changes nothing', async () => {
    const { ada, ask } = await scene()
    const { code, poll } = await ask()
    const form = await ada.signIn('Ada', `/agents?code=${code}`)
    const signedOut = await ada.send(form, '/sign-out')
    expect(signedOut.title).toBe('Sign in')
    const stale = await ada.send(form, '/redeem')
    expect(stale.status).toBe(403)
    expect(await json(await poll())).toEqual([202, { status: 'pending' }])
  })
})

it.each([
  'https://evil.example/',
  'https://evil.example/agents',
  '//evil.example/',
  '//evil.example/agents',
  '/agents.evil',
  '/\\evil.example/agents',
  '/agents/../notes',
  'http://[',
  '/notes',
  '',
])('sign-in does not lead to %j', async (next) => {
  const { ada, origin } = await scene()
  const page = await ada.get('/agents')
  const signedIn = await ada.send(page, '/sign-in', { person: 'Ada', next })
  expect([signedIn.title, new URL(signedIn.path, origin).href]).toEqual([
    'Enter the code of your agent',
    `${origin}/agents`,
  ])
})
