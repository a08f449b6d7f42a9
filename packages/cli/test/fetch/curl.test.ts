import { execFile, execFileSync } from 'node:child_process'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { getAuth, protect, wellKnown } from '@aauth-guard/express'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { lineOf } from './run-fetch.ts'
import { makeFolder, makeScene, type SceneParts } from './scene.ts'

const run = promisify(execFile)

const notes = ({ resource }: SceneParts) =>
  express()
    .use(wellKnown(resource))
    .get('/agent', protect(resource, { accept: 'agent-token' }), (req, res) => {
      res.json(getAuth(req, 'agent-token').agent)
    })
    .all('/notes', protect(resource, { components: ['content-digest'] }), express.json(), (req, res) => {
      res.json({ scopes: getAuth(req, 'auth-token').scopes, content: req.body ?? null })
    })

/** The arguments with which a shell starts a program named `curl`. */
async function argumentsIn(line: string): Promise<readonly string[]> {
  const path = await makeFolder()
  const program = `#!${process.execPath}\nprocess.stdout.write(JSON.stringify(process.argv.slice(2)))\n`
  await writeFile(join(path, 'curl'), program)
  await chmod(join(path, 'curl'), 0o755)
  return JSON.parse((await run('/bin/sh', ['-c', line], { env: { PATH: path } })).stdout) as string[]
}

function hasCurl(): boolean {
  try {
    execFileSync('curl', ['--version'])
    return true
  } catch {
    return false
  }
}

describe('--curl', () => {
  it('prints the call with the auth token instead of sending it, and warns that the command is a credential', async () => {
    const { fetch, requests } = await makeScene(notes)
    const ran = await fetch('/notes?a=1&b=$(id)', [
      '-d',
      `{"text":"it's \`here\` \\n"}`,
      '--approve',
      '--curl',
    ])
    expect([ran.code, requests.filter((request) => request.includes('/notes'))]).toEqual([
      0,
      Array(2).fill('POST /notes?a=1&b=$(id)'),
    ])
    expect(ran.err).toContain('The command is a credential for 60 s: whoever has it can make this call.')
    const args = await argumentsIn(ran.out)
    expect(args.slice(0, 6)).toEqual(['--globoff', '--path-as-is', '--noproxy', '*', '--request', 'POST'])
    expect(args.slice(-3, -1)).toEqual(['--data-raw', `{"text":"it's \`here\` \\n"}`])
    expect(args.at(-1)).toMatch(/\/notes\?a=1&b=\$\(id\)$/)
    expect(args).toContain('content-type: application/json')
    expect(args.join('\n')).toMatch(/^signature-key: sig=jwt;jwt="eyJ[\w-]+\.[\w-]+\.[\w-]+"$/m)
  })

  it.skipIf(!hasCurl())('prints a command with which curl sends exactly the signed request', async () => {
    const { fetch, clock } = await makeScene(notes)
    const folder = await makeFolder()
    const file = join(folder, "it's.json")
    await writeFile(file, '{"text":"from a file"}\n')
    for (const [data, content] of [
      [`{"text":"it's"}`, { text: "it's" }],
      [`@${file}`, { text: 'from a file' }],
    ] as const) {
      const { out } = await fetch('/notes?a=[1]', ['-d', data, '--approve', '--curl'])
      const { stdout } = await run('/bin/sh', ['-c', `${out} --silent`])
      expect(JSON.parse(stdout)).toEqual({ scopes: ['notes.read'], content })
      clock.advance(1000)
    }
    const { out } = await fetch('/notes', ['--approve', '--curl'])
    const { stdout } = await run('/bin/sh', ['-c', `${out} --silent`])
    expect(JSON.parse(stdout)).toEqual({ scopes: ['notes.read'], content: null })
  })

  it('reports that a call was made when the API accepted a lesser token', async () => {
    const { fetch, requests } = await makeScene(notes)
    const ran = await fetch('/agent', ['--curl'])
    expect([ran.code, requests]).toEqual([0, ['GET /agent']])
    expect(ran.err).toContain('The API took the request with the agent token already')
    expect(ran.out).toMatch(/^curl /)
  })

  it('prints the refusal when there is one', async () => {
    const { fetch } = await makeScene(() => (_, res) => {
      res.writeHead(403).end('{"error":"access_denied"}')
    })
    const ran = await fetch('/', ['--curl'])
    expect([ran.code, ran.out]).toEqual([1, '{"error":"access_denied"}'])
  })

  it('adds a member to the line of --json', async () => {
    const { fetch } = await makeScene(notes)
    const line = lineOf(await fetch('/agent', ['-X', 'HEAD', '--curl', '--json'])) as { curl?: string }
    expect(line.curl).toMatch(/^curl --globoff --path-as-is --noproxy '\*' --head /)
  })

  it('exits with 2 for content that a command cannot contain, and nothing is sent', async () => {
    const { fetch, requests } = await makeScene(notes)
    const ran = await fetch('/notes', ['-d', 'a\0b', '--curl'])
    expect([ran.code, requests, ran.err]).toEqual([2, [], expect.stringContaining('write -d @FILE')])
  })
})
