import { createServer } from 'node:net'

/** The ports that the pages name, and which stand for them here, so that nothing else on this machine is in the way. */
export interface Ports {
  /** For 3000. */
  readonly app: number
  /** For 4400; the three behind it are free as well. */
  readonly world: number
}

export async function freePorts(): Promise<Ports> {
  for (let world = 20_000; world < 60_000; world += 10) {
    const free = await Promise.all([0, 1, 2, 3, 4].map((offset) => isFree(world + offset)))
    if (free.every(Boolean)) return { app: world + 4, world }
  }
  throw new Error('no five ports in a row are free')
}

/** A text of a page with the ports of this machine. */
export function withPorts(text: string, { app, world }: Ports): string {
  const replaced = text.replaceAll(/\b3000\b/g, String(app)).replaceAll(/\b4400\b/g, String(world))
  return / dev$/.test(replaced) && replaced.startsWith('npx @aauth-guard/cli')
    ? `${replaced} --port ${world}`
    : replaced
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, () => server.close(() => resolve(true)))
  })
}
