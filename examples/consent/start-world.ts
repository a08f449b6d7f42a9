import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const aauth = join(import.meta.dirname, '../../packages/cli/src/main.ts')

/** Starts `aauth dev`, which ends with this process. @returns its address */
export async function startWorld(port: number): Promise<string> {
  const world = spawn(process.execPath, [aauth, 'dev', '--json', '--port', String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const end = (): void => void world.kill()
  process.once('exit', end)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit())
  for await (const line of createInterface({ input: world.stdout }))
    return (JSON.parse(line) as { url: string }).url
  console.error(
    `consent: \`aauth dev\` did not start at port ${port}, for the reason above: set WORLD_PORT to the first of four free ports, or AAUTH_DEV to a world that runs`,
  )
  return process.exit(1)
}
