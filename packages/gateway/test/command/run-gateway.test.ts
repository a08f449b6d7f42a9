import { expect, test } from 'vitest'
import { runGateway } from '../../src/command/run-gateway.ts'
import { folderOf, least } from '../settings/write-configuration.ts'

function run(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const printed: string[] = []
  const code = runGateway({
    words,
    check: false,
    json: false,
    afterLoss: false,
    env,
    print: (text) => void printed.push(text),
    say: () => undefined,
  })
  return { printed, code }
}

test('SIGHUP does not end a gateway that still starts', async () => {
  const before = process.listenerCount('SIGHUP')
  const { code } = run(['none.yaml'])
  expect(process.listenerCount('SIGHUP')).toBe(before + 1)
  expect(await code).toBe(1)
  expect(process.listenerCount('SIGHUP')).toBe(before)
})

test.each(['nginx', 'caddy'])(
  'the recipe of %s serves an issuer without TLS at its own port',
  async (kind) => {
    const text = least.replace(/issuer:.*/, 'issuer: http://localhost:8088')
    const listener = 'forwardAuth: { listen: "127.0.0.1:8081", secret: { env: SHARED } }\n'
    const folder = folderOf({ 'gateway.yaml': `${text}${listener}` })
    const { code, printed } = run(['recipe', kind, `${folder}/gateway.yaml`], { SHARED: 's'.repeat(32) })
    expect(await code).toBe(0)
    expect(printed[0]).toMatch(kind === 'nginx' ? /^ {2}listen 8088;$/m : /^http:\/\/:8088 \{$/m)
    expect(printed[0]).not.toMatch(/certificate|443/)
  },
)
