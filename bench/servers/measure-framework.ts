import { type Variant, variants } from './apps.ts'
import { type LoadProcess, ServerProcess } from './child.ts'
import type { Framework } from './frameworks.ts'
import type { Account, Ran } from './protocol.ts'

/** How long and how often everything is measured. */
export interface Plan {
  readonly rounds: number
  /** Of each measurement. */
  readonly milliseconds: number
}

/** What one load of one server came to. */
export interface Measured extends Account {
  readonly result: Ran
}

/** What one variant did in one round. */
export interface Round {
  /** 16 connections, each of which sends as soon as it was answered. */
  readonly closed: Measured
  /** 80 % of the rate that it reached so, at fixed times. */
  readonly fixed: Measured
}

export interface FrameworkRounds {
  readonly framework: Framework
  readonly runtime: string
  readonly rounds: ReadonlyMap<Variant, readonly Round[]>
}

const connections = 16
/** So many that a request waits for one only while the server is late. */
const fixedConnections = 64

/** Measures the variants of a framework in turn, round by round. */
export async function measureFramework(
  framework: Framework,
  load: LoadProcess,
  { rounds, milliseconds }: Plan,
  progress: (text: string) => void,
): Promise<FrameworkRounds> {
  const servers = new Map<Variant, ServerProcess>()
  try {
    for (const variant of variants) servers.set(variant, await ServerProcess.start(framework, variant))
    const measured = new Map<Variant, Round[]>(variants.map((variant) => [variant, []]))
    // What round -1 compiles and keeps is not measured.
    for (let round = -1; round < rounds; round++) {
      for (const [variant, server] of servers) {
        progress(`${framework} ${variant}: ${round < 0 ? 'warming up' : `round ${round + 1} of ${rounds}`}`)
        const closed = await server.account({ delay: false }, () =>
          load.run({ port: server.port, connections, milliseconds }),
        )
        const rate = (0.8 * closed.result.answers) / closed.result.seconds
        const fixed = await server.account({ delay: true }, () =>
          load.run({ port: server.port, connections: fixedConnections, milliseconds, rate }),
        )
        if (round >= 0) measured.get(variant)?.push({ closed, fixed })
      }
    }
    const { runtime = '' } = servers.get('bare') ?? {}
    return { framework, runtime, rounds: measured }
  } finally {
    for (const server of servers.values()) server.close()
  }
}
