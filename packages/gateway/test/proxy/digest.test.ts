import { makeHeldCheck } from '@aauth-guard/fixtures/gate'
import { describe, expect, it } from 'vitest'
import { readAssertions } from '../assertions.ts'
import { exchange, RawClient, statusesOf } from '../raw-client.ts'
import { contentIn, ok, requestsIn } from '../raw-upstream.ts'
import { makeScene, type Scene, type Sent } from '../scene.ts'

const close = 'Connection: close'
const chunked = 'Transfer-Encoding: chunked'
const post = (more: Sent = {}): Sent => ({
  method: 'POST',
  body: 'milk',
  digest: true,
  lines: [close],
  ...more,
})

/** What the assertion says of the content. */
function contentsOf({ upstream }: Scene): unknown[] {
  return readAssertions(upstream.received).map(({ content }) => content)
}

/** Whether the upstream got the whole request, with the content that was signed. */
function gotEnd({ upstream: { received } }: Scene): boolean {
  return requestsIn(received).length === 1 && contentIn(received) === 'milk'
}

describe('a covered digest, compared before the upstream is dialled', () => {
  it.each([
    ['with a length', {}],
    ['in chunks', { framing: [chunked], content: '2\r\nmi\r\n2\r\nlk\r\n0\r\n\r\n' }],
  ])('content %s that is what was signed goes on, and the upstream is told [SIG-12]', async (_, framing) => {
    const scene = await makeScene()
    const received = await exchange(scene.port, await scene.sign(post(framing)))
    expect([statusesOf(received), contentsOf(scene), gotEnd(scene)]).toEqual([[200], ['verified'], true])
  })

  it.each([
    ['with a length', { content: 'wine' }],
    ['in chunks', { framing: [chunked], content: '2\r\nwi\r\n2\r\nne\r\n0\r\n\r\n' }],
    ['that is missing', { framing: ['Content-Length: 0'], content: '' }],
    ['that is longer', { content: 'milk and bread' }],
  ])(
    'content %s that is not what was signed is refused, and no upstream is dialled [SIG-12]',
    async (_, changed) => {
      const scene = await makeScene()
      const received = await exchange(scene.port, await scene.sign(post(changed)))
      expect([statusesOf(received), scene.upstream.connections]).toEqual([[401], []])
      expect(received).toMatch(/^signature-error: error=invalid_signature/im)
    },
  )

  it.each([
    ['announced', {}],
    ['in chunks', { framing: [chunked], content: '5\r\nbread\r\n0\r\n\r\n' }],
  ])('content over the limit of the route, %s, is refused with 413 [N09]', async (_, framing) => {
    const scene = await makeScene([{ maxContent: 4 }])
    const received = await exchange(scene.port, await scene.sign(post({ body: 'bread', ...framing })))
    expect([statusesOf(received), scene.upstream.connections]).toEqual([[413], []])
  })

  it('no more content is held than the limit says, and one caller may hold a quarter of it', async () => {
    const scene = await makeScene([{ maxContent: 20 }], { heldContent: 100 })
    const held = new RawClient(scene.port).write(
      (await scene.sign(post({ body: 'm'.repeat(20) }))).slice(0, -1),
    )
    while (scene.proxy.connections().heldContent === 0) await new Promise(setImmediate)
    const refused = await exchange(scene.port, await scene.sign(post({ body: 'm'.repeat(20) })))
    const small = await exchange(scene.port, await scene.sign(post({ body: 'milk' })))
    expect([statusesOf(refused), statusesOf(small)]).toEqual([[503], [200]])
    expect(statusesOf(await held.write('m').closed())).toEqual([200])
    expect(scene.proxy.connections().heldContent).toBe(0)
  })

  it('a mission that ended while the content arrived is refused', async () => {
    const scene = await makeScene()
    const s256 = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
    const token = await scene.agent.authToken({ mission: s256 })
    const text = await scene.sign(post({ token }))
    const client = new RawClient(scene.port).write(text.slice(0, -1))
    while (scene.proxy.connections().heldContent === 0) await new Promise(setImmediate)
    await scene.resource.missions.terminate({ approver: 'https://ps.example', s256 })
    expect(statusesOf(await client.write('k').closed())).toEqual([403])
    expect(scene.upstream.connections).toEqual([])
  })

  it('the agent is asked for its content once it is authorized, and never before', async () => {
    const held = makeHeldCheck()
    const scene = await makeScene([{ requirement: { accept: ['auth-token'], check: held.check } }])
    const [head = ''] = (await scene.sign(post({ lines: [close, 'Expect: 100-continue'] }))).split('milk')
    const client = new RawClient(scene.port).write(head)
    await held.asked.passed
    expect(client.received).toBe('')
    held.verdict.open(true)
    await client.until(() => client.received !== '')
    expect(client.received).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    expect(statusesOf(await client.write('milk').closed())).toEqual([100, 200])
    expect(scene.upstream.received).not.toMatch(/expect/i)
  })

  it('an agent that is refused is not asked for its content, and its connection is closed', async () => {
    const scene = await makeScene()
    const [head = ''] = (await scene.sign(post({ token: null, lines: ['Expect: 100-continue'] }))).split(
      'milk',
    )
    expect(statusesOf(await exchange(scene.port, head))).toEqual([401])
  })
})

describe('a covered digest, compared while the content streams', () => {
  const streaming = { digest: 'stream' } as const

  it.each([
    ['with a length', {}],
    ['in chunks', { framing: [chunked], content: '2\r\nmi\r\n2\r\nlk\r\n0\r\n\r\n' }],
  ])('content %s goes on without its last octet until all of it was compared', async (_, framing) => {
    const scene = await makeScene([streaming])
    const text = await scene.sign(post(framing))
    const cut = text.lastIndexOf('k')
    const client = new RawClient(scene.port).write(text.slice(0, cut))
    await scene.upstream.until(() => contentIn(scene.upstream.received) === 'mi')
    expect(gotEnd(scene)).toBe(false)
    expect(statusesOf(await client.write(text.slice(cut)).closed())).toEqual([200])
    expect([gotEnd(scene), contentsOf(scene)]).toEqual([true, ['unverified']])
  })

  it.each([
    ['with a length', { content: 'wine' }],
    ['in chunks', { framing: [chunked], content: '2\r\nwi\r\n2\r\nne\r\n0\r\n\r\n' }],
    ['whose last octet differs', { content: 'mild' }],
  ])(
    'content %s that is not what was signed never reaches the upstream whole [SIG-12]',
    async (_, changed) => {
      const scene = await makeScene([streaming])
      // An upstream that answers before it has everything.
      scene.upstream.respond = ({ socket }) => void socket.write(ok('done'))
      const received = await exchange(scene.port, await scene.sign(post(changed)))
      expect(statusesOf(received)).toEqual([401])
      await scene.upstream.until(() => scene.upstream.connections.every(({ isClosed }) => isClosed))
      expect(scene.upstream.received).not.toMatch(/wine|mild|e\r\n0\r\n/)
    },
  )

  it.each([
    ['of the right last octet is served', '.', 200],
    ['of another one is refused [SIG-12]', '!', 401],
  ])('an answer that comes early waits for the comparison, which in the case %s', async (_, last, status) => {
    const scene = await makeScene([streaming])
    scene.upstream.respond = ({ socket }) => void socket.write(ok('done'))
    const text = await scene.sign(post({ body: `milk${'.'.repeat(100_000)}` }))
    const client = new RawClient(scene.port).write(text.slice(0, -1))
    await scene.upstream.until(() => scene.upstream.received.includes('milk'))
    // By the time that another request is served the answer has come.
    for (let count = 0; count < 3; count++) await exchange(scene.port, await scene.sign({ lines: [close] }))
    expect(client.received).toBe('')
    expect(statusesOf(await client.write(last).closed())).toEqual([status])
    await scene.upstream.until(() => scene.upstream.connections[0]?.isClosed === true)
  })

  it('the empty content that was signed is compared before the upstream is dialled', async () => {
    const scene = await makeScene([streaming])
    const received = await exchange(scene.port, await scene.sign(post({ body: '', lines: [close] })))
    expect([statusesOf(received), contentsOf(scene)]).toEqual([[200], ['verified']])
  })

  it('empty content in chunks is compared', async () => {
    const scene = await makeScene([streaming])
    const framing = { framing: [chunked], content: '0\r\n\r\n' }
    const served = await exchange(scene.port, await scene.sign(post({ body: '', ...framing })))
    const refused = await exchange(scene.port, await scene.sign(post(framing)))
    expect([statusesOf(served), statusesOf(refused)]).toEqual([[200], [401]])
  })
})

describe('a covered digest that the upstream compares', () => {
  it('goes on with its content, and in the assertion', async () => {
    const scene = await makeScene([{ digest: 'upstream' }])
    await exchange(scene.port, await scene.sign(post({ content: 'wine' })))
    const [, digest] = /^content-digest: (.*)\r$/im.exec(scene.upstream.received) ?? []
    expect(readAssertions(scene.upstream.received)).toEqual([
      expect.objectContaining({ content: 'upstream', digest }),
    ])
  })
})

describe('content without a covered digest', () => {
  it('goes on, and the assertion says that it was not signed', async () => {
    const scene = await makeScene()
    await exchange(scene.port, await scene.sign(post({ digest: false, content: 'wine' })))
    expect([contentsOf(scene), scene.upstream.received.endsWith('wine')]).toEqual([['unsigned'], true])
  })

  it('is refused over the limit of the gateway', async () => {
    const scene = await makeScene([{}], { maxContent: 4 })
    const announced = await exchange(scene.port, await scene.sign(post({ digest: false, content: 'bread' })))
    expect([statusesOf(announced), scene.upstream.connections]).toEqual([[413], []])
    const framing = { digest: false, framing: [chunked], content: '5\r\nbread\r\n0\r\n\r\n' }
    expect(statusesOf(await exchange(scene.port, await scene.sign(post(framing))))).toEqual([413])
    expect(scene.upstream.received).not.toMatch(/bread/)
  })
})
