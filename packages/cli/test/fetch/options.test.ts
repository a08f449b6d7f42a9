import { copyFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { writeControlFile } from '../../src/dev/control-file.ts'
import { run } from '../../src/run.ts'
import { lineOf, runFetch } from './run-fetch.ts'
import { makeFolder, makeScene, serve } from './scene.ts'
import { makeStandIn, named } from './stand-in.ts'
import { TestClock } from './test-clock.ts'

const echoes =
  () =>
  async (...[req, res]: Parameters<Parameters<typeof serve>[0]>) => {
    const content = (await buffer(req)).toString('base64')
    res.end(JSON.stringify({ method: req.method, url: req.url, headers: req.headers, content }))
  }

describe('the request', () => {
  it.each([
    ['a text', ['-d', 'a=1&b=2'], 'a=1&b=2', 'application/x-www-form-urlencoded'],
    ['JSON', ['-d', '{"a":1}'], '{"a":1}', 'application/json'],
    ['nothing', ['-d', ''], '', 'application/x-www-form-urlencoded'],
    ['a type of its own', ['-d', 'x', '-H', 'Content-Type: text/plain'], 'x', 'text/plain'],
  ])('has %s with its type, by POST', async (_, args, content, type) => {
    const { fetch } = await makeScene(echoes)
    expect(lineOf(await fetch('/', [...args, '--json'])).body).toMatchObject({
      method: 'POST',
      headers: { 'content-type': type, 'content-length': String(content.length) },
      content: Buffer.from(content).toString('base64'),
    })
  })

  it.each(['-', '@-'])('has content from stdin with -d %s, octet for octet', async (data) => {
    const { fetch } = await makeScene(echoes)
    const stdin = Readable.from([Buffer.from([0, 255, 10])])
    const ran = await fetch('/', ['-X', 'PUT', '-d', data, '--json'], { stdin })
    expect(lineOf(ran).body).toMatchObject({ method: 'PUT', content: 'AP8K' })
  })

  it('has content from a file with -d @FILE, octet for octet', async () => {
    const { fetch } = await makeScene(echoes)
    const file = join(await makeFolder(), 'note.bin')
    await writeFile(file, Buffer.from([13, 10, 255]))
    expect(lineOf(await fetch('/', ['-d', `@${file}`, '--json'])).body).toMatchObject({ content: 'DQr/' })
  })

  it('has the fields of -H, and Authorization is covered', async () => {
    const { fetch } = await makeScene(echoes)
    const args = ['-H', 'Authorization: AAuth abc', '-H', 'X-Note:  a: b ', '-H', 'accept: text/plain']
    const { body } = lineOf(await fetch('/', [...args, '--json']))
    expect(body).toMatchObject({
      method: 'GET',
      headers: {
        authorization: 'AAuth abc',
        'x-note': 'a: b',
        accept: 'text/plain',
        'aauth-capabilities': 'interaction',
        'signature-input': expect.stringContaining('"signature-key" "authorization")'),
      },
    })
    expect(body).not.toHaveProperty('headers.content-length')
  })

  it('has the URL without its fragment', async () => {
    const { fetch, requests } = await makeScene(echoes)
    await fetch('/a%2Fb/?q=%20#part')
    expect(requests).toEqual(['GET /a%2Fb/?q=%20'])
  })
})

describe('a wrong command exits with 2', () => {
  const url = 'https://notes.example/'
  it.each<[string, string[], string]>([
    ['no URL', [], 'write the URL to call'],
    ['two URLs', [url, 'https://b.example'], '"https://b.example" is one URL too many'],
    ['no scheme', ['localhost:3000/notes'], 'write http://localhost:3000/notes'],
    ['another scheme', ['ftp://notes.example/'], 'is not a URL'],
    ['plain http elsewhere', ['http://notes.example/'], 'is plain http and not on this machine'],
    [
      'plain http to an address of the network',
      ['http://10.0.0.1/'],
      'is plain http and not on this machine',
    ],
    ['plain http to a name under localhost', ['http://localhost.example/'], 'is plain http'],
    ['a user name', ['https://me@notes.example/'], 'holds a user name or password'],
    [
      'another host behind a user name',
      ['http://localhost:1@evil.example/'],
      'holds a user name or password',
    ],
    ['a method that is not a token', [url, '-X', 'GET /'], '-X "GET /" is not a method'],
    ['CONNECT', [url, '-X', 'connect'], 'is not a method that can be sent'],
    ['a header without colon', [url, '-H', 'Accept'], "write -H 'Name: value'"],
    ['a header with a line end', [url, '-H', 'A: b\r\nC: d'], "-H 'a: …' holds characters"],
    ['a signature of its own', [url, '-H', 'Signature: x'], "-H 'signature: …' is set by this command"],
    ['AAuth-Mission', [url, '-H', 'AAuth-Mission: x'], 'use --mission'],
    ['Host', [url, '-H', 'host: x'], 'leave it out'],
    ['a name that is none', [url, '--as', 'a b'], '--as "a b" is not a name'],
    ['no time', [url, '--max-time', '0'], '--max-time "0" is not a number of seconds'],
    ['a time that is none', [url, '--max-time', '1e3'], 'is not a number of seconds'],
    ['an agent token without its key', [url, '--agent-token', 'x'], 'give --key as well'],
    [
      'a world beside an agent token',
      [url, '--agent-token', 'x', '--key', 'x', '--dev', 'http://localhost:4400'],
      '--dev is for agents of a development world',
    ],
    ['a file that is not there', [url, '-d', '@/nowhere/at-all'], 'cannot be read: ENOENT'],
    ['a world elsewhere', [url, '--dev', 'https://dev.example'], 'write http://localhost:PORT'],
    ['a world that does not run', [url, '--dev', 'http://localhost:1'], 'no development world of yours runs'],
    ['no world', [url], 'one development world is needed to make the agent'],
  ])('%s', async (_, args, said) => {
    const env = { XDG_RUNTIME_DIR: await makeFolder() }
    const ran = await runFetch(args, { clock: new TestClock(), env })
    expect([ran.code, ran.out]).toEqual([2, ''])
    expect(ran.err).toContain(said)
  })

  it('shows no value of a header', async () => {
    const secret = ['-H', 'Authorization Bearer secret-1', '-H', 'Authorization: Bearer secret-2\u0001']
    for (const args of [secret.slice(0, 2), secret.slice(2)]) {
      const ran = await runFetch([url, ...args], { clock: new TestClock() })
      expect([ran.code, ran.err.includes('secret')]).toEqual([2, false])
    }
  })
})

describe('the development world', () => {
  it('is told about an API on this machine, and about no other', async () => {
    const { env, asked } = await makeStandIn((_, res) => res.end())
    const api = named(await serve((_, res) => res.end()))
    await runFetch([`${api}/notes`, '--as', 'planner'], { clock: new TestClock(), env })
    expect(asked[0]).toBe(`app {"origin":"${api}"}`)
    expect(asked[1]).toMatch(/^agent \{"name":"planner","jwk":\{"kty":"OKP","crv":"Ed25519","x":"[\w-]{43}"/)
    expect(asked[1]).not.toContain('"d"')
    await runFetch(['https://localhost:1/'], { clock: new TestClock(), env })
    expect(asked.slice(2).map((one) => one.split(' ')[0])).toEqual(['agent'])
  })

  it('is selected by --dev or AAUTH_DEV when several run', async () => {
    const [first, second] = [await makeScene(echoes), await makeScene(echoes)]
    const folders = [first, second].map(({ env }) => join(String(env.XDG_RUNTIME_DIR), 'aauth-guard'))
    for (const file of await readdir(folders[1] as string))
      await copyFile(join(folders[1] as string, file), join(folders[0] as string, file))
    expect((await first.fetch('/')).code).toBe(2)
    const url = second.world.at.url
    const agentOf = async (args: string[], env = first.env) => {
      const { body } = lineOf(await first.fetch('/', [...args, '--json'], { env }))
      return String((body as { headers: Record<string, string> }).headers['signature-key'])
    }
    const claims = (field: string) =>
      JSON.parse(Buffer.from(field.split('.')[1] as string, 'base64url').toString()) as { iss: string }
    expect(claims(await agentOf(['--dev', url])).iss).toBe(second.world.agentProvider.id)
    expect(claims(await agentOf([], { ...first.env, AAUTH_DEV: url })).iss).toBe(
      second.world.agentProvider.id,
    )
  })

  it('that has ended without removing its secret is reported as not answering', async () => {
    const { env } = await makeStandIn((_, res) => res.end())
    await writeControlFile(env, { url: 'http://localhost:1', secret: 'x' })
    const ran = await runFetch(['http://localhost:2/', '--dev', 'http://localhost:1'], {
      clock: new TestClock(),
      env,
    })
    expect([ran.code, ran.err]).toEqual([
      1,
      'aauth: the development world at http://localhost:1 does not answer\n  start it again',
    ])
  })
})

describe('aauth fetch --help', () => {
  it('shows an example, and is listed', async () => {
    const printed: string[] = []
    const terminal = {
      ...{ env: {}, stdin: Readable.from([]), isInteractive: false, say: () => undefined },
      print: (text: string) => void printed.push(text),
    }
    expect(await run(['fetch', '--help'], terminal)).toBe(0)
    expect(await run([], terminal)).toBe(0)
    expect(printed[0]).toContain('Example:\n  npx @aauth-guard/cli fetch http://localhost:3000/notes')
    expect(printed[1]).toMatch(/^ {2}fetch +calls an API as an agent/m)
  })
})
