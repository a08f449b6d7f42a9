import { type Listening, listen } from '@aauth-guard/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dialer } from './dial.ts'

let server: Listening
let fetch: typeof globalThis.fetch
beforeAll(async () => {
  server = await listen((req, res) => {
    const status = Number(req.url?.slice(1))
    if (status === 0) return
    res.writeHead(status, ['x-line', 'one', 'x-line', 'two', 'location', '/200'])
    res.end(JSON.stringify([req.headers.host, req.headers.accept]))
  })
  fetch = dialer({ 'https://ps.example': server.url })
})
afterAll(() => server.close())

it('dial connects to the origin and names the identifier in Host', async () => {
  const response = await fetch('https://ps.example/200', { headers: { accept: 'application/json' } })
  expect([response.status, response.headers.get('x-line'), await response.json()]).toEqual([
    200,
    'one, two',
    ['ps.example', 'application/json'],
  ])
})

it.each([204, 205, 304, 302, 404, 503])('dial returns an answer with status %i unchanged', async (status) => {
  expect((await fetch(`https://ps.example/${status}`)).status).toBe(status)
})

it('dial rejects, without an uncaught error, when an issuer answers with a status out of range', async () => {
  await expect(fetch('https://ps.example/999')).rejects.toThrow(RangeError)
})

it('dial refuses an identifier without an origin', async () => {
  await expect(fetch('https://other.example/200')).rejects.toThrow('no origin is configured')
})

it('dial rejects when its signal aborts', async () => {
  const giveUp = new AbortController()
  const pending = fetch('https://ps.example/000', { signal: giveUp.signal })
  giveUp.abort()
  await expect(pending).rejects.toThrow('aborted')
})
