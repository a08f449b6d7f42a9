import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type RunningTarget, runTarget, startTarget } from './running-target.ts'

const least = { issuer: 'https://api.example', trust: 'any' }

async function start(config: unknown, launcher?: readonly string[]): Promise<RunningTarget> {
  const target = await startTarget(config, launcher)
  onTestFinished(async () => {
    target.process.kill('SIGKILL')
    await target.ended
  })
  return target
}

describe('the target', () => {
  it('prints one line with the address that it listens on, writes refusals to stderr, and ends on SIGTERM', async () => {
    const target = await start({ ...least, routes: [{ path: '/' }] })
    expect(target.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect((await fetch(`${target.url}/`)).status).toBe(401)
    // Half a request does not keep the process.
    const half = connect(Number(new URL(target.url).port), '127.0.0.1', () =>
      half.write('GET / HTTP/1.1\r\n'),
    )
    half.on('error', () => undefined)
    await once(half, 'ready')
    target.process.kill('SIGTERM')
    const { code, stdout, stderr } = await target.ended
    expect([code, stdout]).toEqual([0, `{"listening":"${target.url}","control":"${target.control}"}\n`])
    const hint = expect.stringContaining('the request is not signed')
    const [refusal = '', decision = '', ...others] = stderr.trimEnd().split('\n')
    expect(JSON.parse(refusal)).toEqual({ method: 'GET', target: '/', code: 'invalid_signature', hint })
    expect(JSON.parse(decision)).toMatchObject({ decision: { outcome: 'challenged', path: '/', hint } })
    expect(others).toEqual([])
  })

  it.skipIf(process.platform !== 'linux')('ends when the npx that started it has ended', async () => {
    const launcher = `
      process.title = 'npm exec something'
      require('node:child_process').spawn(process.execPath, process.argv.slice(1), { stdio: 'inherit' })`
    const target = await start(least, ['--eval', launcher])
    target.process.kill('SIGTERM')
    expect((await target.ended).stdout).toBe(`{"listening":"${target.url}","control":"${target.control}"}\n`)
  })

  it.each<[string, unknown, string]>([
    ['a member that does not exist', { ...least, skew: 5 }, '"skew" is not a member of the configuration'],
    [
      'a requirement key that does not exist',
      { ...least, routes: [{ path: '/x', require: { scopes: [] } }] },
      '"scopes" is not an option of a requirement: did you mean "scope"?',
    ],
  ])('refuses %s at start, in one line and with exit code 1', async (_title, config, message) => {
    expect(await runTarget(config).ended).toEqual({ code: 1, stdout: '', stderr: `target: ${message}\n` })
  })

  it('reports in one line that its port is taken, and exits with 1', async () => {
    const { url } = await start(least)
    const port = Number(new URL(url).port)
    expect(await runTarget({ ...least, port }).ended).toEqual({
      code: 1,
      stdout: '',
      stderr: `target: listen EADDRINUSE: address already in use 127.0.0.1:${port}\n`,
    })
  })
})
